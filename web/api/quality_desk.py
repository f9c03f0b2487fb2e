"""Who may do what in quality inspection, in one place.

Inspecting (claim, score, sheets, calibration) takes the right `INSPECT` and reaches as far as it does. Shift
leaders and administrators may look at everything they may listen to, and review appeals. A seat sees what was
made of its own calls and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from core.errors import ForbiddenError
from core.tables import Account
from ivr.ledger.tables import Call
from recorder.quality.hand import Hand
from web.api.hand import LEADERS
from web.api.recording_rights import Right, Rights, rights_of
from web.api.route import Ask


@dataclass(frozen=True)
class Desk:
    """One person's request, and how far it reaches."""

    ask: Ask
    rights: Rights

    @property
    def inspects(self) -> bool:
        return self.rights.any(Right.INSPECT)

    @property
    def oversees(self) -> bool:
        return self.inspects or self.ask.account.role in LEADERS

    @property
    def hand(self) -> Hand:
        return hand(self.ask)

    def within(self, call_id: InstrumentedAttribute[str]) -> ColumnElement[bool]:
        """The calls this person may see inspected, as a condition over a column of call ids."""
        right = Right.INSPECT if self.inspects else Right.LISTEN
        if self.rights.everything(right):
            return true()
        return call_id.in_(select(Call.id).where(self.rights.where(right)))

    async def check(self, db: AsyncSession, call_id: str) -> None:
        """
        Raises:
            ForbiddenError: this person's right does not reach that call.
        """
        if await db.scalar(select(Call.id).where(Call.id == call_id, self.within(Call.id))) is None:
            raise ForbiddenError("您没有质检这段录音的权限。")


def hand(ask: Ask) -> Hand:
    return Hand(ask.services.sessions, ask.services.clock, ask.account, ask.address)


async def inspecting(ask: Ask) -> Desk:
    """
    Raises:
        ForbiddenError: no right to inspect anything.
    """
    desk = Desk(ask, await rights_of(ask))
    if not desk.inspects:
        raise ForbiddenError("您没有质检权限。")
    return desk


async def overseeing(ask: Ask) -> Desk:
    """
    Raises:
        ForbiddenError: neither inspector nor leader.
    """
    desk = Desk(ask, await rights_of(ask))
    if not desk.oversees:
        raise ForbiddenError("您没有查看质检数据的权限。")
    return desk


async def names(db: AsyncSession) -> dict[int, str]:
    """Account id → display name."""
    rows = await db.execute(select(Account.id, Account.display_name))
    return {row[0]: row[1] for row in rows}
