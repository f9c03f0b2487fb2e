"""Walks a caller through a flow. Pure: everything it does goes through the `Call` port."""

from __future__ import annotations

from typing import Protocol

from ivr.flows.model import Flow, Menu, Terminal, ToQueue

#: A caller who keeps coming back to menus is given a person after this many steps.
MAX_STEPS = 30


class CallerHungUpError(Exception):
    """The caller has hung up; the flow is over."""


class Call(Protocol):
    """What a flow can do to a call. Every method may raise CallerHungUpError."""

    async def enter(self, step: str) -> None:
        """Note in the ledger that the caller is at `step` now."""

    async def press(self, key: str) -> None:
        """Note in the ledger that the caller pressed `key`."""

    async def play(self, prompt: str) -> str:
        """Play a prompt; returns the key that cut it short, or ''."""

    async def wait_key(self, seconds: float) -> str:
        """Wait in silence; returns the key pressed, or ''."""


async def run(flow: Flow, call: Call, menu_wait_s: float) -> Terminal:
    """Walk `flow` to its terminal step.

    Args:
        menu_wait_s: seconds of silence after a menu before it goes on at `otherwise`.

    Raises:
        CallerHungUpError
    """
    step = flow.steps[flow.start]
    for _ in range(MAX_STEPS):
        await call.enter(step.id)
        if not isinstance(step.action, Menu):
            return step.action
        step = flow.steps[await _ask(step.action, call, menu_wait_s)]
    return ToQueue("general")


async def _ask(menu: Menu, call: Call, menu_wait_s: float) -> str:
    """Which step follows the menu."""
    for attempt in range(menu.tries):
        if attempt:
            key = await call.play(menu.wrong_key) or await _present(menu, call, menu_wait_s)
        else:
            key = await _present(menu, call, menu_wait_s)
        if not key:
            break
        await call.press(key)
        if key in menu.keys:
            return menu.keys[key]
    return menu.otherwise


async def _present(menu: Menu, call: Call, menu_wait_s: float) -> str:
    for prompt in menu.play:
        if key := await call.play(prompt):
            return key
    return await call.wait_key(menu_wait_s)
