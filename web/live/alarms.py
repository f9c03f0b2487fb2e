"""What is wrong just now (告警): trunks, parts, disk as seen from here, and what others put into Redis."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from time import monotonic

import structlog
from pydantic import ValidationError
from redis.exceptions import RedisError
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from ivr.board.channel import ALARMS
from ivr.reconciliation.tables import Reconciliation
from ivr.trunks import gauges
from ivr.trunks.tables import TrunkState
from recorder import gauges as recorder
from web.health import Parts, parts
from web.live.models import Alarm
from web.services import Services

#: Asking every part whether it is up costs connections; seconds between two times.
LOOK_S = 5.0
#: What callers and seats would call a part.
PARTS = {
    "redis": "Redis",
    "database": "数据库",
    "asterisk": "电话交换",
    "agi": "语音导航",
    "watcher": "话单",
    "recorder": "录音",
    "transcriber": "转写",
    "timers": "定时任务",
    "exchange": "话务台",
    "listener": "实时转写",
}
log = structlog.get_logger()


class Alarms:
    """Remembers since when each of ours lasts. A part that hangs holds nobody up but the first who asks."""

    def __init__(self, services: Services, changed: Callable[[], None] = lambda: None) -> None:
        """`changed` is called when there are other alarms than before."""
        self._services, self._changed = services, changed
        self._since: dict[str, datetime] = {}
        self._looked = float("-inf")
        self._looking: asyncio.Task[None] | None = None
        self._known: list[Alarm] | None = None

    async def now(self) -> list[Alarm]:
        """All alarms, oldest first, as seen some `LOOK_S` ago at most."""
        if self._looking is None and monotonic() - self._looked >= LOOK_S:
            self._looking = asyncio.create_task(self._refresh())
        if self._known is None and self._looking is not None:
            await self._looking
        return self._known or []

    async def _refresh(self) -> None:
        try:
            known, self._known = self._known, await self._look()
        finally:
            self._looked, self._looking = monotonic(), None
        if known is not None and known != self._known:
            self._changed()

    async def _look(self) -> list[Alarm]:
        found: list[Alarm] = []
        for look in (self._told, self._trunks, self._disk, self._reconciliation):
            # That Redis or the database is away stands among the parts.
            with suppress(RedisError, SQLAlchemyError, OSError):
                found += await look()
        found += self._parts(await parts(self._services))
        self._since = {one.kind: one.since for one in found}
        return sorted(found, key=lambda one: (one.since, one.kind))

    async def _told(self) -> list[Alarm]:
        """What others say: lock-outs, reconciliation, whatever comes."""
        found = []
        for body in await self._services.redis.hvals(ALARMS):
            try:
                found.append(Alarm.model_validate_json(body))
            except ValidationError:
                log.warning("an alarm nobody can read", alarm=str(body)[:200])
        return found

    async def _trunks(self) -> list[Alarm]:
        now = await gauges.read(self._services.redis)
        down = {name: one for name, one in now.trunks.items() if one.state == TrunkState.DOWN}
        return [
            self._alarm(f"trunk:{name}", f"中继 {name} 中断", f"Trunk {name} is down", one.since_at)
            for name, one in down.items()
        ]

    async def _disk(self) -> list[Alarm]:
        said = await recorder.read(self._services.redis)
        if not said.disk_alarm:
            return []
        if said.disk is recorder.DiskState.FULL:
            zh, en = "录音磁盘已满，通话不再录音", "The recordings' disk is full: calls are not recorded"
            return [self._alarm("disk:full", zh, en)]
        left = f"{said.free_mib} MiB ({said.free_percent:g} %)"
        en = f"The recordings' disk is almost full: {left} left"
        return [self._alarm("disk", f"录音磁盘将满，剩余 {left}", en)]

    async def _reconciliation(self) -> list[Alarm]:
        """The last day on which the ledger and the switch's queue log do not agree (对账)."""
        async with self._services.sessions() as db:
            last = await db.scalar(select(Reconciliation).order_by(Reconciliation.day.desc()).limit(1))
        if last is None or not (last.difference_s or last.difference_calls):
            return []
        calls, seconds = last.difference_calls, round(last.difference_s)
        zh = f"{last.day} 对账有差异：{calls} 通，{seconds} 秒"
        en = f"Ledger and queue log of {last.day} differ: {calls} calls, {seconds} s"
        return [self._alarm("reconciliation", zh, en, last.at)]

    def _parts(self, found: Parts) -> list[Alarm]:
        down = [name for name, part in found.items() if not part.up]
        return [
            self._alarm(f"part:{name}", f"{PARTS.get(name, name)}没有应答", f"Part {name} does not answer")
            for name in down
        ]

    def _alarm(self, kind: str, zh: str, en: str, since: datetime | None = None) -> Alarm:
        began = since or self._since.get(kind) or self._services.clock.now()
        return Alarm(kind=kind, text=zh, text_en=en, since=began)
