"""Sound as it is stored and played: levelled, in the trunk's 8 kHz A-law and in 16 kHz linear.

A-law is what a trunk carries: playing it costs no transcoding. The 16 kHz variant (`.sln16`) is for
wide-band phones and for people who listen to a prompt in the console.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from core.native import command
from core.settings import Settings
from ivr.prompts.audio import AudioSegment, audioop, detect_leading_silence

RATE_HZ: Final = 8000
WIDE_HZ: Final = 16000
#: Ending of the file → samples a second.
FORMATS: Final = {"alaw": RATE_HZ, "sln16": WIDE_HZ}
#: Loudness every prompt is brought to, dBFS of the mean power; peaks are kept below PEAK_DBFS.
LOUDNESS_DBFS, PEAK_DBFS = -20.0, -1.5
SILENCE_DBFS = -45.0
#: Silence kept before and after a sentence; units that are strung together have less.
SENTENCE_EDGE_MS, UNIT_EDGE_MS = 80, 25
#: Every usual rate has a whole number of samples in 20 ms: sounds stay apart exactly when resampled in one.
_BLOCKS_PER_S = 50
_GAP_BLOCKS = 5
_HEADROOM_DBFS = -3.0
_CONVERT_S = 120


class SoundError(Exception):
    """A sound cannot be used; the message says why."""


def level(sound: AudioSegment, edge_ms: int = SENTENCE_EDGE_MS) -> AudioSegment:
    """Trim silence, keep `edge_ms` at both ends, bring to the common loudness without clipping.

    Raises:
        SoundError: there is nothing but silence.
    """
    start = detect_leading_silence(sound, SILENCE_DBFS)
    end = detect_leading_silence(sound.reverse(), SILENCE_DBFS)
    if start >= len(sound):
        raise SoundError("there is nothing but silence")
    spoken = sound[max(0, start - edge_ms) : len(sound) - max(0, end - edge_ms)]
    gain = min(LOUDNESS_DBFS - spoken.dBFS, PEAK_DBFS - spoken.max_dBFS)
    return spoken.apply_gain(gain)


def to_alaw(sound: AudioSegment) -> bytes:
    """Headerless A-law at 8 kHz, mono."""
    mono = sound.set_channels(1).set_frame_rate(RATE_HZ).set_sample_width(2)
    encoded: bytes = audioop.lin2alaw(mono.raw_data, 2)
    return encoded


def from_pcm(pcm: bytes, rate: int) -> AudioSegment:
    """16-bit mono samples as a sound."""
    return AudioSegment(pcm, sample_width=2, frame_rate=rate, channels=1)


def resample(settings: Settings, sounds: Sequence[AudioSegment], rate: int) -> list[AudioSegment]:
    """All sounds at another rate, mono; properly filtered, and in one run of ffmpeg for all of one rate.

    Raises:
        SoundError: ffmpeg failed.
    """
    done: dict[int, AudioSegment] = {}
    for source in {sound.frame_rate for sound in sounds}:
        places = [place for place, sound in enumerate(sounds) if sound.frame_rate == source]
        ours = [sounds[place].set_channels(1).set_sample_width(2) for place in places]
        done |= zip(places, _together(settings, ours, source, rate), strict=True)
    return [done[place] for place in range(len(sounds))]


def _together(
    settings: Settings, sounds: Sequence[AudioSegment], source: int, rate: int
) -> list[AudioSegment]:
    if source == rate:
        return list(sounds)
    per_block = source // _BLOCKS_PER_S
    # Some headroom: the filter overshoots.
    softer = [sound.apply_gain(min(0.0, _HEADROOM_DBFS - sound.max_dBFS)).raw_data for sound in sounds]
    blocks = [-(-len(pcm) // (2 * per_block)) + _GAP_BLOCKS for pcm in softer]
    padded = (pcm.ljust(2 * per_block * count, b"\0") for pcm, count in zip(softer, blocks, strict=True))
    line = ["-v", "error", "-f", "s16le", "-ar", str(source), "-ac", "1", "-i", "pipe:0"]
    line += ["-f", "s16le", "-ar", str(rate), "pipe:1"]
    pcm = ffmpeg(settings, line, b"".join(padded))
    step, place, parts = 2 * rate // _BLOCKS_PER_S, 0, []
    for count in blocks:
        parts.append(from_pcm(pcm[place : place + (count - _GAP_BLOCKS) * step], rate))
        place += count * step
    return parts


def ffmpeg(settings: Settings, args: Sequence[str], data: bytes) -> bytes:
    """What ffmpeg of the native root makes of `data` (stdin to stdout: it sees no file of ours).

    Raises:
        SoundError: it failed or took too long; the message is ffmpeg's own.
    """
    line = command(settings, "ffmpeg", "-nostdin", "-hide_banner", *args)
    try:
        done = subprocess.run(line, input=data, capture_output=True, timeout=_CONVERT_S, check=False)
    except subprocess.TimeoutExpired:
        raise SoundError(f"conversion took longer than {_CONVERT_S} s") from None
    if done.returncode:
        raise SoundError(done.stderr.decode(errors="replace").strip()[-300:] or "ffmpeg failed")
    return done.stdout


def variants(settings: Settings, sounds: Sequence[tuple[AudioSegment, int | None]]) -> list[dict[str, bytes]]:
    """For each sound the content of its files, by ending.

    With each sound comes the silence to keep at its ends, ms; with None it stays as loud and long as it is.

    Raises:
        SoundError: a sound to be levelled is silent, or ffmpeg failed.
    """
    raw = [sound for sound, _edge in sounds]
    narrow, wide = (resample(settings, raw, rate) for rate in (RATE_HZ, WIDE_HZ))
    return [
        {"alaw": to_alaw(_finished(low, edge)), "sln16": _finished(high, edge).raw_data}
        for low, high, (_sound, edge) in zip(narrow, wide, sounds, strict=True)
    ]


def _finished(sound: AudioSegment, edge_ms: int | None) -> AudioSegment:
    return sound if edge_ms is None else level(sound, edge_ms)


def write(stem: Path, files: dict[str, bytes]) -> float:
    """Write each variant beside its place and move it there in one step; the length in seconds."""
    stem.parent.mkdir(parents=True, exist_ok=True)
    for ending, content in files.items():
        part = stem.with_name(f".{stem.name}.{ending}.{os.getpid()}.part")
        part.write_bytes(content)
        part.replace(stem.with_name(f"{stem.name}.{ending}"))
    return len(files["alaw"]) / RATE_HZ
