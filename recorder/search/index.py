"""Putting recordings into the search index and taking them out. All within the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.words import words_of
from recorder.search import words_table
from recorder.search.facts import CallFacts, Figures, tokens
from recorder.search.keys import key_of
from recorder.search.lines import Line, body_of
from recorder.search.tables import KeywordAlert, MeasuresRow, SearchRow, SearchText
from recorder.tables import Recording


@dataclass(frozen=True)
class Document:
    """One recording as the index takes it."""

    recording_id: int
    call: CallFacts
    figures: Figures = field(default_factory=Figures)
    lines: Sequence[Line] = ()
    #: Words of keyword lists that were said.
    keywords: Sequence[str] = ()
    #: Newest transcript the lines come from; 0: there is none.
    transcript_id: int = 0


async def put(session: AsyncSession, document: Document) -> None:
    """Write a recording into the index, in place of what was there of it. A score it had stays."""
    before = await _row(session, document.recording_id)
    if before is not None:
        score = before.score if document.figures.score is None else document.figures.score
        document = replace(document, figures=replace(document.figures, score=score))
        await _remove(session, before)
    key = await _free_key(session, document)
    body = body_of(document.lines)
    facts = " ".join(tokens(document.call, document.figures, document.keywords))
    session.add(_as_row(key, document))
    lines = [line.as_json() for line in document.lines]
    session.add(SearchText(recording_id=document.recording_id, body=body, facts=facts, lines=lines))
    await session.flush()
    await words_table.add(session, key, _all_words(body, facts))


async def set_score(session: AsyncSession, recording_id: int, score: float | None) -> None:
    """Write the inspection's score (0 to 100) of a recording; one that is not in the index is left alone.

    Who puts a recording into the index holds its row's lock meanwhile: this waits for it.
    """
    await session.scalar(select(Recording.id).where(Recording.id == recording_id).with_for_update())
    row = await _row(session, recording_id)
    text = await session.get(SearchText, recording_id)
    if row is None or text is None:
        return
    await words_table.remove(session, row.key, _all_words(text.body, text.facts))
    row.score = score
    text.facts = " ".join(tokens(facts_of(row), figures_of(row), row.keywords))
    await session.flush()
    await words_table.add(session, row.key, _all_words(text.body, text.facts))


async def forget(session: AsyncSession, recording_id: int) -> None:
    """Take a recording out for good: index, measures and alerts."""
    if (row := await _row(session, recording_id)) is not None:
        await _remove(session, row)
    await session.execute(delete(MeasuresRow).where(MeasuresRow.recording_id == recording_id))
    await session.execute(delete(KeywordAlert).where(KeywordAlert.recording_id == recording_id))


def facts_of(row: SearchRow) -> CallFacts:
    """What a row of the index knows of its call."""
    return CallFacts(
        call_id=row.call_id,
        started_at=row.started_at,
        caller=row.caller,
        seat=row.seat,
        queue=row.queue,
        survey=row.survey,
        marks=row.marks,
        handed_to=row.handed_to,
        case_id=row.case_id,
        case_number=row.case_number,
    )


def figures_of(row: SearchRow) -> Figures:
    return Figures(row.duration_s, row.silence_share, row.talk_over_s, row.score)


def _as_row(key: int, document: Document) -> SearchRow:
    call, figures = document.call, document.figures
    return SearchRow(
        key=key,
        recording_id=document.recording_id,
        call_id=call.call_id,
        started_at=call.started_at,
        caller=call.caller,
        seat=call.seat,
        queue=call.queue,
        duration_s=figures.duration_s,
        case_id=call.case_id,
        case_number=call.case_number,
        score=figures.score,
        survey=call.survey,
        silence_share=figures.silence_share,
        talk_over_s=figures.talk_over_s,
        keywords=list(document.keywords),
        marks=list(call.marks),
        handed_to=list(call.handed_to),
        transcript_id=document.transcript_id,
    )


async def _row(session: AsyncSession, recording_id: int) -> SearchRow | None:
    found: SearchRow | None = await session.scalar(
        select(SearchRow).where(SearchRow.recording_id == recording_id).with_for_update()
    )
    return found


async def _remove(session: AsyncSession, row: SearchRow) -> None:
    text = await session.get(SearchText, row.recording_id)
    if text is not None:
        await words_table.remove(session, row.key, _all_words(text.body, text.facts))
        await session.delete(text)
    await session.delete(row)
    await session.flush()


async def _free_key(session: AsyncSession, document: Document) -> int:
    key = key_of(document.call.started_at, document.recording_id)
    while await session.scalar(select(SearchRow.key).where(SearchRow.key == key)) is not None:
        key += 1
    return key


def _all_words(body: str, facts: str) -> list[str]:
    """Sorted: what is taken out has to be what was put in."""
    return sorted(words_of(body) | set(facts.split()))
