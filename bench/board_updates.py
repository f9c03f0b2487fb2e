"""From a change to the leaders' board, with 60 seats and 90 calls.

The web process, Redis and the database are real; the seats and calls are not: rows in the database and
messages on the two channels that the keeper of presences and the ledger use. `exchange` and `watcher`, which
would find no such calls on the switch, are stopped. A change counts as shown when a leader's WebSocket has a
board with it.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
from redis.asyncio import Redis
from sqlalchemy import insert, update

from bench.harness import cpu_s, save, table
from bench.menu_latency import percentiles
from core.bus import Bus
from core.events import CallChanged
from ivr.board.channel import LIVE, SEATS
from ivr.ledger.tables import Call, Outcome, Seat
from tests.instance import HotlineInstance

NAME = "board"
SEAT_COUNT, CALLS = 60, 90
#: Calls of the day that are over.
OVER = 3000
#: Changes a second: 90 calls of two minutes change about eight times each, and the seats with them.
SEAT_CHANGES_S, CALL_CHANGES_S = 4.0, 6.0
#: Consoles of leaders, and of seats, that listen.
LEADERS, CONSOLES = 3, 60
ROUND_S = 30.0
_QUEUES = ("general", "english", "emergency")
_chance = random.Random(12319)  # noqa: S311 - the same chance each time
_STATES = ("ready", "talking", "wrap_up", "paused")


class Changes:
    """Makes changes and knows when each was made, until it is seen."""

    def __init__(self, hotline: HotlineInstance) -> None:
        self._sessions = hotline.sessions
        self._redis: Redis = Redis.from_url(hotline.settings.redis.url)
        self._bus = Bus(hotline.settings.redis.url)
        self._serial = 0
        self.made: dict[str, float] = {}

    async def fill(self) -> None:
        """Seats, a day's calls and those in progress."""
        now = datetime.now(UTC)
        numbers = [str(2001 + n) for n in range(SEAT_COUNT)]
        seats = [{"extension": n, "display_name": f"坐席 {n}", "sip_secret": "x"} for n in numbers]
        over = [self._call(now - timedelta(seconds=n % 3600), over=True) for n in range(OVER)]
        live = [self._call(now - timedelta(seconds=n), over=False) for n in range(CALLS)]
        self.live = [row["id"] for row in live]
        async with self._sessions.begin() as db:
            await db.execute(insert(Seat), seats)
            await db.execute(insert(Call), [*over, *live])
        for number in numbers:
            await self._redis.hset(SEATS, number, json.dumps(self._seat(number)))

    def _call(self, began: datetime, *, over: bool) -> dict[str, Any]:
        self._serial += 1
        answered = began + timedelta(seconds=_chance.uniform(1, 40)) if over or self._serial % 3 else None
        return {
            "id": f"bench-{self._serial}",
            "trunk": "demo",
            "caller": f"138{self._serial:08d}",
            "started_at": began,
            "queued_at": began,
            "seat_answered_at": answered,
            "ended_at": began + timedelta(seconds=90) if over else None,
            "queue": _chance.choice(_QUEUES),
            "wait_s": (answered - began).total_seconds() if answered else 0.0,
            "outcome": Outcome.ANSWERED if over else Outcome.IN_PROGRESS,
        }

    def _seat(self, number: str) -> dict[str, Any]:
        return {
            "extension": number,
            "display_name": f"坐席 {number}",
            "account_id": None,
            "state": _chance.choice(_STATES),
            "since": datetime.now(UTC).isoformat(),
            "reason": "",
            "device": "phone",
            "devices": [{"kind": "phone", "reachable": True}],
            "queues": list(_QUEUES),
            "until": None,
            "over_limit": False,
            "call": None,
        }

    async def seat(self) -> None:
        """A seat's state changes."""
        body = self._seat(str(2001 + _chance.randrange(SEAT_COUNT)))
        self.made[_mark(body)] = time.perf_counter()
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hset(SEATS, body["extension"], json.dumps(body))
            pipe.publish(LIVE, json.dumps({"type": "presence", "seat": body}))
            await pipe.execute()

    async def call(self) -> None:
        """A call ends, and another joins a queue."""
        now = datetime.now(UTC)
        gone, row = self.live.pop(0), self._call(now, over=False) | {"seat_answered_at": None}
        async with self._sessions.begin() as db:
            await db.execute(update(Call).where(Call.id == gone).values(ended_at=now, outcome="abandoned"))
            await db.execute(insert(Call), [row])
        self.live.append(row["id"])
        self.made[row["id"]] = time.perf_counter()
        await self._bus.publish(CallChanged(at=now, call_id=row["id"], ended=False))

    async def close(self) -> None:
        await self._redis.aclose()
        await self._bus.close()


