"""`hotline recordings retranscribe`: hear recordings again with the model there is now (重新转写)."""

from __future__ import annotations

import argparse
import asyncio
import sys
from datetime import datetime
from typing import TYPE_CHECKING

from core import audit
from core.clock import CHINA, SystemClock
from core.db import SessionFactory, begin_write, make_engine, make_sessions
from core.settings import Settings
from hotline.refusal import Refusal
from recorder.transcribe.again import Wanted, put_back

if TYPE_CHECKING:
    from hotline.recording_commands import Add

_TEXT = "have recordings heard again, behind those that wait for a first transcript; old versions are kept"


def register(add: Add) -> None:
    """The action."""
    action = add("retranscribe", _TEXT, _retranscribe)
    action.add_argument("--since", type=_moment, metavar="DAY", help="taken in on or after 2026-11-01")
    action.add_argument("--until", type=_moment, metavar="DAY", help="taken in before 2026-12-01")
    action.add_argument("--call", metavar="ID", help="of this call")
    differs = "whose transcript is by another model than the one found now"
    action.add_argument("--model-differs", action="store_true", help=differs)
    action.add_argument("--all", action="store_true", help="every recording that has a transcript")


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=CHINA)


def _retranscribe(settings: Settings, arguments: argparse.Namespace) -> int:
    chosen = (arguments.since, arguments.until, arguments.call, arguments.model_differs, arguments.all)
    if not any(chosen):
        raise Refusal("Say which: --since, --until, --call, --model-differs, or --all.")
    not_by = _present_model(settings) if arguments.model_differs else None
    wanted = Wanted(arguments.since, arguments.until, arguments.call, not_by)
    done = asyncio.run(_run(settings, wanted))
    sys.stdout.write(f"{done} recordings wait to be heard again\n")
    return 0


def _present_model(settings: Settings) -> tuple[str, str]:
    """Engine and name of the model the transcriber would use now.

    Raises:
        Refusal: there is none.
    """
    # They load vosk's native library, which no other command needs.
    from recorder.transcribe.download import Downloader
    from recorder.transcribe.models import ModelFinder

    memory = settings.paths.state / "transcribe" / "download.json"
    finder = ModelFinder(settings.transcribe, Downloader(memory.parent, memory, SystemClock(), lambda: False))
    found = finder.find()
    if found is None:
        raise Refusal(finder.help())
    return "vosk", found.name


async def _run(settings: Settings, wanted: Wanted) -> int:
    engine = make_engine(settings.database_url)
    try:
        return await run(make_sessions(engine), wanted)
    finally:
        await engine.dispose()


async def run(sessions: SessionFactory, wanted: Wanted) -> int:
    """Put all of them back in line, a batch at a time, each in the audit trail; how many."""
    done, last = 0, 0
    detail = {key: str(value) for key, value in vars(wanted).items() if value is not None}
    while True:
        async with sessions() as session:
            await begin_write(session)
            ids = await put_back(session, wanted, last)
            if not ids:
                return done
            audit.record(
                session,
                at=SystemClock().now(),
                actor_id=None,
                action=audit.Action.RECORDING_RETRANSCRIBED,
                subject=f"recording:{ids[0]}" if len(ids) == 1 else "recordings",
                detail=detail | {"count": len(ids), "first": ids[0], "last": ids[-1]},
            )
            await session.commit()
        done, last = done + len(ids), ids[-1]
