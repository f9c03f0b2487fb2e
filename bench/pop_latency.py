"""From a ringing telephone to the screen pop on its seat's console, on a whole real hotline.

The clock starts when the telephone (baresip) says that it was rung and stops when the console's WebSocket has
the message; both are told to this one process. First one caller at a time; then with a crowd of callers on
the line, which the seats answer and hang up on as fast as they can.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from bench.harness import save, table
from bench.load import Load, place
from bench.menu_latency import percentiles
from bench.telephone import Telephone
from tests.instance import HotlineInstance

NAME = "pop"
#: Seats with a real telephone and a console.
SEATS = ("1001", "1002", "1003")
#: Callers at once in the crowd.
TOGETHER = 90
#: Calls one after the other, each round.
ALONE = 10
#: How long a caller of the crowd stays, and how long a seat talks, seconds.
HOLD_S, TALK_S = 60.0, 0.5
#: What is promised.
PROMISED_MS = 300
_SETTINGS = {"HOTLINE_QUEUE_MAX_WAIT_S": "120", "HOTLINE_QUEUE_RING_S": "20"}


class Seat:
    """A telephone and a console side by side."""

    def __init__(self, hotline: HotlineInstance, extension: str) -> None:
        self._hotline, self.extension = hotline, extension
        self.took_s: list[float] = []
        self.lost = 0
        self._rang_at = 0.0
        self._pop_at = 0.0
        self._call_id = ""
        self.shown = asyncio.Event()

    async def start(self) -> None:
        secret = await self._hotline.seat_secret(self.extension)
        self.telephone = Telephone(self._hotline.settings, self.extension, secret, self._rang)
        await self.telephone.start(self._hotline.prompt("message-thanks"))
        self._client = await self._hotline.log_in(f"seat{self.extension}")
        self._socket = await self._client.ws_connect("/api/v1/live")
        self._watching = asyncio.create_task(self._watch())

    def _rang(self) -> None:
        self.lost += int(bool(self._rang_at))
        self._rang_at = time.perf_counter()
        self._compare()

    async def _watch(self) -> None:
        async for message in self._socket:
            at = time.perf_counter()
            is_text = message.type == aiohttp.WSMsgType.TEXT
            pop = message.json().get("pop") if is_text else None
            if pop is not None and pop["call_id"] != self._call_id:
                self._call_id, self._pop_at = pop["call_id"], at
                self._compare()

    def _compare(self) -> None:
        """Both have happened: take the difference. A pop may even be first."""
        if self._rang_at and self._pop_at:
            self.took_s.append(max(0.0, self._pop_at - self._rang_at))
            self._rang_at = self._pop_at = 0.0
            self.shown.set()

    async def serve(self) -> None:
        """Answer and hang up, call after call, until cancelled; a ring without a pop is counted as lost."""
        while True:
            self.shown.clear()
            await self.shown.wait()
            await self.telephone.press("accept")
            await asyncio.sleep(TALK_S)
            await self.telephone.press("hangup")

    async def stop(self) -> None:
        self.lost += int(bool(self._rang_at))
        self._watching.cancel()
        await self._client.close()
        await self.telephone.stop()


def run(rounds: int, together: int = TOGETHER, alone: int = ALONE) -> None:
    """Measure, print, save.

    Raises:
        SystemExit: a telephone rang and its console showed nothing; the numbers are worth nothing then.
    """
    print(f"Screen pop: from the telephone's ring to the console; 1 and {together} calls at once")
    hotline = HotlineInstance(_SETTINGS)
    hotline.start()
    try:
        found, lost = asyncio.run(_measure(hotline, rounds, together, alone))
    finally:
        hotline.stop()
        hotline.remove()
    cells = {name: {**percentiles(took), "samples": len(took)} for name, took in found.items()}
    print()
    table(("at once", "p50 ms", "p95 ms", "p99 ms", "samples"), [(n, *c.values()) for n, c in cells.items()])
    result: dict[str, Any] = {"rounds": rounds, "promised_ms": PROMISED_MS, **cells, "lost": lost}
    save(NAME, result)
    if lost:
        raise SystemExit(f"rings without a pop: {lost}; the numbers are worth nothing")


async def _measure(
    hotline: HotlineInstance, rounds: int, together: int, alone: int
) -> tuple[dict[str, list[float]], int]:
    """Seconds of each ring, one call at a time and in the crowd; and rings without a pop."""
    seats: list[Seat] = []
    try:
        for extension in SEATS:
            seat = Seat(hotline, extension)
            await seat.start()
            seats.append(seat)
        single = await _alone(hotline, seats, rounds * alone)
        crowd = await _crowd(hotline, seats, rounds, together)
    finally:
        for seat in seats:
            await seat.stop()
        await hotline.close()
    return {"1": single, str(together): crowd}, sum(seat.lost for seat in seats)


async def _alone(hotline: HotlineInstance, seats: list[Seat], calls: int) -> list[float]:
    async with _serving(seats):
        for number in range(calls):
            await _one_call(hotline, seats, f"1380000{number:04d}")
    return _taken(seats)


async def _crowd(hotline: HotlineInstance, seats: list[Seat], rounds: int, together: int) -> list[float]:
    load, settings = Load(together, HOLD_S), hotline.settings
    async with _serving(seats):
        for _ in range(rounds):
            # Callers the seats hang up on are failures to SIPp: its judgement is not asked for.
            await asyncio.to_thread(place, settings, settings.sip.did, load, hotline.prompt("greeting"))
    return _taken(seats)


@asynccontextmanager
async def _serving(seats: list[Seat]) -> AsyncIterator[None]:
    """The seats answer and hang up meanwhile."""
    jobs = [asyncio.create_task(seat.serve()) for seat in seats]
    try:
        yield
    finally:
        for job in jobs:
            job.cancel()


def _taken(seats: list[Seat]) -> list[float]:
    found = [took for seat in seats for took in seat.took_s]
    for seat in seats:
        seat.took_s.clear()
    return found


async def _one_call(hotline: HotlineInstance, seats: list[Seat], caller: str) -> None:
    """From a number of its own: a caller who is known rings at the seat of last time."""
    before = sum(len(seat.took_s) for seat in seats)
    async with hotline.carrier.dial(caller=caller) as call:
        await call.hear(0.3)
        await call.press("0")
        async with asyncio.timeout(30):
            while sum(len(seat.took_s) for seat in seats) == before:  # noqa: ASYNC110 - any of the seats
                await asyncio.sleep(0.01)
        await call.over()
