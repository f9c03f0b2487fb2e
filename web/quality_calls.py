"""Where quality inspection meets the rest: talks to sample from ledger, cases and recordings; a seat's part.

Used by the web process and by the part `timers`.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import CHINA
from core.db import SessionFactory
from core.errors import NotFoundError
from core.tables import Account
from ivr.ledger.tables import Call
from ivr.seats.tables import SeatState
from recorder import queries
from recorder.quality import weeks
from recorder.quality.rules import Candidate
from recorder.quality.talk import Talk, Word, words_of
from recorder.search.tables import KeywordAlert, MeasuresRow
from recorder.tables import Recording, RecordingState, Transcript
from ticketing.forms import CaseKind
from ticketing.tables import Case

#: Recording, its call, longest silence and talk-over in seconds (None: not measured).
_Rows = Select[int, Call, float, float]
#: States in which there is something to listen to.
PLAYABLE = (RecordingState.ARCHIVED, RecordingState.VERIFIED, RecordingState.TRANSCRIBED)


class LedgerCandidates:
    """`recorder.quality.rules.Candidates` from the ledger."""

    def __init__(self, sessions: SessionFactory) -> None:
        self._sessions = sessions

    async def between(self, first: date, last: date) -> list[Candidate]:
        begin, end = weeks.midnight(first), weeks.midnight(last + timedelta(days=1))
        query = _talks().where(Call.started_at >= begin, Call.started_at < end)
        async with self._sessions() as db:
            return await _candidates(db, query)


async def candidate_of(db: AsyncSession, call_id: str) -> Candidate:
    """One call, chosen by a person.

    Raises:
        NotFoundError: no such call, no seat talked in it, or no recording of it can be played.
    """
    found = await _candidates(db, _talks().where(Call.id == call_id))
    if not found:
        raise NotFoundError("没有可供质检的录音：该来电不存在、没有坐席接听，或录音不可用。")
    return found[0]


async def talk_of(db: AsyncSession, recording: Recording, call: Call) -> Talk:
    """The seat's part of a call: what was said before and after is ours, not the seat's."""
    begins = _since(call.answered_at or call.started_at, call.seat_answered_at)
    ends = min(begins + call.talk_s, recording.duration_s) if call.talk_s else recording.duration_s
    rows = {one.side: one for one in await queries.transcripts_of(db, recording.id)}
    hotline, caller = rows.get("hotline"), rows.get("caller")
    return Talk(
        begins=begins,
        ends=max(begins, ends),
        seat=_words(hotline, begins, ends),
        caller=_words(caller, begins, ends),
        peaks=recording.peaks,
        is_test_model=any(one.is_test_model for one in rows.values()),
    )


def _words(row: Transcript | None, begins: float, ends: float) -> tuple[Word, ...] | None:
    return None if row is None else words_of(row.words, begins, ends)


def _since(begin: datetime, at: datetime | None) -> float:
    return max(0.0, (at - begin).total_seconds()) if at else 0.0


def _talks() -> _Rows:
    """Talks of seats whose recording can be played, with what was measured of them."""
    return (
        select(Recording.id, Call, MeasuresRow.longest_silence_s, MeasuresRow.talk_over_s)
        .join(Call, Call.id == Recording.call_id)
        .outerjoin(MeasuresRow, MeasuresRow.recording_id == Recording.id)
        .where(
            Recording.state.in_(PLAYABLE),
            Call.seat != "",
            Call.seat_answered_at.is_not(None),
            Call.ended_at.is_not(None),
        )
    )


async def _candidates(db: AsyncSession, query: _Rows) -> list[Candidate]:
    rows = (await db.execute(query)).all()
    if not rows:
        return []
    span = (min(row[1].started_at for row in rows), max(row[1].started_at for row in rows))
    within = (Call.started_at >= span[0], Call.started_at <= span[1])
    people = await _people(db)
    sat = await _sat(db, span)
    complaints = set(await db.scalars(_complaints().where(*within)))
    words = await _keywords(db, within)
    made = []
    for recording_id, call, silence, talk_over in rows:
        agent = people.get(sat.get((call.id, call.seat)) or _usual(people, call) or 0)
        made.append(
            Candidate(
                recording_id=recording_id,
                call_id=call.id,
                seat=call.seat,
                agent_id=agent.id if agent else None,
                day=call.started_at.astimezone(CHINA).date(),
                talk_s=call.talk_s,
                survey=call.survey,
                keywords=tuple(words.get(recording_id, ())),
                longest_silence_s=silence,
                talk_over_s=talk_over,
                is_complaint=call.id in complaints,
                agent_days=(call.started_at - agent.created_at).days if agent else None,
            )
        )
    return made


async def _people(db: AsyncSession) -> dict[int, Account]:
    return {one.id: one for one in await db.scalars(select(Account))}


def _usual(people: dict[int, Account], call: Call) -> int | None:
    """Whose seat it is now, if it was then; nobody where two share it."""
    ids = [
        one.id
        for one in people.values()
        if one.extension == call.seat and (one.seated_at is None or call.started_at >= one.seated_at)
    ]
    return ids[0] if len(ids) == 1 else None


async def _sat(db: AsyncSession, span: tuple[datetime, datetime]) -> dict[tuple[str, str], int]:
    """(Call, seat) → who sat there during it, where presence knows."""
    query = select(SeatState.call_id, SeatState.extension, SeatState.account_id).where(
        SeatState.call_id != "",
        SeatState.account_id.is_not(None),
        SeatState.started_at >= span[0],
        SeatState.started_at <= span[1] + timedelta(days=1),
    )
    return {(row[0], row[1]): row[2] for row in await db.execute(query) if row[2] is not None}


def _complaints() -> Select[str]:
    return select(Call.id).join(Case, Case.call_id == Call.id).where(Case.kind == CaseKind.COMPLAINT)


async def _keywords(db: AsyncSession, within: tuple[ColumnElement[bool], ...]) -> dict[int, list[str]]:
    """Recording → words of alert lists that were said in it."""
    query = select(KeywordAlert.recording_id, KeywordAlert.words).join(Call, Call.id == KeywordAlert.call_id)
    found: dict[int, list[str]] = {}
    for recording_id, words in await db.execute(query.where(*within)):
        found.setdefault(recording_id, []).extend(words)
    return found
