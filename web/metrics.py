"""Prometheus numbers: counted from the tables when asked, so that they cannot drift from the truth."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from http import HTTPMethod, HTTPStatus
from time import perf_counter

from aiohttp import web
from aiohttp.typedefs import Handler
from prometheus_client import CollectorRegistry, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from redis.exceptions import RedisError
from sqlalchemy import func, select

from core.clock import CHINA
from ivr.ledger import queries
from ivr.ledger.tables import Outcome
from ivr.queues import load as load_queues
from ivr.reconciliation.tables import Reconciliation
from ivr.trunks.tables import TrunkState
from recorder import gauges
from recorder.tables import Recording, RecordingState
from ticketing.tables import Case, Stage
from web.api import trunks
from web.health import Parts, parts
from web.live.gauges import BoardGauges, pop_histogram
from web.live.keys import BOARD
from web.services import SERVICES, Services


class Metrics:
    """All numbers of one web process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.board = BoardGauges(self.registry)
        self.pops = pop_histogram(self.registry)

        def gauge(name: str, text: str, *labels: str) -> Gauge:
            return Gauge(f"hotline_{name}", text, labels, registry=self.registry)

        self._calls = gauge("calls_today", "Calls that began today (China time), by outcome", "outcome")
        self._live = gauge("calls_live", "Calls in progress")
        self._waiting = gauge("queue_waiting", "Callers waiting for a person", "queue")
        self._recordings = gauge("recordings", "Recordings by state", "state")
        self._cases = gauge("cases", "Cases by stage", "stage")
        self._free = gauge("recorder_free_mib", "Free space on the recordings' disk, MiB")
        self._disk_alarm = gauge("recorder_disk_alarm", "1: the recordings' disk is almost full")
        self._disk_full = gauge("recorder_disk_full", "1: that disk is full, calls are not recorded")
        self._free_percent = gauge("recorder_free_percent", "Free share of the recordings' disk, percent")
        self._trunks = {
            "up": gauge("trunk_up", "1: up, 0: down; absent: not watched (中继)", "trunk"),
            "limit": gauge("trunk_limit", "Calls at once the trunk may carry", "trunk"),
            "used": gauge("trunk_used", "Calls on the trunk now", "trunk"),
            "refused": gauge("trunk_refused_today", "Calls of today that got a busy tone", "trunk"),
        }
        self._pools = {
            "limit": gauge("pool_limit", "Places in the pool: trunk, ivr, seats", "pool"),
            "used": gauge("pool_used", "Places taken now", "pool"),
            "refused": gauge("pool_refused_today", "Calls of today the full pool refused", "pool"),
        }
        self._reconciliation = {
            "seconds": gauge(
                "reconciliation_difference_seconds",
                "Last day reconciled: seconds by which ledger and queue log differ (对账)",
            ),
            "calls": gauge("reconciliation_difference_calls", "Last day reconciled: calls that differ"),
            "at": gauge("reconciliation_timestamp_seconds", "When a day was reconciled last; 0: never"),
        }
        self._part = gauge("part_up", "1: the part is up", "part")
        self.latency = Histogram(
            "hotline_http_seconds",
            "Time to answer a request",
            ("method", "route", "status"),
            registry=self.registry,
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8),
        )

    async def read(self, services: Services) -> bytes:
        """Everything in Prometheus's text format."""
        await self._count(services)
        self._show_parts(await parts(services))
        await self._show_disk(services)
        self._show_trunks(await trunks.state(services))
        return generate_latest(self.registry)

    async def _count(self, services: Services) -> None:
        today = services.clock.now().astimezone(CHINA).date()
        async with services.sessions() as db:
            calls = await queries.count_by_outcome(db, today)
            load = await queries.load(db)
            recordings = await db.execute(select(Recording.state, func.count()).group_by(Recording.state))
            cases = await db.execute(select(Case.stage, func.count()).group_by(Case.stage))
            reconciled = await db.scalar(select(Reconciliation).order_by(Reconciliation.day.desc()).limit(1))
        _fill(self._calls, Outcome, calls)
        _fill(self._recordings, RecordingState, dict(recordings.all()))
        _fill(self._cases, Stage, dict(cases.all()))
        self._show_reconciliation(reconciled)
        self._live.set(load.live)
        self._waiting.clear()
        for queue in {*load_queues(services.settings), *load.waiting}:
            self._waiting.labels(queue).set(load.waiting[queue])

    async def _show_disk(self, services: Services) -> None:
        """What the recorder measured last; it alone knows its disk."""
        with suppress(RedisError, OSError):  # that Redis is away is told by its own gauge
            disk = await gauges.read(services.redis)
            self._free.set(disk.free_mib)
            self._free_percent.set(disk.free_percent)
            self._disk_alarm.set(disk.disk_alarm)
            self._disk_full.set(disk.disk is gauges.DiskState.FULL)

    def _show_reconciliation(self, row: Reconciliation | None) -> None:
        if row is not None:
            self._reconciliation["seconds"].set(row.difference_s)
            self._reconciliation["calls"].set(row.difference_calls)
            self._reconciliation["at"].set(row.at.timestamp())

    def _show_trunks(self, now: trunks.TrunksAnswer) -> None:
        self._trunks["up"].clear()
        for one in now.items:
            if one.state != TrunkState.UNKNOWN:
                self._trunks["up"].labels(one.name).set(one.state == TrunkState.UP)
            self._trunks["limit"].labels(one.name).set(one.limit)
            self._trunks["used"].labels(one.name).set(one.used)
            self._trunks["refused"].labels(one.name).set(one.refused_today)
        for name, pool in (("trunk", now.pools.trunk), ("ivr", now.pools.ivr), ("seats", now.pools.seats)):
            self._pools["limit"].labels(name).set(pool.limit)
            self._pools["used"].labels(name).set(pool.used)
            self._pools["refused"].labels(name).set(pool.refused_today)

    def _show_parts(self, found: Parts) -> None:
        for name, part in found.items():
            self._part.labels(name).set(part.up)


def _fill(
    gauge: Gauge, names: type[Outcome] | type[RecordingState] | type[Stage], counts: Mapping[str, int]
) -> None:
    """A name that counts nothing is 0, not absent: an alert on it must not go silent."""
    for name in names:
        gauge.labels(str(name)).set(counts.get(name, 0))


METRICS = web.AppKey("metrics", Metrics)


async def metrics(request: web.Request) -> web.Response:
    """The scrape address."""
    numbers = request.app[METRICS]
    try:
        numbers.board.show(await request.app[BOARD].board())
    except (RedisError, OSError):  # that Redis is away is told by its own gauge
        numbers.board.hide()
    body = await numbers.read(request.app[SERVICES])
    return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})


@web.middleware
async def timed(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Measure every request under its route's pattern, never its raw path: labels must stay few."""
    begin = perf_counter()
    response = await handler(request)
    resource = request.match_info.route.resource
    route = resource.canonical if resource is not None else "none"
    method = request.method if request.method in HTTPMethod.__members__ else "other"
    if response.status != HTTPStatus.SWITCHING_PROTOCOLS:  # a socket lives for hours
        took = perf_counter() - begin
        request.app[METRICS].latency.labels(method, route, str(response.status)).observe(took)
    return response
