"""What the caller is asked once the seat has hung up. Pure: the call is a port, as for flows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Container, Sequence

from ivr.flows.ports import Call

STEP = "survey"
LEVELS = "12345"
#: 不满意, 非常不满意: a message may follow.
DISSATISFIED = "45"
LEAVE_MESSAGE = "1"
PROMPTS = ("survey-ask", "survey-message", "survey-thanks", "invalid-key")
#: Wrong keys after which nobody is asked any more.
TRIES = 2

Keep = Callable[[int], Awaitable[None]]


async def choose(
    call: Call, sounds: Sequence[str], keys: Container[str], wait_s: float, *, rounds: int = 1
) -> str:
    """The key out of `keys` that was pressed; '' after `rounds` silences or TRIES wrong keys."""
    silent = wrong = 0
    again: tuple[str, ...] = ()
    while silent < rounds and wrong < TRIES:
        key = await call.ask([*again, *sounds], wait_s)
        again = ()
        if not key:
            silent += 1
            continue
        await call.press(key)
        if key in keys:
            return key
        wrong += 1
        again = ("invalid-key",)
    return ""


async def ask(call: Call, keep: Keep, wait_s: float) -> bool:
    """Ask once; whether the caller wants to leave a message. `keep` is given the level, 1 (best) to 5."""
    await call.enter(STEP)
    level = await choose(call, ("survey-ask",), LEVELS, wait_s)
    if not level:
        return False
    await keep(int(level))
    if level in DISSATISFIED and await choose(call, ("survey-message",), LEAVE_MESSAGE, wait_s):
        return True
    await call.ask(("survey-thanks",), 0)
    return False
