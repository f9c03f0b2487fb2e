"""Trunks, and how full the three pools are (中继、IVR 端口、坐席)."""

from __future__ import annotations

from datetime import datetime
from http import HTTPMethod
from typing import Literal

from core.clock import CHINA
from core.tables import Role
from core.trunks import limit
from ivr.ledger import queries as ledger
from ivr.trunks import gauges
from ivr.trunks.gauges import TrunkGauge
from ivr.trunks.queries import refused_on
from ivr.trunks.tables import TrunkState
from web.api.route import Answer, Ask, Routes
from web.services import Services

routes = Routes("trunks")


class TrunkAnswer(Answer):
    """A trunk (中继)."""

    name: str
    kind: Literal["sip", "e1"]
    #: unknown: nobody may ask it for life, or the watch is silent.
    state: TrunkState
    #: Why it is down, or which part of it is.
    detail: str
    #: Calls at once, both directions: most that may be, just now, and most of today.
    limit: int
    used: int
    peak: int
    #: Calls of today that got a busy tone, whichever pool was full.
    refused_today: int
    since: datetime | None


class PoolAnswer(Answer):
    """A pool: at most so many at once, so many now, calls of today it refused.

    A full pool of seats lets callers wait: those count who asked for a person and got none.
    """

    limit: int
    used: int
    refused_today: int


class PoolsAnswer(Answer):
    """The three pools."""

    trunk: PoolAnswer
    ivr: PoolAnswer
    seats: PoolAnswer


class TrunksAnswer(Answer):
    """All trunks by name, and the pools."""

    items: list[TrunkAnswer]
    pools: PoolsAnswer


@routes.add(
    HTTPMethod.GET,
    "/trunks",
    "Trunks and pools (中继与容量)",
    roles=frozenset({Role.SHIFT_LEADER, Role.ADMINISTRATOR}),
)
async def trunks(ask: Ask) -> TrunksAnswer:
    return await state(ask.services)


async def state(services: Services) -> TrunksAnswer:
    """What the watch and the ledger say now; `/metrics` shows the same."""
    table = services.settings.trunk_table
    now = await gauges.read(services.redis)
    async with services.sessions() as db:
        refused = await refused_on(db, services.clock.now().astimezone(CHINA).date())
        seats = await ledger.list_seats(db)
    items = []
    for name, trunk in table.items():
        seen = now.trunks.get(name, TrunkGauge())
        items.append(
            TrunkAnswer(
                name=name,
                kind=trunk.kind,
                state=seen.state,
                detail=seen.detail,
                limit=limit(trunk),
                used=seen.used,
                peak=seen.peak,
                refused_today=refused.trunks[name],
                since=seen.since_at,
            )
        )
    used = sum(item.used for item in items)
    whole = PoolAnswer(
        limit=sum(item.limit for item in items), used=used, refused_today=refused.pools["trunk"]
    )
    ports = services.settings.ivr.ports
    ivr = PoolAnswer(limit=ports, used=now.ivr, refused_today=refused.pools["ivr"])
    people = PoolAnswer(limit=len(seats), used=now.seats, refused_today=refused.pools["seats"])
    return TrunksAnswer(items=items, pools=PoolsAnswer(trunk=whole, ivr=ivr, seats=people))
