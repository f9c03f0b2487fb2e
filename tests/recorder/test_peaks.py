from __future__ import annotations

import subprocess

from hypothesis import given
from hypothesis import strategies as st

from core import native
from core.settings import Settings
from recorder.peaks import LOUDNESS, Peaks


def test_the_table_agrees_with_ffmpeg_for_every_byte() -> None:
    line = ["-v", "error", "-f", "alaw", "-ar", "8000", "-i", "pipe:0", "-f", "s16le", "pipe:1"]
    command = native.command(Settings(), "ffmpeg", *line)
    pcm = subprocess.run(command, input=bytes(range(256)), check=True, capture_output=True).stdout
    samples = [int.from_bytes(pcm[at : at + 2], "little", signed=True) for at in range(0, 512, 2)]
    assert list(LOUDNESS) == [abs(sample) * 255 // 32256 for sample in samples]


def test_silence_is_flat_and_the_loudest_byte_is_full_scale() -> None:
    peaks = Peaks()
    peaks.add(b"\xd5" * 800 + b"\xd5" * 799 + b"\xaa" + b"\x2a")
    assert peaks.values() == [0, 255, 255]


@given(st.binary(max_size=5000), st.integers(1, 1700))
def test_pieces_make_no_difference(alaw: bytes, size: int) -> None:
    whole, pieces = Peaks(), Peaks()
    whole.add(alaw)
    for at in range(0, len(alaw), size):
        pieces.add(alaw[at : at + size])
    assert pieces.values() == whole.values()
    assert len(whole.values()) == -(-len(alaw) // 800)
