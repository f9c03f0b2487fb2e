"""Recordings made by people: checked, then levelled like everything else."""

from __future__ import annotations

from typing import Final

from core.settings import Settings
from ivr.prompts import sound
from ivr.prompts.audio import AudioSegment, audioop

#: Longest recording, seconds; a longer one is a mistake, or a caller's patience.
LONGEST_S: Final = 300
SHORTEST_S: Final = 0.1
#: Largest file, bytes: five minutes of 48 kHz stereo with 24 bits.
LARGEST: Final = 90_000_000
_FULL_SCALE: Final = 32_760
#: This many samples in a row at full scale are heard as a crackle.
_CLIPPED_RUN: Final = 8
_SILENT_PEAK: Final = 300
_DECODED_HZ: Final = 48_000
#: Size field of a WAV whose writer could not go back to fill it in.
_STREAMED: Final = 0xFFFFFFFF


class RecordingRefusedError(Exception):
    """A recording cannot be used; the message names it and says why."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.reason = reason


def load_recording(
    settings: Settings, data: bytes, name: str, edge_ms: int = sound.SENTENCE_EDGE_MS
) -> dict[str, bytes]:
    """The levelled variants of a WAV or MP3 file's content, by ending.

    Raises:
        RecordingRefusedError
    """
    try:
        [files] = sound.variants(settings, [(decode(settings, data, name), edge_ms)])
    except sound.SoundError as error:
        raise RecordingRefusedError(name, str(error)) from None
    return files


def decode(settings: Settings, data: bytes, name: str) -> AudioSegment:
    """A WAV or MP3 file's content as mono sound, once it has been found fit.

    Raises:
        RecordingRefusedError: damaged, cut off, empty, silent, clipped, too long or too large.
    """
    if not data:
        raise RecordingRefusedError(name, "the file is empty")
    if len(data) > LARGEST:
        raise RecordingRefusedError(name, f"the file has more than {LARGEST // 1_000_000} MB")
    if data[:4] == b"RIFF" and _STREAMED != int.from_bytes(data[4:8], "little") > len(data) - 8:
        raise RecordingRefusedError(name, "the file is cut off")
    pcm = _pcm(settings, data, name)
    _check(pcm, name)
    return sound.from_pcm(pcm, _DECODED_HZ)


def _pcm(settings: Settings, data: bytes, name: str) -> bytes:
    """16-bit mono at 48 kHz. Only the two formats we promise: ffmpeg's playlists could name other files."""
    kind = "wav" if data[:4] in (b"RIFF", b"RF64") else "mp3"
    line = ["-v", "error", "-xerror", "-err_detect", "explode", "-f", kind, "-i", "pipe:0", "-vn"]
    line += ["-t", str(LONGEST_S + 1), "-ac", "1", "-ar", str(_DECODED_HZ), "-f", "s16le", "pipe:1"]
    try:
        return sound.ffmpeg(settings, line, data)
    except sound.SoundError as error:
        raise RecordingRefusedError(name, f"damaged, or neither WAV nor MP3 ({_last_line(error)})") from None


def _last_line(error: Exception) -> str:
    return (str(error).splitlines() or [""])[-1][:120]


def _check(pcm: bytes, name: str) -> None:
    seconds = len(pcm) / 2 / _DECODED_HZ
    if seconds < SHORTEST_S:
        raise RecordingRefusedError(name, "there is no sound in it")
    if seconds > LONGEST_S:
        raise RecordingRefusedError(name, f"longer than {LONGEST_S} s")
    if audioop.max(pcm, 2) < _SILENT_PEAK:
        raise RecordingRefusedError(name, "there is nothing but silence in it")
    if _is_clipped(pcm):
        raise RecordingRefusedError(name, "clipped: recorded too loud, please record it again")


def _is_clipped(pcm: bytes) -> bool:
    """Whether samples stand at full scale several times in a row."""
    if audioop.max(pcm, 2) < _FULL_SCALE:
        return False
    run = 0
    for sample in memoryview(pcm).cast("h"):
        run = run + 1 if abs(sample) >= _FULL_SCALE else 0
        if run == _CLIPPED_RUN:
            return True
    return False
