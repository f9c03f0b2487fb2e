"""Recordings taken in by the real recorder, played in a real Chromium from a real web process."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from core.clock import FixedClock
from core.settings import Agi, Paths, Redis, Settings
from hotline import front_end
from hotline.indexing import Indexing
from recorder import queries
from recorder.ingest import Ingest
from recorder.legs import Legs, Side
from recorder.tables import Recording, Transcript
from tests.browser.conftest import SCREEN
from tests.browser.recordings.player_page import Player
from tests.browser.recordings.sound import Leg, conversation
from tests.conftest import RedisServer
from tests.ports import free_port
from tests.web.world import World, make_world
from web.sessions import COOKIE

OpenPage = Callable[[str], Awaitable[Page]]


@pytest.fixture(scope="session")
def console() -> Path:
    front_end.build()
    return front_end.CONSOLE / "dist"


@pytest.fixture
async def world(
    sqlite_url: str, redis_server: RedisServer, redis_url: str, tmp_path: Path, console: Path
) -> AsyncIterator[World]:
    settings = Settings(
        paths=Paths(state=tmp_path / "state", native=Settings().paths.native),
        redis=Redis(port=redis_server.port),
        agi=Agi(port=free_port()),
    )
    settings.spool_dir.mkdir(parents=True)
    # The browser's clock is the machine's.
    clock = FixedClock(datetime.now(UTC).replace(microsecond=0))
    async with make_world(settings, sqlite_url, redis_url, clock, console) as made:
        yield made


@dataclass(frozen=True)
class Recorder:
    """Takes calls in as the recorder does, with settings of a test's choice."""

    world: World

    async def take_in(
        self,
        *,
        seat: str = "1001",
        codec: str = "opus",
        sides: Mapping[str, Leg] | None = None,
        **more: Any,
    ) -> Recording:
        """The conversation, or what `sides` hold, as the recording of a call that `seat` answered."""
        sides = sides or conversation()
        world = self.world
        call = await world.add_call(seat=seat, queue="general", **more)
        legs = Legs(world.settings.spool_dir, call.id)
        old = (world.clock.now() - timedelta(seconds=60)).timestamp()
        for side, leg in sides.items():
            path = legs.path(Side(side))
            path.write_bytes(leg.alaw)
            os.utime(path, (old, old))
        archive = world.settings.archive.model_copy(update={"codec": codec})
        settings = world.settings.model_copy(update={"archive": archive})
        ingest = Ingest(settings, world.sessions, world.clock)
        await ingest.stage(call.id)
        while await ingest.run_one():
            pass
        async with world.sessions.begin() as db:
            recording = await queries.recording_of(db, call.id)
            assert recording is not None, "not taken in"
            assert recording.archive_key, recording.last_error
            for side, leg in sides.items():
                db.add(
                    Transcript(
                        recording_id=recording.id,
                        side=side,
                        engine="vosk",
                        model="vosk-model-cn",
                        is_test_model=False,
                        text="".join(one["word"] for one in leg.words),
                        words=leg.words,
                        took_s=0.1,
                        created_at=world.clock.now(),
                    )
                )
        await Indexing(world.settings, world.sessions, world.clock).put(recording.id)
        return recording


@pytest.fixture
def recorder(world: World) -> Recorder:
    return Recorder(world)


@pytest.fixture
async def open_page(browser: Browser, world: World) -> AsyncIterator[OpenPage]:
    """Opens pages logged in as somebody. A script error on any of them fails the test."""
    errors: list[str] = []
    contexts = []

    async def make(username: str) -> Page:
        base = str(world.server.make_url("/"))
        context = await browser.new_context(
            base_url=base, viewport={"width": SCREEN["width"], "height": SCREEN["height"]}, locale="zh-CN"
        )
        contexts.append(context)
        client = await world.client(username)
        key = next(one.value for one in client.session.cookie_jar if one.key == COOKIE)
        await context.add_cookies([{"name": COOKIE, "value": key, "url": base}])
        page = await context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield make
    for context in contexts:
        await context.close()
    assert errors == []


@pytest.fixture
async def recording(recorder: Recorder) -> Recording:
    """One minute that seat 1001 answered."""
    return await recorder.take_in()


@pytest.fixture
async def player(open_page: OpenPage, recording: Recording) -> Player:
    """The call's page before seat 1001."""
    return await Player(await open_page("seat1")).open(recording)
