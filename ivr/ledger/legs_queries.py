"""Reading legs: of one call, and each seat's time over a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.ledger.leg_tables import CallLeg, HolderKind, LegState, SeatLeg, SeatRole
from ivr.ledger.legs import LegOfCall, LegOfSeat, Legs
from ivr.ledger.queries import on_day
from ivr.ledger.reducer import reduce_whole
from ivr.ledger.store import events_of

_SECONDS = ("ring_s", "talk_s", "hold_s", "consult_s", "conference_s", "supervise_s")


async def legs_of(session: AsyncSession, call_id: str) -> Legs:
    """The legs of a call: as written when it ended or, of one in progress, as its events say by now."""
    query = select(CallLeg).where(CallLeg.call_id == call_id).order_by(CallLeg.n)
    calls = [_call_leg(row) for row in await session.scalars(query)]
    if not calls:
        whole = reduce_whole(call_id, (await events_of(session, call_id)).values())
        return whole[1] if whole else Legs()
    of_seats = select(SeatLeg).where(SeatLeg.call_id == call_id).order_by(SeatLeg.n)
    return Legs(tuple(calls), tuple([_seat_leg(row) for row in await session.scalars(of_seats)]))


@dataclass(frozen=True)
class SeatTime:
    """What a seat spent on the calls of a day that have ended, seconds."""

    #: Times it was rung or joined a call, and how many of them it answered.
    legs: int
    answered: int
    ring_s: float
    talk_s: float
    hold_s: float
    consult_s: float
    conference_s: float
    supervise_s: float


async def seat_times(session: AsyncSession, day: date) -> Mapping[str, SeatTime]:
    """By seat, what it spent on calls that reached it on `day` (in China)."""
    sums = [func.sum(getattr(SeatLeg, name)) for name in _SECONDS]
    query = (
        select(SeatLeg.seat, func.count(), func.count(SeatLeg.started_at), *sums)
        .where(on_day(SeatLeg.ring_at, day))
        .group_by(SeatLeg.seat)
    )
    rows = (await session.execute(query)).all()
    return {row[0]: SeatTime(row[1], row[2], *(round(float(s), 3) for s in row[3:])) for row in rows}


def _call_leg(row: CallLeg) -> LegOfCall:
    return LegOfCall(
        row.n,
        HolderKind(row.holder_kind),
        row.holder,
        LegState(row.state),
        row.started_at,
        row.ended_at,
        row.why,
    )


def _seat_leg(row: SeatLeg) -> LegOfSeat:
    values = {field.name: getattr(row, field.name) for field in fields(LegOfSeat)}
    return LegOfSeat(**(values | {"role": SeatRole(row.role)}))
