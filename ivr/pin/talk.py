"""What a citizen hears who is asked for the last digits of a case's telephone (身份核对). Pure.

The digits are compared and forgotten: no step, key or word of them reaches the ledger, a log or the seat,
which is told right, wrong or cancelled.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from hmac import compare_digest

from ivr.flows.ports import Call

#: Digits asked for, and how often.
DIGITS, TRIES = 4, 3
#: Silences after which nobody is asked any more.
_SILENCES = 2
CANCEL = "*"
PROMPTS = ("pin-ask", "pin-again")


class PinResult(StrEnum):
    """All the seat and the ledger are told."""

    RIGHT = "right"  #: 正确
    WRONG = "wrong"  #: 错误
    CANCELLED = "cancelled"  #: 已取消: by a key, by silence, or because nothing could be compared


async def check(call: Call, phones: Iterable[str], wait_s: float, digit_wait_s: float) -> PinResult:
    """Ask for the last `DIGITS` digits of any of `phones`. Times are seconds of silence."""
    expected = [phone[-DIGITS:] for phone in phones if len(phone) >= DIGITS and phone.isdigit()]
    if not expected:
        return PinResult.CANCELLED
    silent, again = 0, ""
    for _ in range(TRIES):
        while not (keyed := await _keyed(call, again, wait_s, digit_wait_s)):
            silent += 1
            if silent == _SILENCES:
                return PinResult.CANCELLED
        if keyed == CANCEL:
            return PinResult.CANCELLED
        if any(compare_digest(keyed, one) for one in expected):
            return PinResult.RIGHT
        again = "pin-again"
    return PinResult.WRONG


async def _keyed(call: Call, again: str, wait_s: float, digit_wait_s: float) -> str:
    """What was keyed in; '' for silence, CANCEL for that key wherever it comes."""
    first = await call.ask((again, "pin-ask") if again else ("pin-ask",), wait_s)
    if first in ("", CANCEL):
        return first
    return first + await call.digits(DIGITS - 1, digit_wait_s)
