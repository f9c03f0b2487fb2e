"""Reconciles a day (对账): ledger against queue log, and stored legs against the events they came from."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import CHINA, Clock
from core.db import SessionFactory
from ivr.ledger.legs import Legs
from ivr.ledger.legs_queries import stored_legs
from ivr.ledger.reducer import reduce_whole
from ivr.ledger.store import Events, events_of_calls
from ivr.ledger.tables import Call
from ivr.reconciliation import queue_log
from ivr.reconciliation.compare import Difference, compare
from ivr.reconciliation.queue_log import LogLine
from ivr.reconciliation.stays import ledger_stays, log_stays
from ivr.reconciliation.tables import Reconciliation

#: Calls taken into memory at once; between two such heaps other work of the process has its turn.
HEAP = 200
#: A call belongs to the day it began on. It may stay in queues this much longer.
LONGEST = timedelta(hours=12)
#: Differences kept with the row.
KEPT = 100


@dataclass(frozen=True)
class Report:
    """What reconciling came to."""

    #: Calls compared.
    calls: int
    #: Entries into queues compared, by the ledger.
    entries: int
    differences: tuple[Difference, ...]

    @property
    def difference_s(self) -> float:
        """Seconds by which the two differ beyond the log's resolution."""
        return round(sum(one.difference_s for one in self.differences), 3)

    @property
    def difference_calls(self) -> int:
        """Calls about which they do not agree."""
        return len({one.call_id for one in self.differences})


async def reconcile(sessions: SessionFactory, log_path: Path, day: date, clock: Clock) -> Report:
    """Compare the calls that began on `day` (in China) and have ended, and keep the row of that day."""
    begin = datetime.combine(day, time(), CHINA)
    end = begin + timedelta(days=1)
    told = await asyncio.to_thread(_lines_by_call, log_path, begin, end + LONGEST)
    async with sessions() as session:
        query = select(Call.id).where(Call.started_at >= begin, Call.started_at < end)
        calls = list(await session.scalars(query.where(Call.ended_at.is_not(None)).order_by(Call.id)))
        report = await _report(session, calls, told)
        unknown = await _unknown_calls(session, told, begin, end)
    report = Report(report.calls, report.entries, report.differences + unknown)
    async with sessions.begin() as session:
        await session.merge(_row(day, report, clock.now()))
    return report


async def reconcile_call(sessions: SessionFactory, log_path: Path, call_id: str) -> Report:
    """Compare one call that has ended; nothing is kept."""
    async with sessions() as session:
        call = await session.get_one(Call, call_id)
        until = (call.ended_at or call.started_at) + LONGEST
        told = await asyncio.to_thread(
            _lines_by_call, log_path, call.started_at - timedelta(seconds=1), until
        )
        return await _report(session, [call_id], told)


def _lines_by_call(log_path: Path, begin: datetime, end: datetime) -> dict[str, list[LogLine]]:
    found: dict[str, list[LogLine]] = defaultdict(list)
    for line in queue_log.lines_between(log_path, begin, end):
        if line.shape.part != queue_log.Part.NONE:
            found[line.call_id].append(line)
    return found


async def _report(
    session: AsyncSession, calls: Sequence[str], told: Mapping[str, Sequence[LogLine]]
) -> Report:
    entries, differences = 0, list[Difference]()
    for first in range(0, len(calls), HEAP):
        heap = calls[first : first + HEAP]
        events, legs = await events_of_calls(session, heap), await stored_legs(session, heap)
        for call_id in heap:
            count, found = _call(call_id, events[call_id], legs.get(call_id), told.get(call_id, ()))
            entries += count
            differences += found
        await asyncio.sleep(0)
    return Report(len(calls), entries, tuple(differences))


def _call(
    call_id: str, events: Events, stored: Legs | None, told: Sequence[LogLine]
) -> tuple[int, list[Difference]]:
    """How many entries of one call were compared, and what differs."""
    whole = reduce_whole(call_id, events.values())
    if whole is None or (ended_at := whole[0].ended_at) is None:
        return 0, []
    legs, stays = whole[1], ledger_stays(events.values())
    found = list(compare(call_id, stays, log_stays(told), ended_at))
    if stored is not None and stored != legs:
        found.append(Difference(call_id, "legs", _shown(stored), _shown(legs)))
    return len(stays), found


def _shown(legs: Legs) -> str:
    return " ".join(f"{leg.holder_kind}:{leg.holder}:{leg.state}" for leg in legs.call)


async def _unknown_calls(
    session: AsyncSession, told: Mapping[str, Sequence[LogLine]], begin: datetime, end: datetime
) -> tuple[Difference, ...]:
    """Calls the log has and the ledger has not."""
    entered = {
        call_id: lines
        for call_id, lines in told.items()
        if begin.timestamp() <= lines[0].at < end.timestamp() and lines[0].word == "ENTERQUEUE"
    }
    known: set[str] = set()
    names = list(entered)
    for first in range(0, len(names), HEAP):
        query = select(Call.id).where(Call.id.in_(names[first : first + HEAP]))
        known.update(await session.scalars(query))
    return tuple(
        Difference(call_id, "entry", "", f"{lines[0].queue} {lines[0].at}", float(lines[-1].at - lines[0].at))
        for call_id, lines in entered.items()
        if call_id not in known
    )


def _row(day: date, report: Report, at: datetime) -> Reconciliation:
    return Reconciliation(
        day=day,
        at=at,
        calls=report.calls,
        entries=report.entries,
        difference_s=report.difference_s,
        difference_calls=report.difference_calls,
        differences=[asdict(one) for one in report.differences[:KEPT]],
    )
