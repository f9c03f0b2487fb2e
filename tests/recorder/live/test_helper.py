"""recorder.live.helper: as many calls as allowed, none that the machine cannot keep up with."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from core.live_help_settings import Live
from recorder.legs import RATE, Legs, Side
from recorder.live.helper import LiveHelper
from recorder.live.side import Said
from tests.recorder.live.streams import CountingStream, voice_of
from tests.waiting import poll

CALLS = ("hl-1700000000.1", "hl-1700000000.2", "hl-1700000000.3")


class World:
    """A helper over a spool, and what it said."""

    def __init__(self, spool: Path, stream: Callable[[], CountingStream] = CountingStream) -> None:
        self.spool = spool
        self.said: list[tuple[str, frozenset[str], Said]] = []
        self.over: list[str] = []
        for call_id in CALLS:
            for side in Side:
                Legs(spool, call_id).path(side).write_bytes(b"")
        settings = Live(streams=2, max_lag_s=4)
        self.helper = LiveHelper(settings, spool, stream, self._tell, self._over)

    async def _tell(self, call_id: str, seats: frozenset[str], said: Said) -> None:
        self.said.append((call_id, seats, said))

    async def _over(self, call_id: str, seats: frozenset[str]) -> None:
        self.over.append(call_id)

    def write(self, call_id: str, seconds: float) -> None:
        with Legs(self.spool, call_id).path(Side.CALLER).open("ab") as file:
            file.write(voice_of(seconds))


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = World(tmp_path)
    running = asyncio.create_task(made.helper.run())
    yield made
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_words_go_to_the_seats_of_the_call(world: World) -> None:
    await world.helper.talks({CALLS[0]: {"1001"}})
    world.write(CALLS[0], 0.5)
    await poll(lambda: bool(world.said), "words")
    assert world.said[0][:2] == (CALLS[0], frozenset({"1001"}))
    await world.helper.talks({CALLS[0]: {"1002"}})
    world.write(CALLS[0], 0.5)
    await poll(lambda: world.said[-1][1] == {"1002"}, "words for the seat it was transferred to")


async def test_no_more_calls_than_allowed_and_room_is_taken_up(world: World) -> None:
    everybody = {call_id: {f"100{at}"} for at, call_id in enumerate(CALLS)}
    await world.helper.talks(everybody)
    assert world.helper.figures.streams == 2
    await world.helper.talks({call_id: everybody[call_id] for call_id in CALLS[1:]})
    assert world.over == [CALLS[0]]
    assert world.helper.figures.streams == 2


async def test_a_call_that_lags_is_let_go_and_not_taken_up_again(world: World) -> None:
    await world.helper.talks({CALLS[0]: {"1001"}})
    world.write(CALLS[0], 30)
    await poll(lambda: world.over == [CALLS[0]], "the call is let go")
    await world.helper.talks({CALLS[0]: {"1001"}})
    assert (world.helper.figures.streams, world.helper.figures.dropped) == (0, 1)


async def test_a_call_without_legs_is_tried_again(world: World) -> None:
    legs = Legs(world.spool, CALLS[0])
    legs.path(Side.CALLER).unlink()
    await world.helper.talks({CALLS[0]: {"1001"}})
    assert world.helper.figures.streams == 0
    legs.path(Side.CALLER).write_bytes(b"\xd5" * RATE)
    await world.helper.talks({CALLS[0]: {"1001"}})
    assert world.helper.figures.streams == 1


async def test_a_strange_call_id_opens_no_file(world: World) -> None:
    await world.helper.talks({"../../etc/passwd": {"1001"}})
    assert world.helper.figures.streams == 0
