"""`hotline recordings reindex`: make the search index anew from recordings, calls and transcripts."""

from __future__ import annotations

import argparse
import asyncio
import sys
from typing import TYPE_CHECKING

from sqlalchemy import delete

from core.clock import SystemClock
from core.db import SessionFactory, begin_write, make_engine, make_sessions
from core.settings import Settings
from hotline.indexing import Indexing
from recorder.search import words_table
from recorder.search.tables import SearchRow, SearchText

if TYPE_CHECKING:
    from hotline.recording_commands import Add

_TEXT = "make the search index of recordings anew, while the hotline goes on"


def register(add: Add) -> None:
    action = add("reindex", _TEXT, _reindex)
    action.add_argument(
        "--clear", action="store_true", help="empty it first: after a restored or damaged database"
    )


def _reindex(settings: Settings, arguments: argparse.Namespace) -> int:
    return asyncio.run(_run(settings, clear=arguments.clear))


async def _run(settings: Settings, *, clear: bool) -> int:
    engine = make_engine(settings.database_url)
    sessions, done = make_sessions(engine), 0
    try:
        if clear:
            await empty(sessions)
        async for done in Indexing(settings, sessions, SystemClock()).everything():
            sys.stdout.write(f"{done} recordings\n")
            sys.stdout.flush()
    finally:
        await engine.dispose()
    sys.stdout.write(f"done: {done} recordings are in the search index\n")
    return 0


async def empty(sessions: SessionFactory) -> None:
    """Take everything out of the index; `Indexing.put` brings all of it back, scores too."""
    async with sessions() as session:
        await begin_write(session)
        await words_table.clear(session)
        await session.execute(delete(SearchText))
        await session.execute(delete(SearchRow))
        await session.commit()
