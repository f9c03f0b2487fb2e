"""Lanes: each has callers, a seat and a colleague of its own, so that scenarios go on side by side."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.carrier import Callee, PhoneCall
from tests.instance import HotlineInstance
from tests.seat.caller import Speaking
from tests.seat.diary import Diary
from tests.seat.seat import Seat
from tests.seat.voices import EXTERNAL, SEAT
from tests.waiting import poll

#: Long enough to be judged: half a second at either end of a stretch is not.
TALK_S = 2.0
#: Setting transfer.ring_s of this hotline.
RING_S = 3
#: Short codes and numbers of the directory, see conftest.
DISTRICT = "21"

_callers = itertools.count(13_700_000_001)


@dataclass
class Story:
    """One call of a scenario."""

    caller: str = field(default_factory=lambda: str(next(_callers)))
    diary: Diary = field(default_factory=Diary)
    #: Seconds from answer to BYE, as SIPp measured them at the carrier; of the outside party too, if any.
    measured_s: float = 0.0
    outside_s: float | None = None
    #: What the caller heard, A-law.
    ear: bytes = b""
    #: The queue it was answered in first, and what became of it.
    queue: str = ""
    hung_up_by: str = "seat"
    first_seat: str = ""


@dataclass
class World:
    """What lanes share."""

    hotline: HotlineInstance
    #: A seat whose phone rings and is never answered.
    deaf: Seat
    #: Shift leader with a seat and a phone.
    supervisor: Seat
    deaf_free: asyncio.Lock = field(default_factory=asyncio.Lock)
    outside_free: asyncio.Lock = field(default_factory=asyncio.Lock)
    supervisor_free: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass
class Lane:
    """One seat under test with what belongs to it."""

    world: World
    number: int
    seat: Seat
    colleague: Seat

    @property
    def queue(self) -> str:
        return f"lane{self.number}"

    @property
    def target(self) -> str:
        """The queue the colleague serves."""
        return f"target{self.number}"

    def talks(self, story: Story) -> None:
        """From now on the seat under test and the caller talk."""
        story.diary.turn("seat", self.seat.extension, "talk", [SEAT], **owner(self.seat))

    async def clear(self, story: Story) -> None:
        """Hang up what a scenario that went wrong has left, so that the next one starts from nothing."""
        hotline = self.world.hotline
        marks = [f"PJSIP/{seat.extension}" for seat in (self.seat, self.colleague)] + [f"!{story.caller}!"]
        for row in (await asyncio.to_thread(hotline.asterisk, "core show channels concise")).splitlines():
            if any(mark in row for mark in marks):
                await asyncio.to_thread(hotline.asterisk, f"channel request hangup {row.partition('!')[0]}")
        await asyncio.sleep(1)

    @asynccontextmanager
    async def arrived(self, story: Story, **dial: Any) -> AsyncIterator[PhoneCall]:
        """The caller talks with the seat; after the block, the call's end is waited for."""
        story.queue, story.first_seat = self.queue, self.seat.extension
        for seat in (self.seat, self.colleague):
            seat.device.fresh()
        async with self.world.hotline.carrier.dial(caller=story.caller, ear=Speaking, **dial) as call:
            story.diary.turn("menu", "", "listen")
            await call.answered()
            await call.press(str(self.number))
            story.diary.turn("queue", self.queue, "wait")
            await self.seat.device.talking()
            self.talks(story)
            await asyncio.sleep(TALK_S)
            yield call
            await call.over()
            story.diary.end()
            story.measured_s, story.ear = call.talk_s, bytes(call.line.sound)


Scenario = Callable[[Lane, Story], Awaitable[None]]


def owner(seat: Seat) -> dict[str, str]:
    return {f"s{seat.extension}": "owner"}


def consulted(seat: Seat) -> dict[str, str]:
    return {f"s{seat.extension}": "consulted"}


async def goodbye(story: Story, last: Seat) -> None:
    """The last seat hangs up; the caller hears goodbye."""
    await asyncio.sleep(TALK_S)
    await last.device.hang_up()
    story.diary.turn("menu", "", "listen")
    await last.device.idle()


@asynccontextmanager
async def outside(world: World, hang_up_after_s: float) -> AsyncIterator[Callee]:
    """A district's telephone, which answers after half a second; one call at a time."""
    async with world.outside_free:
        line = lambda: Speaking(EXTERNAL)  # noqa: E731 - a class with its argument
        async with world.hotline.carrier.called(hang_up_after_s=hang_up_after_s, ear=line) as callee:
            yield callee


async def answered(callee: Callee) -> None:
    """Return when the outside party has answered: the hotline sends it sound."""
    await poll(lambda: callee.line.heard > 0, "the outside party is on the line")
