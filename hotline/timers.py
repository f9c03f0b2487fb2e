"""The part `timers`: publishes the outbox, opens draft cases from calls, watches over FastAGI.

Here, and only here, the case engine meets the ledger and the recorder: it reads their tables for it.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from core import outbox, repeats
from core.bus import Bus
from core.clock import Clock, SystemClock
from core.db import SessionFactory, make_engine, make_sessions
from core.process import until_stopped, wait_for_database, wait_for_redis
from core.settings import Settings
from hotline import history, notices, platforms, proof, quality, reconcile, retention, watchdog
from hotline.indexing import Indexing
from ivr.ledger.tables import CONFIDENTIAL, Call
from recorder.tables import Recording, Transcript
from ticketing.intake import Caller, Intake
from ticketing.links.following import Following
from ticketing.rounds import Rounds

#: Published outbox rows are kept this long, for a person who wonders what was said.
KEEP_PUBLISHED = timedelta(days=7)
#: An event that could not be handled for this long is given up, with a log line.
GIVE_UP_AFTER = timedelta(days=1)
#: Calls that come in together get their drafts together.
GATHER_S = 0.3
#: Stands before a description the small test model wrote: it says nothing about what people said.
TEST_MODEL_NOTE = "（测试模型转写）"
log = structlog.get_logger()


class LedgerCalls:
    """`ticketing.intake.CallFacts` from the call ledger."""

    def __init__(self, sessions: SessionFactory) -> None:
        self._sessions = sessions

    async def caller(self, call_id: str) -> Caller | None:
        async with self._sessions() as session:
            query = select(Call.caller, Call.marks, Call.language).where(Call.id == call_id)
            row = (await session.execute(query)).first()
        if row is None:
            return None
        # The ledger says zh_CN, en, …; templates know Chinese and English.
        language = "en" if row.language.startswith("en") else "zh"
        return Caller(row.caller, CONFIDENTIAL in row.marks, language)


class RecorderTranscripts:
    """`ticketing.intake.TranscriptFacts` from the recorder: a real model's before the test model's."""

    def __init__(self, sessions: SessionFactory) -> None:
        self._sessions = sessions

    async def caller_text(self, call_id: str) -> str:
        query = (
            select(Transcript.text, Transcript.is_test_model)
            .join(Recording, Recording.id == Transcript.recording_id)
            .where(Recording.call_id == call_id, Transcript.side == "caller")
            .order_by(Transcript.is_test_model, Transcript.id.desc())
            .limit(1)
        )
        async with self._sessions() as session:
            row = (await session.execute(query)).first()
        if row is None or not row.text:
            return ""
        return TEST_MODEL_NOTE + row.text if row.is_test_model else str(row.text)


async def main(settings: Settings, stop: asyncio.Event) -> None:
    """Run until `stop`."""
    await wait_for_redis(settings, stop)
    await wait_for_database(settings, stop)
    engine = make_engine(settings.database_url)
    sessions = make_sessions(engine)
    bus, clock = Bus(settings.redis.url), SystemClock()
    intake = Intake(sessions, LedgerCalls(sessions), RecorderTranscripts(sessions), clock)
    log.info("ready")
    try:
        await until_stopped(
            stop,
            outbox.Relay(sessions, bus, clock, look_s=outbox.WATCHFUL_S).run(),
            open_drafts(bus, intake, clock),
            prune(sessions, clock),
            watchdog.watch(settings),
            reconcile.daily(settings, sessions, clock),
            quality.sample(settings, sessions, clock),
            proof.seal(settings, sessions, clock),
            *Indexing(settings, sessions, clock).works(bus),
            *retention.works(settings, sessions, clock),
            Rounds(sessions, settings.cases, clock).run(),
            Following(sessions, settings.cases, clock).run(),
            history.keep(settings, sessions, clock),
            notices.send(settings, sessions, clock),
            *platforms.Outward(settings, sessions, clock).works(bus),
        )
    finally:
        await bus.close()
        await engine.dispose()


async def open_drafts(bus: Bus, intake: Intake, clock: Clock) -> None:
    """Feed the case engine; an event it cannot handle now is not acked, so it comes again."""
    async for message_id, event in bus.consume("intake", "timers", Intake.wants, gather_s=GATHER_S):
        try:
            await intake.handle(event)
        except Exception as error:  # noqa: BLE001 - event consumer boundary
            name = type(event).__name__
            if clock.now() - event.at < GIVE_UP_AFTER:
                log.warning("not handled, will try again", event_type=name, why=str(error))
                continue
            log.error("given up", event_type=name, why=str(error), at=event.at.isoformat())
        await bus.ack("intake", message_id)


async def prune(sessions: SessionFactory, clock: Clock) -> None:
    """Keep the outbox and the names of requests small, once an hour."""
    while True:
        try:
            await outbox.prune(sessions, clock.now() - KEEP_PUBLISHED)
            await repeats.prune(sessions, clock.now())
        except (SQLAlchemyError, OSError) as error:
            log.warning("outbox not pruned", why=str(error).splitlines()[:1])
        await asyncio.sleep(3600)
