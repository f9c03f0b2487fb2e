"""Keeps addresses out that try wrong passwords: hears of each, writes the switch's list, raises the alarm.

The list is a file of the switch's configuration: it stays in force while we are away. What holds is in the
database, so that nobody is kept out for longer once we are back.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
from collections.abc import Mapping, Sequence
from typing import Protocol

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from core.clock import Clock
from core.db import SessionFactory
from core.errors import UnavailableError
from core.settings import Settings
from ivr.board.channel import ALARMS
from ivr.lockout import book
from ivr.lockout.counter import EVENTS, Attempt, Counter, attempt_of
from ivr.seats.tables import Lockout
from ivr.switch.hearing import CONNECTED, Hear

#: File of the switch's configuration with the addresses kept out.
FILE = "pjsip_lockouts.conf"
#: While anybody is kept out, and while nobody is: how often it is looked whether that has changed, seconds.
LOCKED_S, IDLE_S = 2.0, 60.0
_KIND = "lockout:"

log = structlog.get_logger()


class GuardSwitch(Protocol):
    """The part of the switch the guard needs (ivr.switch.ami.Switch as user `guard`)."""

    def listen(self, names: Sequence[str], hear: Hear) -> None: ...

    async def reload(self, module: str) -> None: ...


class Guard:
    """One task; `kept_out` is what the switch has been told."""

    def __init__(
        self, settings: Settings, switch: GuardSwitch, sessions: SessionFactory, redis: Redis, clock: Clock
    ) -> None:
        self._file = settings.asterisk_dir / "etc" / FILE
        self._minutes = settings.seats.lock_minutes
        self._switch, self._sessions, self._redis, self._clock = switch, sessions, redis, clock
        self._counter = Counter(settings.seats.lock_failures, exempt_networks(settings))
        self._waiting: list[tuple[Attempt, int]] = []
        self._wake = asyncio.Event()
        self.kept_out: set[str] | None = None

    async def run(self) -> None:
        """Until cancelled; what is away is waited for."""
        self._switch.listen(EVENTS, self.hear)
        while True:
            pause = LOCKED_S
            try:
                await self.look()
                pause = LOCKED_S if self.kept_out else IDLE_S
            except (UnavailableError, SQLAlchemyError, RedisError, OSError) as error:
                log.debug("the guard waits", why=str(error).splitlines()[:1])
            try:
                async with asyncio.timeout(pause):
                    await self._wake.wait()
            except TimeoutError:
                continue
            self._wake.clear()

    def hear(self, event: Mapping[str, str]) -> None:
        """An event of the switch."""
        if event["event"] == CONNECTED:
            self.kept_out = None
            self._wake.set()
        attempt = attempt_of(event)
        if attempt is None:
            return
        if count := self._counter.note(attempt, self._clock.now().timestamp()):
            self._waiting.append((attempt, count))
            self._wake.set()

    async def look(self) -> None:
        """Keep out whoever has to be, let in whoever may come again, tell of it.

        Raises:
            UnavailableError, SQLAlchemyError, RedisError, OSError: to be tried again.
        """
        while self._waiting:
            attempt, count = self._waiting[0]
            await self._lock(attempt, count)
            self._waiting.pop(0)
        async with self._sessions() as session:
            rows = await book.active(session, self._clock.now())
        wanted = {row.address for row in rows if not self._counter.is_exempt(row.address)}
        if wanted != self.kept_out:
            self._file.write_text(listed(wanted), encoding="ascii")
            await self._switch.reload("res_pjsip.so")
            self.kept_out = wanted
        await self._alarm(rows)

    async def _lock(self, attempt: Attempt, count: int) -> None:
        log.error(
            "ALARM: wrong SIP passwords",
            address=attempt.address,
            username=attempt.username,
            failures=count,
            locked=not self._counter.is_exempt(attempt.address),
        )
        await book.begin(self._sessions, attempt, count, self._clock.now(), self._minutes)

    async def _alarm(self, rows: Sequence[Lockout]) -> None:
        told = {str(name) for name in await self._redis.hkeys(ALARMS)}
        wanted = {f"{_KIND}{row.address}": row for row in rows}
        for kind in told - set(wanted):
            if kind.startswith(_KIND):
                await self._redis.hdel(ALARMS, kind)
        for kind in set(wanted) - told:
            await self._redis.hset(ALARMS, kind, json.dumps(_alarm(kind, wanted[kind]), ensure_ascii=False))


def _alarm(kind: str, row: Lockout) -> dict[str, str]:
    who = f"{row.address}（{row.username}）" if row.username else row.address
    return {
        "kind": kind,
        "text": f"{who} 连续输错话机密码 {row.failures} 次",
        "text_en": f"{row.failures} wrong SIP passwords from {row.address} ({row.username})",
        "since": row.began_at.isoformat(),
    }


def listed(addresses: set[str]) -> str:
    """The file's text: no section at all while nobody is kept out."""
    if not addresses:
        return "; Nobody is kept out.\n"
    rows = [f"deny = {ipaddress.ip_network(address)}" for address in sorted(addresses)]
    return "\n".join(["[lockouts]", "type = acl", *rows, ""])


def exempt_networks(settings: Settings) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """Never kept out: carriers, ourselves (a proxy in front of the WebSocket is there), and those named."""
    names = [
        *settings.carrier_addresses,
        settings.sip.host,
        settings.seats.ws_host,
        *settings.seats.lock_exempt,
    ]
    found = []
    for name in names:
        try:
            found.append(ipaddress.ip_network(name, strict=False))
        except ValueError:  # a host name: whoever has it is a carrier the switch asks the name server for
            log.debug("not an address", name=name)
    return found


async def run(settings: Settings, sessions: SessionFactory, switch: GuardSwitch, clock: Clock) -> None:
    """The work of the part `exchange`."""
    redis: Redis = Redis.from_url(settings.redis.url, decode_responses=True, socket_connect_timeout=2)
    try:
        await Guard(settings, switch, sessions, redis, clock).run()
    finally:
        await redis.aclose()
