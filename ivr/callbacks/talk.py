"""What a caller hears who wants to be called back (回拨). Pure: the call is a port, as for flows.

The number is the caller's own, or one they type in; one we may not call is refused with the reason, and asked
for again. Silence and `*` lead back to the queue, and so does `0` where no number is typed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ivr.flows.ports import Call
from ivr.outbound.allowed import NumberRefusedError, Refusal, Rules, check

CONFIRM, OTHER = "1", "2"
GIVE_UP = "*"
TO_QUEUE = ("0", GIVE_UP)
TRIES = 3
#: Digits of the longest number: a landline with its area code.
_MOST_DIGITS = 12

#: A number → the sounds that say it digit by digit.
Say = Callable[[str], Sequence[str]]


async def offer(call: Call, known: str, rules: Rules, say: Say, wait_s: float, digit_wait_s: float) -> str:
    """The number to call, as it is dialled; '' when the caller would rather wait on.

    `known` is the caller's own number, '' when it is withheld. Times are seconds.
    """
    why = "callback-withheld"
    if known:
        try:
            known, why = check(known, rules), ""
        except NumberRefusedError:
            known, why = "", "callback-refused"
    if known:
        key = await _confirm(call, "callback-offer", say(known), wait_s)
        if key != OTHER:
            return known if key == CONFIRM else ""
    return await _typed(call, [why] if why else [], rules, say, wait_s, digit_wait_s)


async def _typed(
    call: Call, first: Sequence[str], rules: Rules, say: Say, wait_s: float, digit_wait_s: float
) -> str:
    for _ in range(TRIES):
        digit = await call.ask((*first, "callback-enter"), wait_s)
        first = []
        if digit == GIVE_UP:  # not 0: landlines begin with it
            return ""
        if not digit.isdigit():
            continue
        typed = digit + await call.digits(_MOST_DIGITS - 1, digit_wait_s)
        try:
            number = check(typed, rules)
        except NumberRefusedError as error:
            first = ["callback-refused" if error.refusal is Refusal.PREMIUM else "callback-invalid"]
            continue
        key = await _confirm(call, "callback-number", say(number), wait_s)
        if key != OTHER:
            return number if key == CONFIRM else ""
    return ""


async def _confirm(call: Call, sentence: str, number: Sequence[str], wait_s: float) -> str:
    """CONFIRM, OTHER, or '' for back to the queue."""
    first: tuple[str, ...] = ()
    for _ in range(TRIES):
        key = await call.ask((*first, sentence, *number, "callback-confirm"), wait_s)
        if key in (CONFIRM, OTHER):
            await call.press(key)
            return key
        if key in TO_QUEUE:
            return ""
        first = ("invalid-key",) if key else ()
    return ""
