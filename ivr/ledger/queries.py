"""Reading the ledger: pages of calls and one call. A page is one query, whatever its length."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from core.clock import CHINA
from core.errors import InvalidError, NotFoundError
from ivr.ledger.tables import Call, Seat

_When = InstrumentedAttribute[datetime]


@dataclass(frozen=True)
class CallPage:
    """Calls, newest first, and the cursor of the page after them."""

    calls: Sequence[Call]
    next: str | None


async def list_calls(
    session: AsyncSession,
    *,
    live: bool | None = None,
    day: date | None = None,
    limit: int = 50,
    cursor: str = "",
) -> CallPage:
    """A page of calls, newest first.

    Args:
        live: True: calls in progress; False: ended ones; None: both.
        day: the day they began, in China.
        limit: calls on the page, at least 1.
        cursor: `CallPage.next` of the page before; empty: the first page.

    Raises:
        InvalidError: a cursor that is not ours.
    """
    query = select(Call).order_by(Call.started_at.desc(), Call.id.desc()).limit(limit + 1)
    if live is not None:
        query = query.where(Call.ended_at.is_(None) if live else Call.ended_at.is_not(None))
    if day is not None:
        query = query.where(_began(day))
    if cursor:
        query = query.where(_before(cursor))
    found = (await session.scalars(query)).all()
    page = found[:limit]
    return CallPage(page, _cursor(page[-1]) if len(found) > limit else None)


async def call_detail(session: AsyncSession, call_id: str) -> Call:
    """
    Raises:
        NotFoundError: no such call.
    """
    call = await session.get(Call, call_id)
    if call is None:
        raise NotFoundError
    return call


async def calls_by_id(session: AsyncSession, call_ids: Collection[str]) -> dict[str, Call]:
    """Those of `call_ids` the ledger has: for lists of cases, in one statement."""
    query = select(Call).where(Call.id.in_(call_ids))
    return {call.id: call for call in await session.scalars(query)}


async def count_by_outcome(session: AsyncSession, day: date) -> Counter[str]:
    """How many calls began on `day` (in China), by outcome."""
    query = select(Call.outcome, func.count()).where(_began(day)).group_by(Call.outcome)
    return Counter(dict((await session.execute(query)).all()))


_NOT_OURS = "不是有效的翻页位置"
#: In a queue, not yet with a person, not gone on to the message box.
_WAITING = and_(Call.queued_at.is_not(None), Call.seat_answered_at.is_(None), Call.message_at.is_(None))


@dataclass(frozen=True)
class Load:
    """How busy the hotline is right now."""

    live: int
    #: By queue: calls in it that are not yet with a person.
    waiting: Counter[str]


async def load(session: AsyncSession) -> Load:
    """Calls in progress and, among them, those waiting for a person."""
    query = select(Call.queue, _WAITING, func.count()).where(Call.ended_at.is_(None))
    live = 0
    waiting: Counter[str] = Counter()
    for queue, waits, count in await session.execute(query.group_by(Call.queue, _WAITING)):
        live += count
        if queue:
            waiting[queue] += count if waits else 0
    return Load(live, waiting)


async def list_seats(session: AsyncSession) -> Sequence[Seat]:
    """All seats by extension."""
    return (await session.scalars(select(Seat).order_by(Seat.extension))).all()


def on_day(when: _When, day: date) -> ColumnElement[bool]:
    """`when` lies on `day` in China."""
    begin = datetime.combine(day, time(), CHINA)
    return and_(when >= begin, when < begin + timedelta(days=1))


def _began(day: date) -> ColumnElement[bool]:
    return on_day(Call.started_at, day)


def _before(cursor: str) -> ColumnElement[bool]:
    """Calls after the cursor's row in the list's order."""
    try:
        text = base64.urlsafe_b64decode(cursor.encode()).decode()
        moment, _, call_id = text.partition(" ")
        at = datetime.fromisoformat(moment).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidError(fields={"cursor": _NOT_OURS}) from error
    if not call_id.isprintable():
        raise InvalidError(fields={"cursor": _NOT_OURS})
    return or_(Call.started_at < at, and_(Call.started_at == at, Call.id < call_id))


def _cursor(last: Call) -> str:
    return base64.urlsafe_b64encode(f"{last.started_at.isoformat()} {last.id}".encode()).decode()
