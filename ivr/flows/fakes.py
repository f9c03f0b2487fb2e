"""A caller made of a list of keys, for tests of flows."""

from __future__ import annotations

from collections.abc import Iterable

from ivr.flows.engine import CallerHungUpError


class FakeCall:
    """Presses the given keys one after another, '' for silence, 'hangup' to hang up; then stays silent.

    Barges in: every key comes during the prompt that asks for it.
    """

    def __init__(self, keys: Iterable[str] = ()) -> None:
        self._keys = iter(keys)
        self.steps: list[str] = []
        self.pressed: list[str] = []
        self.played: list[str] = []

    async def enter(self, step: str) -> None:
        self.steps.append(step)

    async def press(self, key: str) -> None:
        self.pressed.append(key)

    async def play(self, prompt: str) -> str:
        self.played.append(prompt)
        return self._next()

    async def wait_key(self, seconds: float) -> str:
        return self._next()

    def _next(self) -> str:
        key = next(self._keys, "")
        if key == "hangup":
            raise CallerHungUpError
        return key
