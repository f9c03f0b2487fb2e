"""Which messages are due, and whose turn it is: quiet hours, limits of each person, leases.

A lease is a row's `leased_until`, end and token in one: whoever writes a result names the value it set, so a
sender that was killed or stopped cannot write any more, and another takes its messages over.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import Select, and_, false, or_, select, true, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.ext.asyncio import AsyncSession

from core.calendar import OfficeCalendar
from core.calendar.hours import Hours, next_open
from core.clock import CHINA
from core.db import SessionFactory, begin_write
from core.notice_settings import Notices
from ticketing.notices.tables import Held, OutgoingMessage, SendState

#: A killed sender's messages are taken over after this long: longer than any attempt takes.
LEASE = timedelta(seconds=150)
#: Nobody lets a message wait longer at once, for each reason.
_FURTHEST = {
    Held.NOTHING: timedelta(hours=2),
    Held.RETRY: timedelta(hours=2),
    Held.LIMIT: timedelta(hours=25),
    Held.QUIET: timedelta(days=62),
}
#: Looked at for each that may be sent at once; what is held back is written down, the rest comes next time.
_LOOKED_AT = 5
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_Row = OutgoingMessage


@dataclass(frozen=True)
class Claimed:
    """What a round took, and whether it changed anything at all (then there may be more)."""

    messages: Sequence[OutgoingMessage]
    until: datetime
    held: int


async def claim(
    sessions: SessionFactory,
    rules: Notices,
    now: datetime,
    *,
    resting: Collection[str] = (),
    probing: Collection[str] = (),
    calendar: OfficeCalendar,
    zone: tzinfo = CHINA,
) -> Claimed:
    """Lease what may be sent now, urgent first, of each person one; and hold back what may not.

    Args:
        resting: channels nobody answers on: their messages stay as they are.
        probing: channels that may be there again: one message each finds out.
    """
    until, held = now + LEASE, 0
    opening = next_open(calendar, Hours.parse(rules.hours), now, zone)
    async with sessions() as session:
        await begin_write(session)
        due = await _first(session, _due(now, resting), rules.at_once * _LOOKED_AT)
        limits = await _Limits.read(session, rules, due, now)
        this = _Round(rules.at_once, probing)
        for one in due:
            if opening != now and not (one.urgent and rules.urgent_at_once):
                held += _hold(one, Held.QUIET, opening or now + _DAY, _quiet(opening, zone))
            elif wait := limits.wait(one):
                held += _hold(one, Held.LIMIT, *wait)
            elif this.has_room_for(one):
                this.take(one, until)
        await session.commit()
    return Claimed(this.taken, until, held)


def _due(now: datetime, resting: Collection[str]) -> Select[Any]:
    free = or_(_Row.leased_until.is_(None), _Row.leased_until <= now, _Row.leased_until > now + LEASE)
    # A time further ahead than we ever set was written by a clock that has been put back since.
    strange = [and_(_Row.held == held, _Row.next_at > now + most) for held, most in _FURTHEST.items()]
    query = select(_Row).where(_Row.state == SendState.WAITING, free, or_(_Row.next_at <= now, *strange))
    if resting:
        query = query.where(_Row.channel.not_in(resting))
    return query


async def _first(session: AsyncSession, due: Select[Any], most: int) -> Sequence[OutgoingMessage]:
    """Urgent ones, then those that wait longest: two questions the index answers without sorting all."""
    found: list[OutgoingMessage] = []
    for urgent in (true(), false()):
        query = due.where(_Row.urgent == urgent).order_by(_Row.next_at, _Row.id)
        found += await session.scalars(query.limit(most - len(found)).with_for_update(skip_locked=True))
    return found


async def are_due(session: AsyncSession, now: datetime, resting: Collection[str]) -> bool:
    """Whether a round would find anything: asked without taking SQLite's one write lock."""
    query = _due(now, resting).with_only_columns(_Row.id).limit(1)
    return await session.scalar(query) is not None


def _hold(row: OutgoingMessage, held: Held, until: datetime, why: str) -> int:
    row.held, row.next_at, row.why = held, until, why
    return 1


def _quiet(opening: datetime | None, zone: tzinfo) -> str:
    if opening is None:
        return "发送时段未开放"
    return f"夜间免打扰，{opening.astimezone(zone):%m-%d %H:%M} 后发送"


@dataclass
class _Round:
    """What a round has taken so far; one message a person, so that limits can be counted."""

    most: int
    probing: Collection[str]
    taken: list[OutgoingMessage] = field(default_factory=list)
    _persons: set[str] = field(default_factory=set)
    _channels: set[str] = field(default_factory=set)

    def has_room_for(self, row: OutgoingMessage) -> bool:
        if len(self.taken) >= self.most or (row.person and row.person in self._persons):
            return False
        return not (row.channel in self.probing and row.channel in self._channels)

    def take(self, row: OutgoingMessage, until: datetime) -> None:
        row.leased_until = until
        self.taken.append(row)
        self._persons.add(row.person)
        self._channels.add(row.channel)


@dataclass(frozen=True)
class _Limits:
    """When each person was sent something within a day, oldest first."""

    rules: Notices
    sent: Mapping[str, Sequence[datetime]]
    now: datetime

    @classmethod
    async def read(
        cls, session: AsyncSession, rules: Notices, rows: Sequence[OutgoingMessage], now: datetime
    ) -> _Limits:
        people = {one.person for one in rows if one.person}
        query = select(_Row.person, _Row.sent_at).where(_Row.person.in_(people), _Row.sent_at > now - _DAY)
        sent: dict[str, list[datetime]] = defaultdict(list)
        if people:
            for person, at in await session.execute(query.order_by(_Row.sent_at)):
                if at is not None:
                    sent[person].append(at)
        return cls(rules, sent, now)

    def wait(self, row: OutgoingMessage) -> tuple[datetime, str] | None:
        """Until when the message has to wait, and the reason; None: it may go."""
        rules, is_staff = self.rules, row.account_id is not None
        per_day = rules.staff_per_day if is_staff else rules.per_day
        per_hour = rules.staff_per_hour if is_staff else rules.per_hour
        for window, most, name in ((_DAY, per_day, "24 小时"), (_HOUR, per_hour, "1 小时")):
            recent = [at for at in self.sent.get(row.person, ()) if at > self.now - window]
            if len(recent) >= most:
                free = min(recent[-most] + window, self.now + window)
                return free, f"{name}内已发 {len(recent)} 条，每人限 {most} 条"
        return None


async def finish(
    session: AsyncSession, row: OutgoingMessage, until: datetime, values: Mapping[str, object]
) -> bool:
    """Write what came of an attempt, in the caller's transaction; False: the lease was lost, nothing is."""
    change = update(_Row).where(
        _Row.id == row.id, _Row.leased_until == until, _Row.state == SendState.WAITING
    )
    result = await session.execute(change.values(leased_until=None, **values))
    return isinstance(result, CursorResult) and result.rowcount == 1


async def wake(session: AsyncSession, channel: str, now: datetime) -> None:
    """A channel is there again: what waited for it alone need not wait longer."""
    waits = _Row.state == SendState.WAITING, _Row.held == Held.RETRY, _Row.channel == channel
    await session.execute(update(_Row).where(*waits, _Row.next_at > now).values(next_at=now))
