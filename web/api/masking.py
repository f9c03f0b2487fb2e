"""Who sees a caller's whole number.

Shift leaders and administrators do. A seat does for the calls it answered, and for calls nobody answered
that still wait for a call back (漏接回拨: abandoned in the queue, or a message left), since any seat may take
those. All else a seat sees as `138****1234`, in lists, on pages, in live updates and in cases alike.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.phone import mask
from core.tables import Account, Role
from ivr.ledger.tables import Call, Outcome

_TO_CALL_BACK = frozenset({Outcome.ABANDONED, Outcome.MESSAGE})


@dataclass(frozen=True)
class Viewer:
    """As much of an account as masking needs."""

    role: str
    extension: str | None

    @classmethod
    def of(cls, account: Account) -> Viewer:
        return cls(account.role, account.extension)

    def sees_numbers_of(self, call: Call | None) -> bool:
        """`call` is None where there is none behind a case: then it is nobody's."""
        if self.role != Role.SEAT:
            return True
        if call is None:
            return False
        if call.seat:
            return call.seat == self.extension
        return call.outcome in _TO_CALL_BACK

    def hears(self, call: Call | None) -> bool:
        """Whether the recording of `call` may be played: a seat plays its own calls and those of nobody."""
        return self.role != Role.SEAT or call is None or call.seat in ("", self.extension)


def shown(number: str, *, whole: bool) -> str:
    """`number` whole or masked; a withheld (empty) one stays empty."""
    return number if whole or not number else mask(number)
