"""One recording as the index wants it, gathered from the recorder's own tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from recorder import queries
from recorder.measures import Measures, measure
from recorder.search import alerts, keyword_lists
from recorder.search.alerts import Heard
from recorder.search.facts import CallFacts, Figures
from recorder.search.index import Document
from recorder.search.lines import Line, lines_of
from recorder.search.tables import MeasuresRow
from recorder.tables import Recording, Transcript


@dataclass(frozen=True)
class Gathered:
    """What is to be written of a recording."""

    document: Document
    #: None: there is no transcript yet.
    measures: Measures | None
    heard: Sequence[Heard]


async def gather(session: AsyncSession, recording: Recording, call: CallFacts) -> Gathered:
    """Read, measure and hold against the keyword lists. Writes nothing."""
    transcripts = await queries.transcripts_of(session, recording.id)
    lines = lines_in(transcripts)
    heard = alerts.listen(lines, await keyword_lists.listing(session, active_only=True)) if lines else []
    measures = measured(recording, transcripts) if transcripts else None
    newest = select(func.max(Transcript.id)).where(Transcript.recording_id == recording.id)
    document = Document(
        recording_id=recording.id,
        call=call,
        figures=Figures(
            duration_s=recording.duration_s,
            silence_share=measures.silence_share if measures else None,
            talk_over_s=measures.talk_over_s if measures else None,
        ),
        lines=lines,
        keywords=list(dict.fromkeys(word for one in heard for word in one.words)),
        transcript_id=await session.scalar(newest) or 0,
    )
    return Gathered(document, measures, heard)


def lines_in(transcripts: Sequence[Transcript]) -> list[Line]:
    """Both sides' lines: the caller's first."""
    return [
        line for one in transcripts for line in lines_of(one.side, one.text, one.words, one.normal_text or "")
    ]


def measured(recording: Recording, transcripts: Sequence[Transcript]) -> Measures:
    words = {one.side: one.words for one in transcripts}
    return measure(recording.peaks or {}, recording.duration_s, words)


async def keep_measures(session: AsyncSession, recording_id: int, measures: Measures) -> None:
    """Write what was measured, in place of what was there."""
    row = await session.get(MeasuresRow, recording_id)
    if row is None:
        session.add(MeasuresRow(recording_id=recording_id, **asdict(measures)))
        return
    for name, value in asdict(measures).items():
        setattr(row, name, value)
