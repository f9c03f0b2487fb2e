"""What consoles are told of an event. Worded for each viewer, because numbers are masked for each."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Literal

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from core.events import (
    CallChanged,
    CaseEdited,
    CaseMoved,
    CaseOpened,
    Event,
    KeywordHeard,
    NoticeSent,
    RecordingReady,
    TranscriptReady,
)
from ivr.board import notices
from ivr.ledger.tables import Call
from ticketing.tables import Case
from web.api.calls import case_ids
from web.api.calls import summary as call_summary
from web.api.cases import summary as case_summary
from web.api.keyword_lists import ALERTED
from web.api.masking import Viewer
from web.api.models import CallSummary, CaseSummary
from web.api.notices import may_read, worded
from web.api.route import Answer
from web.live.models import Board, Notice, Pop, SeatLive


class CallNews(Answer):
    type: Literal["call"] = "call"
    call: CallSummary


class CaseNews(Answer):
    type: Literal["case"] = "case"
    case: CaseSummary


class TranscriptNews(Answer):
    type: Literal["transcript"] = "transcript"
    call_id: str


class RecordingNews(Answer):
    type: Literal["recording"] = "recording"
    call_id: str


class PresenceNews(Answer):
    """What a seat does has changed."""

    type: Literal["presence"] = "presence"
    seat: SeatLive


class BoardNews(Answer):
    """For leaders: at most every 0.5 s, and only when something changed."""

    type: Literal["board"] = "board"
    board: Board


class PopNews(Answer):
    """For the one seat that rings. Told again, whole, when more is known or may be shown."""

    type: Literal["pop"] = "pop"
    pop: Pop


class PopOverNews(Answer):
    """The call rang elsewhere, or gave up."""

    type: Literal["pop_over"] = "pop_over"
    call_id: str


class NoticeNews(Answer):
    """A leader's text, for those it is addressed to."""

    type: Literal["notice"] = "notice"
    notice: Notice


class KeywordAlertNews(Answer):
    """Keywords were said, or somebody has seen the alert. What was said is asked for, where rights count."""

    type: Literal["keyword_alert"] = "keyword_alert"
    call_id: str
    recording_id: int
    seen: bool


#: The message as one viewer gets it; None: not for this one.
Tell = Callable[[Viewer], BaseModel | None]


async def tell(db: AsyncSession, event: Event) -> list[Tell]:
    """The messages `event` is worth; none for what no page shows, or for a row that is gone."""
    match event:
        case CallChanged(call_id=call_id):
            return await _call(db, call_id)
        case CaseOpened(case_id=case_id, call_id=call_id):
            # The call's row shows its case, so it changed too.
            return [*await _case(db, case_id), *(await _call(db, call_id) if call_id else [])]
        case CaseMoved(case_id=case_id) | CaseEdited(case_id=case_id):
            return await _case(db, case_id)
        case NoticeSent(notice_id=notice_id):
            return await _notice(db, notice_id)
        case TranscriptReady(call_id=call_id):
            return [lambda _viewer: TranscriptNews(call_id=call_id)]
        case RecordingReady(call_id=call_id):
            return [lambda _viewer: RecordingNews(call_id=call_id)]
        case KeywordHeard():
            return [_keyword_heard(event)]
        case _:
            return []


async def _call(db: AsyncSession, call_id: str) -> list[Tell]:
    call = await db.get(Call, call_id)
    if call is None:
        return []
    case_id = (await case_ids(db, [call])).get(call_id)
    return [partial(_call_news, call, case_id)]


async def _case(db: AsyncSession, case_id: int) -> list[Tell]:
    case = await db.get(Case, case_id)
    if case is None:
        return []
    call = await db.get(Call, case.call_id) if case.call_id else None
    return [partial(_case_news, case, call)]


async def _notice(db: AsyncSession, notice_id: int) -> list[Tell]:
    line = await notices.one(db, notice_id)
    if line is None:
        return []
    news = NoticeNews(notice=worded(line))
    return [lambda viewer: news if may_read(line, viewer) else None]


def _keyword_heard(event: KeywordHeard) -> Tell:
    news = KeywordAlertNews(call_id=event.call_id, recording_id=event.recording_id, seen=event.seen)
    return lambda viewer: news if viewer.role in ALERTED else None


def _call_news(call: Call, case_id: int | None, viewer: Viewer) -> CallNews:
    return CallNews(call=call_summary(call, case_id, viewer))


def _case_news(case: Case, call: Call | None, viewer: Viewer) -> CaseNews:
    return CaseNews(case=case_summary(case, call, viewer))
