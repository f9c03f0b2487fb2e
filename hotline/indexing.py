"""Search work of the part `timers`: events and a sweep keep the index, and keywords raise alerts.

Here, and only here, the index meets the ledger, the case engine and the inspections' scores.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import literal, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from core.bus import Bus
from core.clock import Clock
from core.db import SessionFactory, begin_write
from core.events import CallChanged, CaseMoved, CaseOpened, Event, RecordingReady, TranscriptReady
from core.settings import Settings
from ivr.ledger.tables import Call
from recorder.capture import sides
from recorder.capture.tables import RecordingSide
from recorder.quality.final import final_score
from recorder.search import alerts, index, sweep
from recorder.search.facts import CallFacts
from recorder.search.gather import gather, keep_measures
from recorder.tables import Recording, RecordingState
from ticketing.tables import Case
from web.api.calls import case_ids

#: An event that could not be handled for this long is given up: the sweep finds the recording.
GIVE_UP_AFTER = timedelta(hours=1)
#: Not archived yet, or not any more: these are not searched.
_NOT_FOUND = (RecordingState.STAGED, RecordingState.DELETED)
#: Recordings read in one go when the whole index is made anew.
_BATCH = 200

log = structlog.get_logger()


class Indexing:
    """Keeps the search index of recordings. Doing anything twice changes nothing."""

    def __init__(self, settings: Settings, sessions: SessionFactory, clock: Clock) -> None:
        self._sessions, self._clock = sessions, clock
        self._alerts_for = timedelta(hours=settings.search.alert_hours)
        self._sweep_s = settings.search.sweep_s
        #: Where the slow walk over all recordings stands.
        self._walked = 0

    def works(self, bus: Bus) -> list[Coroutine[Any, Any, None]]:
        """What `timers` runs."""
        return [self.follow(bus), self.sweep()]

    @staticmethod
    def wants(event: Event) -> bool:
        if isinstance(event, CallChanged):
            return event.ended
        return isinstance(event, RecordingReady | TranscriptReady | CaseOpened | CaseMoved)

    async def follow(self, bus: Bus) -> None:
        """Handle events until cancelled; one that cannot be handled now comes again."""
        async for message_id, event in bus.consume("search", "timers", self.wants, gather_s=1.0):
            try:
                await self.handle(event)
            except Exception as error:  # noqa: BLE001 - event consumer boundary
                if self._clock.now() - event.at < GIVE_UP_AFTER:
                    log.warning(
                        "not indexed, will try again", event_type=type(event).__name__, why=str(error)
                    )
                    continue
                log.error("not indexed, given up", event_type=type(event).__name__, why=str(error))
            await bus.ack("search", message_id)

    async def handle(self, event: Event) -> None:
        """Bring the recording an event is about up to date."""
        match event:
            case RecordingReady(recording_id=recording_id) | TranscriptReady(recording_id=recording_id):
                await self.put(recording_id)
            case CallChanged(call_id=call_id):
                await self._put_of(call_id)
            case CaseOpened(call_id=call_id):
                await self._put_of(call_id)
            case CaseMoved(case_id=case_id):
                async with self._sessions() as session:
                    found = await session.scalar(select(Case.call_id).where(Case.id == case_id))
                await self._put_of(found)

    async def _put_of(self, call_id: str | None) -> None:
        if call_id is None:
            return
        # Of a call that has just ended none is archived: that is one question, and no more.
        names = select(RecordingSide.side_id).where(RecordingSide.call_id == call_id)
        mine = Recording.call_id.in_(names.union_all(select(literal(call_id))))
        query = select(Recording.id).where(mine, Recording.state.not_in(_NOT_FOUND)).order_by(Recording.id)
        async with self._sessions() as session:
            found = (await session.scalars(query)).all()
        for recording_id in found:
            await self.put(recording_id)

    async def put(self, recording_id: int) -> None:
        """Write index, measures and alerts of a recording, all or nothing."""
        async with self._sessions() as session:
            recording = await session.get(Recording, recording_id)
            if recording is None or recording.state in _NOT_FOUND:
                return
            call, ended_at = await call_facts(session, recording)
            found = await gather(session, recording, call)
        async with self._sessions() as session:
            await begin_write(session)
            # One at a time; and what was deleted meanwhile stays forgotten.
            query = select(Recording.state).where(Recording.id == recording_id).with_for_update()
            state = await session.scalar(query)
            if state in (None, RecordingState.DELETED):
                return
            # Read behind the lock: a score handed in meanwhile is in it, or waits until this is written.
            score = await final_score(session, recording_id)
            figures = replace(found.document.figures, score=score)
            await index.put(session, replace(found.document, figures=figures))
            if found.measures is not None:
                await keep_measures(session, recording_id, found.measures)
            now = self._clock.now()
            if now - ended_at <= self._alerts_for:
                await alerts.raise_alerts(session, recording_id, call.call_id, found.heard, now)
            await session.commit()

    async def sweep(self) -> None:
        """Find what events did not bring, again and again: the newest each time, all in turn."""
        while True:
            try:
                await self.sweep_once()
            except (SQLAlchemyError, OSError) as error:
                log.warning("search index not swept", why=str(error).splitlines()[:1])
            await asyncio.sleep(self._sweep_s)

    async def sweep_once(self) -> int:
        """Index what was missed among the newest and the next stretch of old ones; how many those were."""
        async with self._sessions() as session:
            newest = await sweep.newest_id(session)
            found = [*await sweep.missed(session, newest - sweep.WINDOW + 1, newest)]
            first, self._walked = self._walked + 1, self._walked + sweep.WINDOW
            found += await sweep.missed(session, first, self._walked)
            if self._walked >= newest:
                self._walked = 0
        done = 0
        for recording_id in dict.fromkeys(found):
            try:
                await self.put(recording_id)
            except Exception as error:  # noqa: BLE001 - job runner boundary: one must not hold up the rest
                log.warning("recording not indexed", recording=recording_id, why=str(error))
            else:
                done += 1
        if done:
            log.info("search index caught up", recordings=done)
        return done

    async def everything(self) -> AsyncIterator[int]:
        """Index all recordings anew, oldest first; yields how many are done."""
        last, done = 0, 0
        while True:
            async with self._sessions() as session:
                query = select(Recording.id).where(Recording.id > last).order_by(Recording.id).limit(_BATCH)
                ids = (await session.scalars(query)).all()
            if not ids:
                return
            for recording_id in ids:
                await self.put(recording_id)
            last, done = ids[-1], done + len(ids)
            yield done


async def call_facts(session: AsyncSession, recording: Recording) -> tuple[CallFacts, datetime]:
    """What the index has to know of a recording's call, and when that ended."""
    call = await session.get(Call, sides.call_of(recording.call_id))
    if call is None:  # the ledger comes later, or never: the recording is found all the same
        return CallFacts(sides.call_of(recording.call_id), recording.created_at), recording.created_at
    case_id = (await case_ids(session, [call])).get(call.id)
    number = await session.scalar(select(Case.number).where(Case.id == case_id)) if case_id else None
    facts = CallFacts(
        call_id=call.id,
        started_at=call.started_at,
        caller=call.caller,
        seat=call.seat,
        queue=call.queue,
        survey=call.survey,
        marks=call.marks,
        case_id=case_id,
        case_number=number or "",
        handed_to=call.handed_to,
    )
    return facts, call.ended_at or call.started_at
