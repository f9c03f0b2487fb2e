"""The trunk watch (中继监测): looks at every trunk, raises the alarm when one goes down, keeps the outages.

A trunk that nobody may ask (qualify_s 0, no registration) is unknown and raises nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import CHINA, Clock
from core.db import SessionFactory, begin_write
from core.process import report
from core.settings import Settings
from core.trunks import E1Trunk, SipTrunk
from ivr.switch.ami import SwitchRefusedError, SwitchUnavailableError
from ivr.switch.lines import ChannelLine
from ivr.trunks import gauges, state
from ivr.trunks.state import Seen, Signs
from ivr.trunks.tables import TrunkOutage, TrunkState, TrunkStatus

LOOK_EVERY_S = 5.0
#: Listing more lines than this costs both sides so much that they are counted at every second look only.
MANY_LINES = 40
log = structlog.get_logger()


class SwitchPort(Protocol):
    """As much of the switch as the watch needs (ivr.switch.ami.Switch)."""

    async def contact_status(self, endpoint: str) -> str: ...

    async def registrations(self) -> Mapping[str, str]: ...

    async def spans(self) -> Mapping[int, bool]: ...

    async def channel_lines(self) -> Sequence[ChannelLine]: ...


class TrunkWatch:
    """What is known of the trunks now."""

    def __init__(
        self, settings: Settings, switch: SwitchPort, sessions: SessionFactory, clock: Clock
    ) -> None:
        self._trunks = settings.trunk_table
        self._switch, self._sessions, self._clock = switch, sessions, clock
        self._known: dict[str, TrunkStatus] | None = None
        #: What was counted last, and whether it may serve once more.
        self._full = state.used((), self._trunks)
        self._is_good_again = False

    async def look(self) -> gauges.Gauges:
        """Ask the switch, tell what changed, keep it.

        Raises:
            SwitchUnavailableError, SwitchRefusedError, SQLAlchemyError, OSError: nothing was kept.
        """
        full = await self._count()
        signs = await self._signs()
        known = self._known if self._known is not None else await self._read()
        now = self._clock.now()
        today = now.astimezone(CHINA).date()
        changed = []
        for name, trunk in self._trunks.items():
            seen, status = state.judge(name, trunk, signs), known.get(name)
            if status is None:
                status = known[name] = TrunkStatus(
                    trunk=name, state=TrunkState.UNKNOWN, since=now, detail="", peak=0, peak_day=today
                )
            peak = max(full.trunks[name], status.peak if status.peak_day == today else 0)
            before = (status.state, status.detail, status.peak, status.peak_day)
            if before != (seen.state, seen.detail, peak, today):
                changed.append((name, seen, peak))
        if changed:
            await self._keep(known, changed, now)
        self._known = known
        return self._gauges(full)

    async def _count(self) -> state.Used:
        if self._is_good_again:
            self._is_good_again = False
            return self._full
        channels = await self._switch.channel_lines()
        self._full = state.used(channels, self._trunks)
        self._is_good_again = len(channels) > MANY_LINES
        return self._full

    async def _signs(self) -> Signs:
        sip = {name: trunk for name, trunk in self._trunks.items() if isinstance(trunk, SipTrunk)}
        asked = [name for name, trunk in sip.items() if trunk.qualify_s]
        registers = any(trunk.register_at for trunk in sip.values())
        registered = await self._switch.registrations() if registers else {}
        return Signs(
            contacts={name: await self._switch.contact_status(f"trunk-{name}") for name in asked},
            registrations={key.removeprefix("trunk-"): value for key, value in registered.items()},
            spans=await self._spans(),
        )

    async def _spans(self) -> Mapping[int, bool]:
        if not any(isinstance(trunk, E1Trunk) for trunk in self._trunks.values()):
            return {}
        try:
            return await self._switch.spans()
        except SwitchRefusedError:  # the module found no card and was not loaded
            return {}

    async def _read(self) -> dict[str, TrunkStatus]:
        async with self._sessions() as session:
            rows = await session.scalars(select(TrunkStatus).where(TrunkStatus.trunk.in_(self._trunks)))
            return {row.trunk: row for row in rows}

    async def _keep(
        self, known: dict[str, TrunkStatus], changed: list[tuple[str, Seen, int]], now: datetime
    ) -> None:
        today = now.astimezone(CHINA).date()
        fresh: dict[str, TrunkStatus] = {}
        async with self._sessions.begin() as session:
            await begin_write(session)
            for name, seen, peak in changed:
                old = known[name]
                since = old.since if old.state == seen.state else now
                fresh[name] = await session.merge(
                    TrunkStatus(
                        trunk=name,
                        state=seen.state,
                        since=since,
                        detail=seen.detail,
                        peak=peak,
                        peak_day=today,
                    )
                )
                if old.state != seen.state:
                    await _note_outage(session, name, seen, now)
            await session.flush()
            session.expunge_all()
        for name, seen, _ in changed:
            _tell(name, known[name], seen)
            known[name] = fresh[name]
        self._report(known)

    def _report(self, known: Mapping[str, TrunkStatus]) -> None:
        down = [name for name in self._trunks if known[name].state == TrunkState.DOWN]
        report(f"trunks down: {', '.join(down)}" if down else "")

    def _gauges(self, full: state.Used) -> gauges.Gauges:
        known = self._known or {}
        return gauges.Gauges(
            {
                name: gauges.TrunkGauge(
                    TrunkState(one.state), one.detail, one.since.isoformat(), full.trunks[name], one.peak
                )
                for name, one in known.items()
            },
            full.ivr,
            full.seats,
        )


async def _note_outage(session: AsyncSession, name: str, seen: Seen, now: datetime) -> None:
    if seen.state == TrunkState.DOWN:
        session.add(TrunkOutage(trunk=name, detail=seen.detail, began_at=now))
        return
    over = update(TrunkOutage).where(TrunkOutage.trunk == name, TrunkOutage.ended_at.is_(None))
    await session.execute(over.values(ended_at=now))


def _tell(name: str, before: TrunkStatus, seen: Seen) -> None:
    if seen.state == TrunkState.DOWN and before.state != TrunkState.DOWN:
        log.error("ALARM: a trunk is down", trunk=name, why=seen.detail)
    elif seen.state != TrunkState.DOWN and before.state == TrunkState.DOWN:
        log.info("a trunk is up again", trunk=name, state=str(seen.state), since=before.since.isoformat())
    if seen.detail != before.detail and seen.state == TrunkState.UP and seen.detail:
        log.warning("part of a trunk is down", trunk=name, why=seen.detail)


async def run(settings: Settings, sessions: SessionFactory, switch: SwitchPort, clock: Clock) -> None:
    """Look for ever; a switch, database or Redis that is away is waited for."""
    watch = TrunkWatch(settings, switch, sessions, clock)
    redis: Redis = Redis.from_url(settings.redis.url, socket_connect_timeout=2, socket_timeout=2)
    in_vain = 0
    try:
        while True:
            try:
                await gauges.write(redis, await watch.look())
                in_vain = 0
            except (SwitchUnavailableError, SwitchRefusedError) as error:
                in_vain += 1
                if in_vain == 2:  # the first is a start, or a start of the switch
                    log.warning("trunks cannot be watched: the switch is away", why=str(error))
            except (SQLAlchemyError, RedisError, OSError) as error:
                log.warning("what is known of the trunks was not kept", why=str(error).splitlines()[:1])
            await asyncio.sleep(LOOK_EVERY_S)
    finally:
        await redis.aclose()
