"""A hotline that leaves holds out, records consultations and whispers apart, on a small disk."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ivr.ledger.tables import Call
from recorder.legs import Side
from tests.carrier import PhoneCall
from tests.conftest import poll
from tests.instance import HotlineInstance
from tests.seat.caller import Speaking
from tests.seat.devices import Phone
from tests.seat.judge import Track, archived
from tests.seat.seat import Seat
from tests.seat.voices import COLLEAGUE, SEAT, SUPERVISOR

#: A paused recording goes on by itself after this.
PAUSE_S = 5
SPOOL_MIB = 64
SETTINGS = {
    "HOTLINE_RECORDING_PAUSE_MAX_S": str(PAUSE_S),
    "HOTLINE_RECORDING_HOLD": "false",
    "HOTLINE_RECORDING_CONSULT": "true",
    "HOTLINE_RECORDING_WHISPER": "true",
    "HOTLINE_RECORDING_MIN_FREE_MIB": "0",
    "HOTLINE_QUEUE_MAX_WAIT_S": "30",
}


@dataclass
class Studio:
    """Seat 1001 in its queues, seat 1002 and leader 1900 in none, each with a voice of their own."""

    hotline: HotlineInstance
    seat: Seat
    colleague: Seat
    leader: Seat
    #: The legs' disk is one of its own, and small.
    has_small_disk: bool

    @asynccontextmanager
    async def talking(self, caller: str) -> AsyncIterator[tuple[PhoneCall, Call]]:
        """A citizen has pressed 0 and talks with the seat; the ledger's row so far."""
        known = await self.hotline.known_calls()
        for seat in (self.seat, self.colleague, self.leader):
            seat.device.fresh()
        async with self.hotline.carrier.dial(caller=caller, ear=Speaking) as call:
            await call.hear(0.5)
            await call.press("0")
            await self.seat.device.talking()
            row = await self.hotline.next_call(known, lambda c: c.seat_answered_at is not None)
            yield call, row

    async def pause(self, paused: bool) -> None:
        """The seat's button."""
        said = await self.seat.ask("/seats/me/call/recording", {"paused": paused})
        assert said["paused"] is paused

    async def tracks(self, call_id: str) -> tuple[Track, Track]:
        """What the citizen said, and what they heard, as archived."""
        row = await self.hotline.recording_of(call_id, 60)
        caller, hotline = (archived(self.hotline.settings, row, side) for side in Side)
        return caller, hotline

    async def recording(self, call_id: str) -> dict[str, Any]:
        """What the call's page is told of its recording."""
        found: dict[str, Any] = (await self.leader.get(f"/calls/{call_id}"))["recording"]
        return found

    async def ended(self, call_id: str) -> Call:
        return await self.hotline.next_call(set(), lambda c: c.id == call_id and c.ended_at is not None)

    async def until_served(self) -> None:
        """The console answers again."""

        async def answers() -> bool:
            try:
                async with self.seat.client.get("/healthz") as answer:
                    return answer.status == 200
            except OSError:
                return False

        await poll(answers, "the console answers", 40)


def now(call: PhoneCall) -> float:
    """Seconds since the answer, as the citizen's line has them."""
    return len(call.line.sound) / 8000


@pytest.fixture(scope="session")
def house() -> Iterator[tuple[HotlineInstance, bool]]:
    """Started, with its spool on a disk of its own where this machine lets us make one."""
    instance = HotlineInstance(SETTINGS)
    spool = instance.settings.spool_dir
    spool.mkdir(parents=True)
    line = ["mount", "-t", "tmpfs", "-o", f"size={SPOOL_MIB}m", "tmpfs", str(spool)]
    is_small = subprocess.run(line, capture_output=True, check=False).returncode == 0
    try:
        instance.start()
        yield instance, is_small
        status = instance.stop()
        assert status == 0
    finally:
        if is_small:
            subprocess.run(["umount", "-l", str(spool)], check=True)
        instance.remove()


@pytest.fixture(scope="session")
async def studio(house: tuple[HotlineInstance, bool]) -> AsyncIterator[Studio]:
    instance, is_small = house
    async with AsyncExitStack() as stack:
        seats = (
            Seat(instance, "1001", Phone(SEAT)),
            Seat(instance, "1002", Phone(COLLEAGUE)),
            Seat(instance, "1900", Phone(SUPERVISOR), "leader"),
        )
        for one in seats:
            await one.begin()
            stack.push_async_callback(one.end)
        await seats[0].ask("/seats/me/log-in", {"device": "phone"})
        yield Studio(instance, *seats, is_small)
        await seats[0].ask("/seats/me/log-out")
    await instance.close()


@pytest.fixture
async def alone(studio: Studio) -> AsyncIterator[Studio]:
    """Nobody is left on the line by a test that failed."""
    yield studio
    await asyncio.to_thread(studio.hotline.asterisk, "channel", "request", "hangup", "all")


def fill(folder: Path) -> Path:
    """Leave no room on the disk of `folder`; the file that takes it."""
    filler = folder / "filler.bin"
    with filler.open("wb") as file:
        try:
            while True:
                file.write(bytes(1 << 16))
                file.flush()
        except OSError:
            pass
    return filler
