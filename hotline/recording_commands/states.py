"""`hotline recordings list` and `retry`: where recordings are on their way, and another try (录音状态)."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.ext.asyncio import AsyncSession

from core import audit
from core.clock import CHINA, SystemClock
from core.db import SessionFactory, begin_write, make_engine, make_sessions
from core.errors import HotlineError
from core.settings import Settings
from recorder.capture import states
from recorder.tables import Recording, RecordingState

if TYPE_CHECKING:
    from hotline.recording_commands import Add


def register(add: Add) -> None:
    """Both actions."""
    listing = add("list", "recordings by state, newest first", _list)
    listing.add_argument("--state", choices=[str(state) for state in RecordingState])
    listing.add_argument("--failing", action="store_true", help="only damaged or to be tried again")
    listing.add_argument("--limit", type=int, default=50)
    listing.add_argument("--json", action="store_true", help="one JSON object")
    again = add("retry", "have a failed or damaged recording tried again at once", _retry)
    which = again.add_mutually_exclusive_group(required=True)
    which.add_argument("id", type=int, nargs="?", help="number of the recording, see `list`")
    which.add_argument("--damaged", action="store_true", help="all damaged ones")


def _list(settings: Settings, arguments: argparse.Namespace) -> int:
    return asyncio.run(_with_sessions(settings, _listed, arguments))


def _retry(settings: Settings, arguments: argparse.Namespace) -> int:
    return asyncio.run(_with_sessions(settings, _retried, arguments))


async def _with_sessions(settings: Settings, work: Any, arguments: argparse.Namespace) -> int:
    engine = make_engine(settings.database_url)
    try:
        status: int = await work(settings, make_sessions(engine), arguments)
        return status
    finally:
        await engine.dispose()


async def _listed(_settings: Settings, sessions: SessionFactory, arguments: argparse.Namespace) -> int:
    state = RecordingState(arguments.state) if arguments.state else None
    async with sessions() as session:
        figures = await states.figures(session)
        page = await states.listing(session, state=state, failing=arguments.failing, limit=arguments.limit)
    if arguments.json:
        counts = {str(one.state): {"count": one.count, "failing": one.failing} for one in figures}
        body = {"states": counts, "items": [_fields(row) for row in page.rows]}
        sys.stdout.write(json.dumps(body, ensure_ascii=False) + "\n")
        return 0
    sys.stdout.write("  ".join(f"{one.state} {one.count}" for one in figures) + "\n")
    for row in page.rows:
        words = row.last_error
        if row.attempts:
            words = f"{row.attempts} failed, next {_time(row.next_try_at)}: {words}"
        sys.stdout.write(
            f"{row.id:>8} {row.state:<12} {_time(row.created_at)} {row.duration_s:>8.1f} s"
            f"  {row.call_id}  {words}".rstrip()
            + "\n"
        )
    return 0


async def _retried(settings: Settings, sessions: SessionFactory, arguments: argparse.Namespace) -> int:
    async with sessions() as session:
        wanted = await states.damaged_ids(session) if arguments.damaged else [arguments.id]
    refused = 0
    for recording_id in wanted:
        async with sessions() as session:
            await begin_write(session)
            refused += not await _one(session, settings, recording_id)
            await session.commit()
    return 1 if refused else 0


async def _one(session: AsyncSession, settings: Settings, recording_id: int) -> bool:
    now = SystemClock().now()
    try:
        row = await states.retry(session, settings, recording_id, now)
    except HotlineError as error:
        sys.stdout.write(f"{recording_id}: {error}\n")
        return False
    detail = {"call_id": row.call_id, "error": row.last_error[:200]}
    action, subject = audit.Action.RECORDING_RETRIED, f"recording:{row.id}"
    audit.record(session, at=now, actor_id=None, action=action, subject=subject, detail=detail)
    sys.stdout.write(f"{recording_id}: {row.state}, to be tried again\n")
    return True


def _fields(row: Recording) -> dict[str, Any]:
    return {
        "id": row.id,
        "call_id": row.call_id,
        "state": row.state,
        "created_at": row.created_at.isoformat(),
        "duration_s": row.duration_s,
        "attempts": row.attempts,
        "last_error": row.last_error,
        "next_try_at": row.next_try_at.isoformat() if row.next_try_at else None,
    }


def _time(moment: datetime | None) -> str:
    return f"{moment.astimezone(CHINA):%Y-%m-%d %H:%M:%S}" if moment else "-"
