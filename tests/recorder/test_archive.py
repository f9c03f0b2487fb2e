"""Reading recordings back: what the row names and nothing else, whatever way it is kept."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest

from core.errors import NotFoundError
from core.settings import Settings
from recorder import playback
from recorder.scratch import scratch
from recorder.tables import Recording
from recorder.vault.container import seal
from recorder.vault.errors import WrongKeyError
from recorder.vault.keys import Keyring

CALL_ID = "hl-1700000000.12"
KEY = f"2023/11/14/{CALL_ID}.ogg"


def _put(settings: Settings, key: str, stored: bytes) -> Path:
    place = settings.archive_dir / key
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(stored)
    return place


def _row(key: str, **more: object) -> Recording:
    return Recording(
        **{"call_id": CALL_ID, "archive_key": key, "store": "local", "codec": "opus", "sealed": False} | more
    )


def test_a_recording_kept_before_there_was_a_vault_still_plays(settings: Settings) -> None:
    _put(settings, KEY, b"audio")
    with playback.open_audio(settings, _row(KEY)) as audio:
        assert audio.read() == b"audio"
        assert audio.seek(2) == 2 and audio.read(2) == b"di"
    assert not settings.secrets_dir.exists()


@pytest.mark.parametrize(
    "key",
    ["", "../hotline.db", "2023/11/14/hl-1700000000.13.ogg", "2023/11/14/hl-1700000000.13.ogg.enc"],
)
@pytest.mark.parametrize("sealed", [False, True])
def test_a_row_with_another_files_key_plays_nothing(settings: Settings, key: str, sealed: bool) -> None:
    _put(settings, "2023/11/14/hl-1700000000.13.ogg", b"somebody else")
    _put(settings, "../hotline.db", b"everybody")
    with pytest.raises(NotFoundError):
        playback.open_audio(settings, _row(key, sealed=sealed))


def test_a_sealed_recording_plays_with_its_key_and_with_no_other(settings: Settings) -> None:
    keys = Keyring.of(settings)
    stored = BytesIO()
    header = seal(BytesIO(b"audio"), stored, CALL_ID, keys.make_first())
    place = _put(settings, KEY + ".enc", stored.getvalue())
    row = _row(KEY + ".enc", sealed=True, key_id=header.key_id, wrapped_key=header.wrapped.hex())
    with playback.open_audio(settings, row) as audio:
        assert audio.read() == b"audio"
    damaged = bytearray(stored.getvalue())
    damaged[50] ^= 1  # in the wrapped key: the row remembers it
    place.write_bytes(damaged)
    with playback.open_audio(settings, row) as audio:
        assert audio.read() == b"audio"
    (keys.folder / header.key_id).unlink()
    with pytest.raises(WrongKeyError, match=header.key_id):
        playback.open_audio(settings, row)


@pytest.mark.parametrize(
    ("codec", "told"), [("opus", "audio/ogg; codecs=opus"), ("flac", "audio/flac"), ("wav", "audio/wav")]
)
def test_each_codec_is_told_to_the_browser(codec: str, told: str) -> None:
    assert playback.content_type(_row(KEY, codec=codec)) == told


def test_what_a_killed_worker_left_on_the_way_is_cleared_away(settings: Settings) -> None:
    with scratch(settings, CALL_ID) as left:
        left.write_bytes(b"left")
        kept = left.with_name("hl-1700000000.1.1-abc.part")
        kept.write_bytes(b"another call's")
        with scratch(settings, CALL_ID) as place:
            assert not left.exists() and not place.exists()
    assert list(left.parent.iterdir()) == [kept]
