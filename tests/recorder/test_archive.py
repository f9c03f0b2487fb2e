from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import NotFoundError
from core.settings import Settings
from recorder import playback
from recorder.archive import Archive, archive_key
from recorder.legs import BadCallIdError
from recorder.tables import Recording

CALL_ID = "hl-1700000000.12"
KEY = f"2023/11/14/{CALL_ID}.ogg"


def test_the_key_is_the_day_the_call_began() -> None:
    assert archive_key(CALL_ID) == KEY
    with pytest.raises(BadCallIdError):
        archive_key("../../etc/passwd")


@pytest.mark.parametrize(
    "key",
    ["", "/etc/passwd", "../" + KEY, KEY + "\n", "2023/11/14/../14/x.ogg", f"2023/11/15/{CALL_ID}.ogg",
     "2023/11/14/....ogg", f"2023/11/14/{CALL_ID}"],
)  # fmt: skip
def test_a_key_that_is_not_ours_is_no_recording(tmp_path: Path, key: str) -> None:
    with pytest.raises(NotFoundError):
        Archive(tmp_path).path(key)


def test_a_link_out_of_the_archive_is_no_recording(tmp_path: Path) -> None:
    outside = tmp_path / "outside" / "14"
    outside.mkdir(parents=True)
    (outside / f"{CALL_ID}.ogg").write_bytes(b"secret")
    inside = tmp_path / "archive" / "2023"
    inside.mkdir(parents=True)
    (inside / "11").symlink_to(tmp_path / "outside")
    with pytest.raises(NotFoundError):
        Archive(tmp_path / "archive").open(KEY)


def test_a_file_has_its_name_only_once_it_is_finished(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    left = tmp_path / ".unfinished" / f"{CALL_ID}.1-abc.part"
    left.parent.mkdir()
    left.write_bytes(b"left by a killed worker")
    with archive.unfinished(CALL_ID) as place:
        assert not left.exists()
        place.write_bytes(b"audio")
        with pytest.raises(NotFoundError):
            archive.open(KEY)
        archive.finish(place, KEY)
    with archive.open(KEY) as finished:
        assert finished.read() == b"audio"
    assert list((tmp_path / ".unfinished").iterdir()) == []


def test_playback_opens_what_the_row_names_and_nothing_else(settings: Settings) -> None:
    archive = Archive(settings.archive_dir)
    with archive.unfinished(CALL_ID) as place:
        place.write_bytes(b"audio")
        archive.finish(place, KEY)
    recording = Recording(call_id=CALL_ID, archive_key=KEY)
    with playback.open_audio(settings, recording) as audio:
        assert audio.read() == b"audio"
    assert playback.audio_path(settings, recording).read_bytes() == b"audio"
    for key in ("", "../hotline.db", "2023/11/14/hl-1700000000.13.ogg"):
        with pytest.raises(NotFoundError):
            playback.audio_path(settings, Recording(call_id=CALL_ID, archive_key=key))
