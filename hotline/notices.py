"""Messages to citizens and staff put together for the part `timers` (反馈短信)."""

from __future__ import annotations

from core.clock import Clock
from core.db import SessionFactory
from core.delivery import Courier
from core.settings import Settings
from ticketing.notices.adapters import adapters
from ticketing.notices.sender import Sender


async def send(settings: Settings, sessions: SessionFactory, clock: Clock) -> None:
    """Send what is due, until cancelled."""
    rules = settings.notices
    async with Courier(settings.delivery) as courier:
        ways = adapters(rules, courier)
        await Sender(sessions, rules, ways, clock, settings.calendar.timezone).run()
