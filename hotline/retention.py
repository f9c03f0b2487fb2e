"""The recorder's keeping of time, in `timers`: the daily sweep, the eraser, personal data (保存期限)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from core.clock import Clock
from core.db import SessionFactory
from core.settings import Settings
from hotline.personal_data import LedgerPerson
from recorder.retention.deletion import Eraser
from recorder.retention.requests import Bundler
from recorder.retention.sweep import sweep_if_due
from web.retention_facts import LedgerFacts

#: Seconds between two looks for signed proposals and new requests.
LOOK_S = 5.0
#: Seconds between two looks at the clock for the sweep and for what has expired.
DAILY_LOOK_S = 300.0

log = structlog.get_logger()


def works(settings: Settings, sessions: SessionFactory, clock: Clock) -> Sequence[Coroutine[Any, Any, None]]:
    """What runs side by side with the rest of `timers`."""
    eraser = Eraser(settings, sessions, clock, LedgerFacts())
    bundler = Bundler(settings, sessions, clock, LedgerPerson())

    async def day() -> bool:
        await sweep_if_due(settings.retention, sessions, LedgerFacts(), clock)
        await bundler.expire()
        return False

    return (
        _again("eraser", eraser.run_one, LOOK_S),
        _again("personal data", bundler.run_one, LOOK_S),
        _again("sweep", day, DAILY_LOOK_S),
    )


async def _again(name: str, work: Callable[[], Awaitable[bool]], pause_s: float) -> None:
    """`work` over and over, with a pause whenever it finds nothing to do."""
    while True:
        try:
            while await work():
                pass
        except (SQLAlchemyError, OSError) as error:
            log.warning("retention waits", work=name, why=str(error).splitlines()[:1])
        await asyncio.sleep(pause_s)
