"""Reading legs: of one call, and each seat's time over a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.ledger.leg_tables import CallLeg, HolderKind, LegState, SeatLeg, SeatRole
from ivr.ledger.legs import LegOfCall, LegOfSeat, Legs
from ivr.ledger.queries import on_day
from ivr.ledger.reducer import reduce_whole
from ivr.ledger.store import events_of_calls

_SECONDS = ("ring_s", "talk_s", "hold_s", "consult_s", "conference_s", "supervise_s", "idle_s")


async def legs_of(session: AsyncSession, call_id: str) -> Legs:
    """The legs of a call: as written when it ended or, of one in progress, as its events say by now."""
    stored = await stored_legs(session, [call_id])
    if call_id in stored:
        return stored[call_id]
    [events] = (await events_of_calls(session, [call_id])).values()
    whole = reduce_whole(call_id, events.values())
    return whole[1] if whole else Legs()


async def stored_legs(session: AsyncSession, call_ids: Sequence[str]) -> dict[str, Legs]:
    """Legs as written, of those of `call_ids` that have any."""
    calls: dict[str, list[LegOfCall]] = defaultdict(list)
    seats: dict[str, list[LegOfSeat]] = defaultdict(list)
    query = select(CallLeg).where(CallLeg.call_id.in_(call_ids)).order_by(CallLeg.call_id, CallLeg.n)
    for row in await session.scalars(query):
        calls[row.call_id].append(_call_leg(row))
    of_seats = select(SeatLeg).where(SeatLeg.call_id.in_(call_ids)).order_by(SeatLeg.call_id, SeatLeg.n)
    for one in await session.scalars(of_seats):
        seats[one.call_id].append(_seat_leg(one))
    return {call_id: Legs(tuple(legs), tuple(seats[call_id])) for call_id, legs in calls.items()}


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
    idle_s: float


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
