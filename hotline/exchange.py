"""The part `exchange` (话务台): everything that watches or drives the switch besides the calls themselves.

Each work is a coroutine of its own room; here they are given the one connection to the switch.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

from asterisk_conf.render import system_name
from core import outbox
from core.bus import Bus
from core.clock import Clock, SystemClock
from core.db import SessionFactory, make_engine, make_sessions
from core.process import until_stopped, wait_for_database, wait_for_redis
from core.secrets import AMI, instance_secret
from core.settings import Settings
from hotline import callbacks, visits
from ivr import queues
from ivr.board import ringing, waiting_room
from ivr.desk.pauses import PauseKeeper
from ivr.desk.phone_transfer import PhoneTransfers
from ivr.house import upkeep as house_upkeep
from ivr.ledger.holds import Holds
from ivr.ledger.holds import path as holds_path
from ivr.lockout import guard
from ivr.outbound.dialler import SwitchDialler
from ivr.pin.desk import PinDesk
from ivr.queues.keeper import QueueKeeper
from ivr.seats import keeper as seats_keeper
from ivr.switch.ami import EXCHANGE_USER, GUARD_USER, Switch
from ivr.trunks import watch as trunk_watch
from recorder.capture.gaps import GapBook

log = structlog.get_logger()


def works(
    settings: Settings, sessions: SessionFactory, switch: Switch, clock: Clock
) -> list[Coroutine[Any, Any, None]]:
    """What runs side by side until the part is stopped."""
    dialler = SwitchDialler(settings, switch, clock, system_name(settings))
    Holds(holds_path(settings), clock).listen(switch)
    PhoneTransfers(switch)
    pauses = PauseKeeper(switch, GapBook(sessions, clock), clock)
    PinDesk(switch, lambda _over: None)  # opens muted recordings again; the console tells the result
    return [
        dialler.run(),
        pauses.run(),
        QueueKeeper(switch, queues.load(settings)).run(),
        trunk_watch.run(settings, sessions, switch, clock),
        house_upkeep.run(settings, sessions, clock),
        seats_keeper.run(settings, sessions, switch, clock),
        ringing.run(switch, settings.redis.url, clock),
        waiting_room.run(switch, settings.redis.url, clock),
        *callbacks.works(settings, sessions, dialler, switch, clock),
        *visits.works(settings, sessions, dialler, clock),
    ]


async def main(settings: Settings, stop: asyncio.Event) -> None:
    """Run until `stop`."""
    await wait_for_redis(settings, stop)
    await wait_for_database(settings, stop)
    engine = make_engine(settings.database_url)
    sessions, bus, clock = make_sessions(engine), Bus(settings.redis.url), SystemClock()
    secret = instance_secret(settings, AMI)
    switch, door = Switch(settings.ami, secret, EXCHANGE_USER), Switch(settings.ami, secret, GUARD_USER)
    try:
        await switch.connect()
        await door.connect()
        log.info("ready")
        async with outbox.relaying(sessions, bus, clock):
            door_work = guard.run(settings, sessions, door, clock)
            await until_stopped(stop, door_work, *works(settings, sessions, switch, clock))
    finally:
        await door.close()
        await switch.close()
        await bus.close()
        await engine.dispose()
