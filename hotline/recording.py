"""The part `recorder`, given the call ledger to ask: here, and only here, the two rooms meet."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from datetime import datetime

from core.db import SessionFactory, make_engine, make_sessions
from core.settings import Settings
from ivr.ledger import queries
from recorder import worker


class LedgerCalls:
    """`recorder.calls.Ledger` from the call ledger."""

    def __init__(self, sessions: SessionFactory) -> None:
        self._sessions = sessions

    async def have_ended(self, call_ids: Collection[str]) -> Mapping[str, bool]:
        async with self._sessions() as session:
            found = await queries.calls_by_id(session, call_ids)
        return {call_id: call.ended_at is not None for call_id, call in found.items()}

    async def spoken(self, call_id: str) -> tuple[datetime, datetime] | None:
        async with self._sessions() as session:
            call = (await queries.calls_by_id(session, [call_id])).get(call_id)
        if call is None or call.answered_at is None or call.ended_at is None:
            return None
        return call.answered_at, call.ended_at


async def main(settings: Settings, stop: asyncio.Event) -> None:
    """Take recordings in until `stop` is set."""
    engine = make_engine(settings.database_url)
    try:
        await worker.main(settings, stop, calls=LedgerCalls(make_sessions(engine)))
    finally:
        await engine.dispose()
