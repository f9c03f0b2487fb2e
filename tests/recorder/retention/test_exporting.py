"""A copy that leaves the house says by whom, when and under which code, and sounds as the archive does."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.db import SessionFactory
from core.native import command
from core.settings import Archive, Settings
from recorder import ffmpeg, playback
from recorder.codecs import CODECS
from recorder.ingest import Ingest
from recorder.retention import exporting
from recorder.retention.exporting import Stamp, Wanted
from tests.recorder.conftest import CALL_ID, MakeLegs, row_of, tone, work_off

STAMP = Stamp("EX-ABCDEFGH2345", "李敏 (admin)\n", datetime(2026, 3, 1, 8, 0, tzinfo=UTC))


def _tags(settings: Settings, place: Path) -> dict[str, str]:
    asked = ["-v", "error", "-show_entries", "format_tags:stream_tags", "-of", "json", "-i", str(place)]
    line = command(settings, "ffprobe", *asked, binds=(place.parent,))
    found = json.loads(subprocess.run(line, capture_output=True, check=True).stdout)
    tags = dict(found.get("format", {}).get("tags", {}))
    for stream in found.get("streams", ()):
        tags |= stream.get("tags", {})
    return {name.lower(): value for name, value in tags.items()}


@pytest.mark.parametrize(
    ("codec", "wanted"), [("opus", Wanted.ORIGINAL), ("opus", Wanted.WAV), ("flac", Wanted.ORIGINAL)]
)
async def test_a_copy_says_who_took_it(
    settings: Settings,
    sessions: SessionFactory,
    make_legs: MakeLegs,
    ingest: Ingest,
    tmp_path: Path,
    codec: str,
    wanted: Wanted,
) -> None:
    settings = settings.model_copy(update={"archive": Archive(codec=codec)})
    ingest = Ingest(settings, sessions, ingest._clock)
    make_legs(tone(440, 1.0), tone(700, 0.5))
    await ingest.stage(CALL_ID)
    await work_off(ingest)
    row = await row_of(sessions)
    copy = exporting.copy_out(settings, row, STAMP, wanted)
    with copy.file as file:
        file.seek(0)
        data = file.read()
    assert (len(data), copy.suffix) == (copy.size, "wav" if wanted is Wanted.WAV else CODECS[codec].suffix)
    place = tmp_path / f"copy.{copy.suffix}"
    place.write_bytes(data)
    tags = _tags(settings, place)
    assert tags["artist"] == "李敏 (admin)"
    assert tags["title"] == f"{CALL_ID} EX-ABCDEFGH2345"
    said = tags.get("comment") or tags["description"]
    assert "EX-ABCDEFGH2345" in said
    assert "2026-03-01 16:00:00 +0800" in said
    with playback.open_audio(settings, row) as original, place.open("rb") as copied:
        there = b"".join(ffmpeg.decode(settings, original, lambda: False))
        assert b"".join(ffmpeg.decode(settings, copied, lambda: False)) == there
    assert [one.name for one in settings.paths.state.iterdir() if one.is_file()] == []


def test_codes_are_never_the_same() -> None:
    assert len({exporting.new_code() for _ in range(1000)}) == 1000
