"""Who sees a caller's whole number.

Shift leaders and administrators do. A seat does for the calls it had, those it was handed included, and for
calls nobody answered that still wait for a call back (漏接回拨: abandoned in the queue, or a message left),
since any seat may take those. All else a seat sees as `138****1234`, in lists, on pages, in live updates and
in cases alike. An inspector (质检员) took no call, and sees every number so.

Of a call whose caller asked to stay unknown (保密) a seat sees no digit, not even of its own calls. A case
marked confidential hides the number from all seats but the one that took the call.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.phone import mask
from core.tables import Account, Role
from ivr.ledger.tables import CONFIDENTIAL, Call, Outcome

#: Stands for a number of which nothing is shown.
HIDDEN = "****"
_LEADERS = frozenset({Role.SHIFT_LEADER, Role.ADMINISTRATOR})
_TO_CALL_BACK = frozenset({Outcome.ABANDONED, Outcome.MESSAGE})


@dataclass(frozen=True)
class Viewer:
    """As much of an account as masking needs."""

    role: str
    extension: str | None
    #: Since when at that seat: calls before were another person's (换座). None: always.
    seated_at: datetime | None = None

    @classmethod
    def of(cls, account: Account) -> Viewer:
        return cls(account.role, account.extension, account.seated_at)

    def took(self, call: Call) -> bool:
        """Whether this person, and not somebody else at the same seat, had the caller on the line."""
        is_mine = bool(self.extension) and self.extension in (call.seat, *call.handed_to)
        return is_mine and (self.seated_at is None or call.started_at >= self.seated_at)

    @property
    def is_leader(self) -> bool:
        """A shift leader or an administrator."""
        return self.role in _LEADERS

    def sees_numbers_of(self, call: Call | None) -> bool:
        """`call` is None where there is none behind a case: then it is nobody's."""
        if self.is_leader:
            return True
        if self.role != Role.SEAT or call is None or is_confidential(call):
            return False
        if call.seat:
            return self.took(call)
        return call.outcome in _TO_CALL_BACK

    def sees_seat(self, seat: str) -> bool:
        """Whether figures of `seat` alone may be seen: a seat sees its own."""
        return self.role != Role.SEAT or (bool(seat) and seat == self.extension)

    def shows(self, number: str, call: Call | None, *, confidential: bool = False) -> str:
        """`number` of `call` as this viewer may see it; `confidential` says so of the case behind it."""
        if not number or self.is_leader:
            return number
        is_own = call is not None and self.took(call)
        if (call is not None and is_confidential(call)) or (confidential and not is_own):
            return HIDDEN
        return shown(number, whole=self.sees_numbers_of(call))


def is_confidential(call: Call) -> bool:
    """Whether the caller asked to stay unknown."""
    return CONFIDENTIAL in call.marks


def shown(number: str, *, whole: bool) -> str:
    """`number` whole or masked; a withheld (empty) one stays empty."""
    return number if whole or not number else mask(number)
