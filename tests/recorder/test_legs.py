from __future__ import annotations

import os
import tempfile
import tracemalloc
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from recorder.legs import (
    CHUNK,
    BadCallIdError,
    Legs,
    LegUnreadableError,
    Side,
    Track,
    check_call_id,
    in_spool,
    interleave,
    open_plain,
)

CALL_ID = "hl-1700000000.12"
legs_of_any_length = st.none() | st.binary(max_size=3000)


def _interleaved(
    folder: Path, caller: bytes | None, hotline: bytes | None
) -> tuple[bytes, dict[Side, Track]]:
    legs = Legs(folder, CALL_ID)
    for side, audio in zip(Side, (caller, hotline), strict=True):
        if audio is not None:
            legs.path(side).write_bytes(audio)
    tracks = {side: Track() for side in Side}
    return b"".join(interleave(legs, tracks)), tracks


@given(caller=legs_of_any_length, hotline=legs_of_any_length, chunk=st.sampled_from([1, 7, 800, CHUNK]))
@effort(max_examples=60, deadline=None)
def test_interleaving_is_the_captured_audio_to_the_sample(
    caller: bytes | None, hotline: bytes | None, chunk: int
) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr("recorder.legs.CHUNK", chunk)
        both, tracks = _interleaved(Path(folder), caller, hotline)
    length = max(len(caller or b""), len(hotline or b""))
    assert both[0::2] == (caller or b"").ljust(length, b"\xd5")
    assert both[1::2] == (hotline or b"").ljust(length, b"\xd5")
    assert tracks[Side.CALLER].captured.hexdigest() == sha256(caller or b"").hexdigest()
    assert tracks[Side.HOTLINE].captured.hexdigest() == sha256(hotline or b"").hexdigest()
    assert len(tracks[Side.CALLER].peaks.values()) == len(tracks[Side.HOTLINE].peaks.values())


def test_an_hour_streams_in_constant_memory(tmp_path: Path) -> None:
    hour = 3600 * 8000
    legs = Legs(tmp_path, CALL_ID)
    for side in Side:
        with legs.path(side).open("wb") as leg:
            leg.truncate(hour)
    tracemalloc.start()
    total = sum(map(len, interleave(legs, {side: Track() for side in Side})))
    _, highest = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert total == 2 * hour
    assert highest < 4_000_000


@pytest.mark.parametrize(
    "call_id",
    ["", "hl-1700000000", "../hl-1700000000.1", "hl-1700000000.1/..", "hl-1700000000.1\n", "HL-1700000000.1",
     "hl-17000000001.1", "hl-1700000000.1;rm", "hl-１７００００００００.1", "hl-1700000000.1234567890"],
)  # fmt: skip
def test_only_our_own_ids_become_file_names(call_id: str) -> None:
    with pytest.raises(BadCallIdError):
        check_call_id(call_id)
    assert check_call_id(CALL_ID) == CALL_ID


def test_spool_lists_calls_and_names_what_is_no_leg(tmp_path: Path) -> None:
    names = ["hl-1700000000.2-caller.alaw", "hl-1700000000.2-hotline.alaw", "hl-1700000000.1-hotline.alaw"]
    strange = ["hl-1700000000.3-caller.wav", "x-caller.alaw", "hl-1700000000.4-caller.alaw.tmp"]
    for name in names + strange:
        (tmp_path / name).touch()
    found, others = in_spool(tmp_path)
    assert [legs.call_id for legs in found] == ["hl-1700000000.1", "hl-1700000000.2"]
    assert others == sorted(strange)
    assert in_spool(tmp_path / "missing") == ([], [])


def test_only_plain_files_are_opened(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "link").symlink_to(tmp_path / "secret")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name in ("link", "pipe", "folder"):
        with pytest.raises(LegUnreadableError):
            open_plain(tmp_path / name)
    with pytest.raises(FileNotFoundError):
        open_plain(tmp_path / "nothing")
    with open_plain(tmp_path / "secret") as plain:
        assert plain.read() == b"secret"
