"""`hotline reconcile` and its daily run: does the ledger agree with the switch's own queue log (对账)?"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from core.clock import CHINA, Clock, SystemClock
from core.db import SessionFactory, make_engine, make_sessions
from core.settings import Settings
from ivr.reconciliation import queue_log
from ivr.reconciliation.reconcile import Report, reconcile
from ivr.reconciliation.tables import Reconciliation

#: A day is reconciled once it has been over for this long: its last calls have ended.
AFTER = timedelta(hours=3)
LOOK_EVERY_S = 600.0

log = structlog.get_logger()


def last_day(now: datetime) -> date:
    """The last day (in China) that is to be reconciled by `now`."""
    return (now.astimezone(CHINA) - AFTER).date() - timedelta(days=1)


async def run_once(settings: Settings, day: date) -> Report:
    """Reconcile one day for the command line, whose output is the report alone."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    engine = make_engine(settings.database_url)
    try:
        return await reconcile(make_sessions(engine), queue_log.path(settings), day, SystemClock())
    finally:
        await engine.dispose()


def as_json(day: date, report: Report) -> str:
    """One object, for scripts."""
    return json.dumps({"day": day.isoformat(), **_figures(report)}, ensure_ascii=False, indent=1)


def _figures(report: Report) -> dict[str, Any]:
    return {
        "calls": report.calls,
        "entries": report.entries,
        "difference_s": report.difference_s,
        "difference_calls": report.difference_calls,
        "differences": [asdict(one) for one in report.differences],
    }


def as_text(day: date, report: Report) -> str:
    """For eyes: a sentence, and a line a difference."""
    head = (
        f"{day}: {report.calls} calls, {report.entries} entries into queues, "
        f"difference {report.difference_s:g} s in {report.difference_calls} calls"
    )
    rows = [
        f"  {one.call_id} {one.what}: ledger {one.ledger or 'nothing'}, "
        f"queue log {one.queue_log or 'nothing'} ({one.difference_s:g} s)"
        for one in report.differences
    ]
    return "\n".join([head, *rows])


async def daily(settings: Settings, sessions: SessionFactory, clock: Clock) -> None:
    """Reconcile each day some hours after its end, also one that ended while this part was down."""
    while True:
        try:
            await reconcile_if_due(settings, sessions, clock)
        except (SQLAlchemyError, OSError) as error:
            log.warning("not reconciled, will try again", why=str(error).splitlines()[0])
        await asyncio.sleep(LOOK_EVERY_S)


async def reconcile_if_due(settings: Settings, sessions: SessionFactory, clock: Clock) -> Report | None:
    """Reconcile the last day unless that has been done after its end; None when there is nothing to do."""
    day = last_day(clock.now())
    over = datetime.combine(day + timedelta(days=1), time(), CHINA) + AFTER
    async with sessions() as session:
        row = await session.get(Reconciliation, day)
    if row is not None and row.at >= over:
        return None
    report = await reconcile(sessions, queue_log.path(settings), day, clock)
    tell = log.info if not report.difference_calls else log.error
    tell(
        "reconciled with the switch's queue log",
        day=str(day),
        calls=report.calls,
        difference_s=report.difference_s,
        difference_calls=report.difference_calls,
    )
    return report
