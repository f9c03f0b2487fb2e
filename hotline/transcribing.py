"""The part `transcriber`, told which calls are urgent and which words the trade uses: here the rooms meet."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection

from sqlalchemy import select

from core.db import SessionFactory, make_engine, make_sessions
from core.process import wait_for_database
from core.settings import Settings
from ivr.ledger.tables import Call
from recorder import transcriber
from recorder.marks.tables import RecordingMark
from recorder.tables import Recording
from ticketing import catalogue

#: Marks of a call (`Call.marks`) that put it first: an emergency, a flagged number (标记号码).
_EMERGENCY, _FLAGGED = "emergency", "nuisance"
#: Names hold alternatives and explanations: 供水管道破裂（渗漏）, 乱贴、乱画.
_BETWEEN = re.compile(r"[（）()、/，,]+")


class LedgerMarks:
    """`recorder.transcribe.queue.Marks` from the call ledger and the marks people set on recordings."""

    def __init__(self, sessions: SessionFactory) -> None:
        self._sessions = sessions

    async def urgent(self, call_ids: Collection[str]) -> Collection[str]:
        marked = select(RecordingMark.id).where(RecordingMark.recording_id == Recording.id).exists()
        people = select(Recording.call_id).where(Recording.call_id.in_(call_ids), marked)
        calls = select(Call.id, Call.marks, Call.queue).where(Call.id.in_(call_ids))
        async with self._sessions() as session:
            found = set(await session.scalars(people))
            for call in await session.execute(calls):
                if call.queue == _EMERGENCY or any(_is_urgent(mark) for mark in call.marks):
                    found.add(call.id)
        return found


def _is_urgent(mark: str) -> bool:
    return mark.partition(":")[0] in (_EMERGENCY, _FLAGGED)


async def phrases(sessions: SessionFactory, edition: str = catalogue.DEFAULT_EDITION) -> list[str]:
    """Places and categories of this city, as people say them, each once."""
    async with sessions() as session:
        places = [place.name for place in await catalogue.places(session)]
        categories = await catalogue.categories(session, edition)
    names = [*places, *(name for one in categories for name in (one.major, one.minor))]
    said = [piece for name in names for piece in _BETWEEN.split(name) if len(piece) > 1]
    return list(dict.fromkeys([*said, *(name.removesuffix("街道") for name in places)]))


async def main(settings: Settings, stop: asyncio.Event) -> None:
    """Transcribe recordings until `stop` is set."""
    await wait_for_database(settings, stop)
    engine = make_engine(settings.database_url)
    sessions = make_sessions(engine)
    try:
        words = await phrases(sessions, settings.cases.edition)
        await transcriber.main(settings, stop, marks=LedgerMarks(sessions), phrases=words)
    finally:
        await engine.dispose()
