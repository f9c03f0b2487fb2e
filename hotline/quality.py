"""Drawing samples for quality inspection (质检抽检), in the part `timers`.

Every few minutes the rules look at the talks of the last days, so that an alert is in the inspectors' queue
while it still matters. Once a week is over and its last calls are transcribed, lots are drawn from all of it;
a week that ended while this part was down is drawn when it is back.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from core.clock import CHINA, Clock
from core.db import SessionFactory
from core.secrets import instance_secret
from core.settings import Settings
from recorder.quality import draw, sheets, weeks
from web.api.quality import LOTS
from web.quality_calls import LedgerCandidates

LOOK_EVERY_S = 300.0
#: A week is drawn once it has been over for this long: its last calls have ended and were transcribed.
AFTER = timedelta(hours=3)
#: How far back the rules look; later only the weekly draw does.
LOOK_BACK = timedelta(days=2)

log = structlog.get_logger()


def last_week(now: datetime) -> str:
    """The last week that is to be drawn by `now`."""
    return weeks.week_of((now.astimezone(CHINA) - AFTER).date() - timedelta(days=7))


async def sample(settings: Settings, sessions: SessionFactory, clock: Clock) -> None:
    """Until cancelled."""
    while True:
        try:
            await sample_once(settings, sessions, clock)
        except (SQLAlchemyError, OSError) as error:
            log.warning("no samples drawn, will try again", why=str(error).splitlines()[0])
        await asyncio.sleep(LOOK_EVERY_S)


async def sample_once(settings: Settings, sessions: SessionFactory, clock: Clock) -> int:
    """What is due now; how many samples are new."""
    await sheets.ensure_standard(sessions, clock)
    source, secret = LedgerCandidates(sessions), instance_secret(settings, LOTS)
    today = weeks.today(clock.now())
    made = await draw.draw(
        sessions,
        source,
        settings.quality,
        clock,
        first=today - LOOK_BACK,
        last=today,
        random=False,
        secret=secret,
    )
    week = last_week(clock.now())
    if await draw.is_due(sessions, week):
        first, last = weeks.days_of(week)
        made += await draw.draw(
            sessions,
            source,
            settings.quality,
            clock,
            first=first,
            last=last,
            random=True,
            secret=secret,
        )
        await draw.finish(sessions, week, clock)
        log.info("the week's sample is drawn", week=week)
    return made
