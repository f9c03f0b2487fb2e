"""Figures of today, counted from the ledger (hotline.md section 2, GB/T 33358-2016).

15 s answer rate (15秒接通率) = answered within 15 s / asked for a person; connection rate (接通率) = answered
/ asked for a person. Whoever still waits has asked, but is neither answered nor lost yet: such a caller is
left out of the connection rate, and out of the 15 s rate as long as there is time. Only calls that came in
count; a call counts for the queue it was answered in, or else for the last one it waited in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, extract, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import CHINA
from ivr.board.waiting_room import Place
from ivr.ledger.tables import CONFIDENTIAL, Call, Direction, Outcome

#: Answered in time, seconds (GB/T 33358-2016).
IN_TIME_S = 15.0


@dataclass
class Figures:
    """What was counted; `waiting` and `waiting_in_time` of the calls that wait now for the first time."""

    offered: int = 0
    answered: int = 0
    answered_15s: int = 0
    abandoned: int = 0
    #: All waits of those answered together, seconds.
    waited_s: float = 0.0
    waiting: int = 0
    #: Of these, those who have not waited 15 s yet.
    waiting_in_time: int = 0

    @property
    def rate_15s(self) -> float | None:
        return _share(self.answered_15s, self.offered - self.waiting_in_time)

    @property
    def connection_rate(self) -> float | None:
        return _share(self.answered, self.offered - self.waiting)

    @property
    def mean_wait_s(self) -> float | None:
        return self.waited_s / self.answered if self.answered else None

    def add(self, other: Figures) -> None:
        """Count `other` in."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


def _share(part: int, whole: int) -> float | None:
    return min(1.0, part / whole) if whole > 0 else None


@dataclass(frozen=True)
class Waiting:
    """A caller in a queue nobody has answered there yet."""

    call_id: str
    queue: str
    caller: str
    since: datetime
    priority: int
    #: Wants to stay unknown (保密).
    is_confidential: bool = False
    #: In a queue again, after a seat (转接).
    is_back: bool = False


@dataclass(frozen=True)
class Day:
    """A day's calls as counted at one moment: by queue, by hour (China), and who waits."""

    queues: Mapping[str, Figures] = field(default_factory=dict)
    hours: Mapping[int, Figures] = field(default_factory=dict)
    waiting: tuple[Waiting, ...] = ()

    def of(self, queue: str, now: datetime) -> Figures:
        """One queue's figures, with who waits there `now`."""
        return _with_waiting(self.queues.get(queue, Figures()), self.waiting_in(queue), now)

    def total(self, now: datetime) -> Figures:
        """All queues together."""
        counted = Figures()
        for one in self.queues.values():
            counted.add(one)
        return _with_waiting(counted, self.waiting, now)

    def waiting_in(self, queue: str) -> list[Waiting]:
        return [one for one in self.waiting if one.queue == queue]


def _with_waiting(counted: Figures, waiting: Iterable[Waiting], now: datetime) -> Figures:
    first = [one for one in waiting if not one.is_back]
    in_time = sum((now - one.since).total_seconds() < IN_TIME_S for one in first)
    return Figures(**{**vars(counted), "waiting": len(first), "waiting_in_time": in_time})


async def read(session: AsyncSession, now: datetime) -> Day:
    """The day of `now`: one statement for the figures, one for who waits."""
    queues: dict[str, Figures] = defaultdict(Figures)
    hours: dict[int, Figures] = defaultdict(Figures)
    for queue, hour, *counts in await session.execute(_counting(now, session.get_bind().dialect.name)):
        offered, answered, in_time, abandoned, waited_s = counts
        one = Figures(offered, answered, in_time, abandoned, float(waited_s or 0.0))
        queues[queue].add(one)
        hours[(int(hour) + 8) % 24].add(one)
    return Day(queues, hours, await waiting(session))


def _counting(now: datetime, dialect: str) -> Any:
    answered = Call.seat_answered_at.is_not(None)
    # A column of PostgreSQL is told in the server's zone unless asked; SQLite keeps UTC.
    began = func.timezone("UTC", Call.started_at) if dialect == "postgresql" else Call.started_at
    hour = extract("hour", began)
    return (
        select(
            Call.queue,
            hour,
            func.count(),
            _number(answered),
            _number(and_(answered, Call.wait_s <= IN_TIME_S)),
            _number(Call.outcome == Outcome.ABANDONED),
            func.sum(case((answered, Call.wait_s), else_=0.0)),
        )
        .where(_began_on(now.astimezone(CHINA).date()))
        .where(Call.direction == Direction.INBOUND, Call.queued_at.is_not(None))
        .group_by(Call.queue, hour)
    )


def _number(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _began_on(day: date) -> ColumnElement[bool]:
    begin = datetime.combine(day, time(), CHINA)
    return and_(Call.started_at >= begin, Call.started_at < begin + timedelta(days=1))


async def back_in_queue(session: AsyncSession, places: Mapping[str, Place]) -> tuple[Waiting, ...]:
    """Those of the calls in `places` a seat has answered before; one that ended meanwhile is none."""
    query = select(Call.id, Call.caller, Call.priority, Call.marks).where(
        Call.id.in_(places), Call.ended_at.is_(None), Call.seat_answered_at.is_not(None)
    )
    return tuple(
        Waiting(
            call_id=row.id,
            queue=places[row.id].queue,
            caller=row.caller,
            since=places[row.id].since,
            priority=row.priority,
            is_confidential=CONFIDENTIAL in row.marks,
            is_back=True,
        )
        for row in await session.execute(query)
    )


async def waiting(session: AsyncSession) -> tuple[Waiting, ...]:
    """Who waits for a person now for the first time, longest first."""
    query = select(Call.id, Call.queue, Call.caller, Call.queued_at, Call.priority, Call.marks).where(
        Call.ended_at.is_(None),
        Call.queued_at.is_not(None),
        Call.seat_answered_at.is_(None),
        Call.message_at.is_(None),
        or_(Call.forwarded_to.is_(None), Call.forwarded_to == ""),
    )
    rows = await session.execute(query.order_by(Call.queued_at))
    return tuple(
        Waiting(
            call_id=row.id,
            queue=row.queue,
            caller=row.caller,
            since=row.queued_at,
            priority=row.priority,
            is_confidential=CONFIDENTIAL in row.marks,
        )
        for row in rows
        if row.queued_at is not None
    )