class Watcher:
    """A leader's console: how long each change took to be shown."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes
        self._seen: set[str] = set()
        self.took_s: list[float] = []
        self.boards = 0

    async def watch(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            at = time.perf_counter()
            if message.type == aiohttp.WSMsgType.TEXT and message.data.startswith('{"type":"board"'):
                self.boards += 1
                self._look(message.json()["board"], at)

    def _look(self, board: dict[str, Any], at: float) -> None:
        shown = [one["call_id"] for queue in board["queues"] for one in queue["waiting"]]
        shown += [_mark(one) for one in board["seats"]]
        for key in shown:
            if key in self._changes.made and key not in self._seen:
                self._seen.add(key)
                self.took_s.append(at - self._changes.made[key])


def _mark(seat: dict[str, Any]) -> str:
    """What tells one change of a seat from another, however its time is written."""
    return f"{seat['extension']} {datetime.fromisoformat(seat['since']).timestamp():.6f}"


def run(rounds: int, seconds: float = ROUND_S) -> None:
    """Measure, print, save."""
    print(f"Board: from a change to the leaders' screens; {SEAT_COUNT} seats, {CALLS} calls (simulated)")
    hotline = HotlineInstance()
    hotline.start()
    try:
        result = asyncio.run(_measure(hotline, rounds * seconds))
    finally:
        hotline.stop()
        hotline.remove()
    print()
    table(tuple(result), [tuple(result.values())])
    save(NAME, {"rounds": rounds, "seats": SEAT_COUNT, "calls": CALLS, "calls_over": OVER, **result})


async def _measure(hotline: HotlineInstance, seconds: float) -> dict[str, float]:
    for part in ("exchange", "watcher"):
        hotline.control.stop_part(part)
    changes = Changes(hotline)
    await changes.fill()
    leader, seat = await hotline.log_in("leader"), await hotline.log_in("seat1001")
    watchers = [Watcher(changes) for _ in range(LEADERS)]
    sockets = [await leader.ws_connect("/api/v1/live") for _ in watchers]
    consoles = [await seat.ws_connect("/api/v1/live") for _ in range(CONSOLES)]
    jobs = [asyncio.create_task(w.watch(s)) for w, s in zip(watchers, sockets, strict=True)]
    jobs += [asyncio.create_task(_drain(one)) for one in consoles]
    pid = hotline.control.pid("web")
    spent = cpu_s({"web": pid or 0})["web"]
    try:
        await asyncio.gather(
            _often(changes.seat, SEAT_CHANGES_S, seconds), _often(changes.call, CALL_CHANGES_S, seconds)
        )
        await asyncio.sleep(2)
    finally:
        for job in jobs:
            job.cancel()
        await leader.close()
        await seat.close()
        await changes.close()
        await hotline.close()
    spent = cpu_s({"web": pid or 0})["web"] - spent
    took = [one for watcher in watchers for one in watcher.took_s]
    made = len(changes.made) * LEADERS
    return {
        **percentiles(took),
        "samples": len(took),
        # Overtaken by a later change of the same seat before a board was due.
        "not_shown": made - len(took),
        "boards_per_s": round(watchers[0].boards / seconds, 2),
        "web_cpu_percent": round(100 * spent / (seconds + 2), 1),
    }


async def _drain(socket: aiohttp.ClientWebSocketResponse) -> None:
    async for _ in socket:
        pass


async def _often(change: Any, per_s: float, seconds: float) -> None:
    """Call `change` at random moments, `per_s` times a second on average."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        await asyncio.sleep(_chance.expovariate(per_s))
        await change()
