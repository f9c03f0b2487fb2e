"""Call-backs (回拨) put together: the list, the ledger, the calendar, the queues, the switch."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

import structlog

from core.bus import Bus
from core.calendar.keeper import CalendarKeeper
from core.clock import Clock
from core.db import SessionFactory
from core.settings import Settings
from ivr import queues
from ivr.callbacks.book import CallbackBook
from ivr.callbacks.hours import CallingHours
from ivr.callbacks.keeper import CallbackKeeper
from ivr.callbacks.listener import MissedCalls
from ivr.outbound.dialler import SwitchDialler
from ivr.switch.ami import Switch

log = structlog.get_logger()


def works(
    settings: Settings, sessions: SessionFactory, dialler: SwitchDialler, switch: Switch, clock: Clock
) -> list[Coroutine[Any, Any, None]]:
    """What the part `exchange` runs for call-backs, beside its other works."""
    book = CallbackBook(sessions, settings.callback, clock)
    calendar = CalendarKeeper(sessions, clock)
    keeper = CallbackKeeper(
        sessions,
        book,
        dialler,
        dialler,
        switch,
        CallingHours(settings, calendar, queues.load(settings), clock),
        settings.callback,
        settings.queue,
        clock,
    )
    return [calendar.run(), keeper.run(), listen(settings, MissedCalls(settings, sessions, book), keeper)]


async def listen(settings: Settings, missed: MissedCalls, keeper: CallbackKeeper) -> None:
    """Feed the listener; an event it cannot handle now is not acked, so it comes again.

    Who asked to be called back is on the list by the time the call has ended: that wakes the keeper.
    """
    bus = Bus(settings.redis.url)
    try:
        async for message_id, event in bus.consume("callbacks", "exchange", MissedCalls.wants, gather_s=1.0):
            try:
                await missed.handle(event)
            except Exception as error:  # noqa: BLE001 - event consumer boundary
                log.warning("not handled, will try again", event_type=type(event).__name__, why=str(error))
                continue
            await bus.ack("callbacks", message_id)
            keeper.wake()
    finally:
        await bus.close()
