"""Calls: the ledger's rows with their case, recording and transcripts beside them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date
from http import HTTPMethod
from typing import Any

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.callbacks import queries as callbacks
from ivr.ledger import queries
from ivr.ledger.legs_queries import legs_of
from ivr.ledger.tables import Call
from ivr.visits import queries as visits
from recorder import queries as recordings
from recorder.tables import Recording, RecordingState, Transcript
from ticketing import queries as cases
from web.api import capture_marks
from web.api.masking import Viewer
from web.api.models import (
    CallDetail,
    CallLegAnswer,
    CallPage,
    CallSummary,
    GapAnswer,
    MenuStep,
    Peaks,
    RecordingAnswer,
    SeatLegAnswer,
    SideAnswer,
    TranscriptAnswer,
    Word,
)
from web.api.openapi import PREFIX
from web.api.recording_rights import Right, may_in, rights_in
from web.api.route import STAFF, Ask, Asked, Routes

routes = Routes("calls")

#: States in which the archive copy exists.
PLAYABLE = frozenset({RecordingState.ARCHIVED, RecordingState.VERIFIED, RecordingState.TRANSCRIBED})


class CallsQuery(Asked):
    live: bool | None = None
    day: date | None = Field(None, ge=date(2000, 1, 1), le=date(2199, 12, 31))
    limit: int = Field(50, ge=1, le=200)
    cursor: str = Field("", max_length=200)


class CallPath(Asked):
    id: str = Field(min_length=1, max_length=64)


@routes.add(HTTPMethod.GET, "/calls", "Calls, newest first (来电)", roles=STAFF)
async def list_calls(ask: Ask, query: CallsQuery) -> CallPage:
    async with ask.services.sessions() as db:
        page = await queries.list_calls(
            db, live=query.live, day=query.day, limit=query.limit, cursor=query.cursor
        )
        items = await summaries(db, page.calls, Viewer.of(ask.account))
    return CallPage(items=items, next=page.next)


@routes.add(HTTPMethod.GET, "/calls/{id}", "One call with recording and transcripts", roles=STAFF)
async def call(ask: Ask, path: CallPath) -> CallDetail:
    async with ask.services.sessions() as db:
        found = await queries.call_detail(db, path.id)
        recording = await recordings.recording_of(db, found.id)
        transcripts = await recordings.transcripts_of(db, recording.id) if recording else []
        legs = await legs_of(db, found.id)
        beside = await capture_marks.beside(db, found, legs, ask.services.clock.now())
        (summary,) = await summaries(db, [found], Viewer.of(ask.account))
        hears = await may_in(db, await rights_in(db, ask), Right.LISTEN, found)
    viewer = Viewer.of(ask.account)
    return CallDetail(
        **dict(summary),
        caller_raw=viewer.shows(found.caller_raw, found),
        menu_path=[MenuStep.model_validate(step) for step in found.menu_path],
        queued_at=found.queued_at,
        seat_answered_at=found.seat_answered_at,
        message_at=found.message_at,
        announcements=found.announcements,
        visit=found.visit,
        recording=_recording(recording, beside, playable=hears) if recording else None,
        # What was said is as private as how it sounded: callers speak their numbers.
        transcripts=[_transcript(one) for one in transcripts if hears],
        may_listen=hears,
        legs=[CallLegAnswer(**asdict(leg)) for leg in legs.call],
        seat_legs=[SeatLegAnswer(**asdict(leg)) for leg in legs.seats],
    )


async def summaries(db: AsyncSession, calls: Sequence[Call], viewer: Viewer) -> list[CallSummary]:
    """Rows as `viewer` may see them, with their cases: one query for all of them."""
    ids = await case_ids(db, calls)
    return [summary(one, ids.get(one.id), viewer) for one in calls]


async def case_ids(db: AsyncSession, calls: Sequence[Call]) -> dict[str, int]:
    """The case of each call: the one opened from it or, of a call we placed, the one it is about."""
    asked = await _asked_in(db, _about("callback", calls))
    by_call = await cases.ids_by_call(db, [*(one.id for one in calls), *asked.values()])
    called_back = {call_id: by_call[first] for call_id, first in asked.items() if first in by_call}
    visited = await _visited(db, _about("visit", calls))
    return visited | called_back | {one.id: by_call[one.id] for one in calls if one.id in by_call}


def _about(purpose: str, calls: Sequence[Call]) -> dict[str, int]:
    """Call → id of what it was placed for."""
    found = {one.id: re.fullmatch(rf"{purpose}:([0-9]{{1,9}})", one.purpose) for one in calls}
    return {call_id: int(match[1]) for call_id, match in found.items() if match}


async def _asked_in(db: AsyncSession, wanted: dict[str, int]) -> dict[str, str]:
    """Call → the one in which the call-back was asked for, or that was missed."""
    known = await callbacks.call_ids(db, wanted.values()) if wanted else {}
    return {call_id: known[row_id] for call_id, row_id in wanted.items() if row_id in known}


async def _visited(db: AsyncSession, wanted: dict[str, int]) -> dict[str, int]:
    """Call → the case a result visit asks about."""
    known = await visits.case_ids(db, wanted.values()) if wanted else {}
    return {call_id: known[row_id] for call_id, row_id in wanted.items() if row_id in known}


def summary(call: Call, case_id: int | None, viewer: Viewer) -> CallSummary:
    """One row as `viewer` may see it."""
    fields: dict[str, Any] = {
        name: getattr(call, name) for name in CallSummary.model_fields if name != "case_id"
    }
    fields["caller"] = viewer.shows(call.caller, call)
    return CallSummary(**fields, case_id=case_id)


def _recording(recording: Recording, beside: capture_marks.Beside, *, playable: bool) -> RecordingAnswer:
    playable = playable and recording.state in PLAYABLE
    return RecordingAnswer(
        id=recording.id,
        state=RecordingState(recording.state),
        duration_s=recording.duration_s,
        peaks=Peaks.model_validate(recording.peaks or {"step_s": 0.1, "caller": [], "hotline": []}),
        audio_url=f"{PREFIX}/recordings/{recording.id}/audio" if playable else None,
        gaps=[GapAnswer(**asdict(gap)) for gap in beside.gaps],
        sides=[_side(row, side, playable=playable) for row, side in beside.sides],
    )


def _side(row: Recording, side: capture_marks.Side, *, playable: bool) -> SideAnswer:
    playable = playable and row.state in PLAYABLE
    return SideAnswer(
        id=row.id,
        kind=side.kind,
        from_s=side.from_s,
        duration_s=row.duration_s,
        state=RecordingState(row.state),
        audio_url=f"{PREFIX}/recordings/{row.id}/audio" if playable else None,
    )


def _transcript(transcript: Transcript) -> TranscriptAnswer:
    words: Iterable[dict[str, Any]] = transcript.words
    return TranscriptAnswer(
        side=transcript.side,
        engine=transcript.engine,
        model=transcript.model,
        is_test_model=transcript.is_test_model,
        version=transcript.version,
        text=transcript.text,
        normal_text=transcript.normal_text,
        words=[Word.model_validate(one) for one in words],
    )
