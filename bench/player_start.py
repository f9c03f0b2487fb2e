"""How soon a recording is heard: from the click on play until the sound has moved on, in a real Chromium.

The web process, its database and the archive are real; the recordings are sealed Opus of ten minutes and of
an hour. Each start is a page of its own in a browser that knows nothing of the recording: from the beginning,
and from a shared moment in its last minute. Counted is what the audio element says of itself.
"""

from __future__ import annotations

import asyncio
import io
import subprocess
import tempfile
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from playwright.async_api import Browser

from bench import speech
from bench.harness import save, table
from bench.menu_latency import percentiles
from core import migrate, native
from core.clock import FixedClock
from core.settings import Paths, Redis, Settings
from hotline import front_end
from recorder import ffmpeg
from recorder.legs import RATE, SILENCE
from recorder.storage.keys import object_key
from recorder.tables import Recording, RecordingState
from recorder.vault.container import seal
from recorder.vault.keys import Keyring
from tests.browser.desk.driver import chromium
from tests.conftest import RedisServer
from tests.web.world import World, make_world
from web.sessions import COOKIE

NAME = "player_start"
#: Starts of each kind in each round.
STARTS = 10
MINUTES = (10, 60)
GOAL_MS = 500
#: Notes the page's audio elements, and when the first sound after a click on play has gone by.
_WATCH = """
  const Plain = window.Audio
  window.Audio = function () { return (window.element = new Plain()) }
  window.heard = new Promise(tell => addEventListener('click', event => {
    if (!event.target.closest('[data-test=play]')) return
    const began = performance.now(), from = window.element.currentTime
    const look = () => window.element.currentTime > from && !window.element.seeking
      ? tell(performance.now() - began) : setTimeout(look, 1)
    look()
  }, true))
"""


def run(rounds: int) -> None:
    """Measure, print, save."""
    print(f"Player: milliseconds from click to sound, {rounds} x {STARTS} starts of each kind")
    front_end.build()
    with tempfile.TemporaryDirectory(prefix="hotline-player-") as name:
        found = asyncio.run(_run(rounds, Path(name)))
    figures = {kind: percentiles([ms / 1000 for ms in values]) for kind, values in found.items()}
    table(("", "p50", "p95", "p99"), [(kind, *_three(one)) for kind, one in figures.items()])
    save(NAME, {"unit": "ms", "goal_ms": GOAL_MS, "rounds": rounds, "figures": figures, "starts": found})


def _three(figures: dict[str, Any]) -> list[str]:
    return [f"{figures[name]:.0f}" for name in ("p50_ms", "p95_ms", "p99_ms")]


async def _run(rounds: int, work: Path) -> dict[str, list[float]]:
    redis = RedisServer()
    await redis.start()
    url = f"sqlite+aiosqlite:///{work / 'bench.db'}"
    await migrate.upgrade(url)
    settings = Settings(
        paths=Paths(state=work / "state", native=Settings().paths.native), redis=Redis(port=redis.port)
    )
    clock = FixedClock(datetime.now(UTC).replace(microsecond=0))
    found: dict[str, list[float]] = {}
    try:
        async with make_world(settings, url, redis.url, clock, front_end.CONSOLE / "dist") as world:
            minute = await asyncio.to_thread(_minute, settings, work)
            made = {length: await _add(world, minute, length) for length in MINUTES}
            async with chromium(settings) as browser:
                for number in range(rounds * STARTS + 1):
                    for length, recording in made.items():
                        for where, at in (("beginning", 0), ("last minute", length * 60 - 50)):
                            ms = await _start(browser, world, recording, at)
                            if number:  # the first warms up
                                found.setdefault(f"{length} min, {where}", []).append(ms)
    finally:
        redis.remove()
    return found


async def _start(browser: Browser, world: World, recording: Recording, at: int) -> float:
    """Milliseconds from click to sound on a page nobody has opened before."""
    base = str(world.server.make_url("/"))
    context = await browser.new_context(base_url=base, viewport={"width": 1366, "height": 768})
    try:
        client = await world.client("leader")
        key = next(one.value for one in client.session.cookie_jar if one.key == COOKIE)
        await context.add_cookies([{"name": COOKIE, "value": key, "url": base}])
        await context.add_init_script(_WATCH)
        page = await context.new_page()
        await page.goto(f"/calls/{recording.call_id}" + (f"?t={at}" if at else ""))
        await page.locator("[data-test=waves]").wait_for(timeout=60_000)
        await page.locator("[data-test=play]").click()
        took: float = await page.evaluate("window.heard")
        stood: float = await page.evaluate("window.element.currentTime")
        assert at <= stood <= at + 30, f"it began at second {stood} instead of {at}"
        return took
    finally:
        await context.close()


def _minute(settings: Settings, work: Path) -> Path:
    """A minute of two people who take turns, as Opus."""
    said = [
        speech.speak(settings, work, one, speech.VOICES[n % 2])
        for n, one in enumerate(speech.sentences()[:16])
    ]
    both = bytearray()
    for number, words in enumerate(said):
        quiet = SILENCE * len(words)
        for left, right in zip(*((words, quiet) if number % 2 else (quiet, words)), strict=True):
            both += bytes((left, right))
    length = 2 * 60 * RATE
    both = (both * (length // len(both) + 1))[:length]
    place = work / "minute.ogg"
    with place.open("w+b") as output:
        ffmpeg.encode(settings, [bytes(both)], output, lambda: False)
    return place


async def _add(world: World, minute: Path, minutes: int) -> Recording:
    """A sealed recording of so many of that minute, with its waveform."""
    settings, call = world.settings, await world.add_call(seat="1001")
    args = ["-v", "error", "-stream_loop", str(minutes - 1), "-i", str(minute), "-c", "copy", "-f", "ogg"]
    line = native.command(settings, "ffmpeg", *args, "pipe:1", binds=[minute.parent])
    audio = (await asyncio.to_thread(subprocess.run, line, check=True, capture_output=True)).stdout
    stored = io.BytesIO()
    header = seal(io.BytesIO(audio), stored, call.id, Keyring.of(settings).make_first())
    key = object_key(call.id, sealed=True)
    place = settings.archive_dir / key
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(stored.getvalue())
    steps = [number * 37 % 200 for number in range(minutes * 600)]
    recording = Recording(
        call_id=call.id,
        state=RecordingState.TRANSCRIBED,
        created_at=world.clock.now(),
        duration_s=minutes * 60.0,
        archive_key=key,
        archive_bytes=len(stored.getvalue()),
        audio_sha256=sha256(audio).hexdigest(),
        audio_bytes=len(audio),
        sealed=True,
        key_id=header.key_id,
        wrapped_key=header.wrapped.hex(),
        peaks={"step_s": 0.1, "caller": steps, "hotline": steps[::-1]},
    )
    async with world.sessions.begin() as db:
        db.add(recording)
    return recording
