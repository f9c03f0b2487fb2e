"""How a talk went, in figures: silence, talking over each other, speed of speech (通话质量指标). Pure.

Sound is judged by the waveform kept for the player, which is there whatever a recogniser heard. It tells
neither prompts and music from a person on the hotline's side nor a car from a voice on the caller's. Speed
is characters by the recogniser over the seconds its words took.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from core.words import plain
from recorder.legs import Side

#: Loudness of 255 at and above which a tenth of a second holds sound: 32 dB below full scale.
LOUD = 6
#: Pauses up to this belong to speech (between two words), sounds shorter than this do not (a click); seconds.
PAUSE_S, CLICK_S = 0.5, 0.2
#: Both sides at once for at least this long is talking over each other, not a "yes" in between; seconds.
OVER_S = 0.5


@dataclass(frozen=True)
class Measures:
    """Figures of one recording; seconds, shares 0 to 1, characters a minute of speech (0: nothing heard)."""

    #: Neither side makes a sound (静默占比).
    silence_share: float
    #: Both talk (抢话).
    talk_over_s: float
    caller_speech_s: float
    hotline_speech_s: float
    #: Speech rate (语速).
    caller_chars_per_min: float
    hotline_chars_per_min: float
    longest_silence_s: float


def measure(
    peaks: Mapping[str, Any], duration_s: float, words_by_side: Mapping[str, Sequence[Mapping[str, Any]]]
) -> Measures:
    """
    Args:
        peaks: `Recording.peaks`: {"step_s", "caller", "hotline"}; without them the words' times serve.
        duration_s: of the recording.
        words_by_side: side to `Transcript.words`.
    """
    step_s = float(peaks.get("step_s", 0.1))
    steps = max(0, round(duration_s / step_s))
    caller, hotline = (
        _speech(peaks.get(side) or _from_words(words_by_side.get(side, ()), step_s), steps, step_s)
        for side in Side
    )
    silent = [not (one or other) for one, other in zip(caller, hotline, strict=True)]
    both = [one and other for one, other in zip(caller, hotline, strict=True)]
    talk_over = sum(length for said, length in _runs(both) if said and length * step_s >= OVER_S)
    return Measures(
        silence_share=round(sum(silent) / steps, 4) if steps else 0.0,
        talk_over_s=round(talk_over * step_s, 2),
        caller_speech_s=round(sum(caller) * step_s, 2),
        hotline_speech_s=round(sum(hotline) * step_s, 2),
        caller_chars_per_min=_chars_per_min(words_by_side.get(Side.CALLER, ())),
        hotline_chars_per_min=_chars_per_min(words_by_side.get(Side.HOTLINE, ())),
        longest_silence_s=round(
            max((n for is_silent, n in _runs(silent) if is_silent), default=0) * step_s, 2
        ),
    )


def _speech(loudness: Sequence[int], steps: int, step_s: float) -> list[bool]:
    """For each step whether this side speaks: clicks left out, pauses between words filled."""
    loud = [value >= LOUD for value in loudness[:steps]]
    loud += [False] * (steps - len(loud))
    without_clicks = _flip(loud, True, CLICK_S, step_s)
    return _flip(without_clicks, False, PAUSE_S, step_s)


def _flip(steps: Sequence[bool], value: bool, shorter_than_s: float, step_s: float) -> list[bool]:
    """Turn runs of `value` that are too short to count; silence at either end is no pause."""
    runs = list(_runs(steps))
    flipped: list[bool] = []
    for at, (one, length) in enumerate(runs):
        at_end = not one and at in (0, len(runs) - 1)
        turns = one == value and length * step_s < shorter_than_s - step_s / 2 and not at_end
        flipped += [one != turns] * length
    return flipped


def _runs(steps: Sequence[bool]) -> list[tuple[bool, int]]:
    return [(value, sum(1 for _ in run)) for value, run in groupby(steps)]


def _from_words(words: Sequence[Mapping[str, Any]], step_s: float) -> list[int]:
    """Loudness as if every word were loud and all else silent."""
    if not words:
        return []
    loudness = [0] * (round(max(float(word["end"]) for word in words) / step_s) + 1)
    for word in words:
        for step in range(round(float(word["start"]) / step_s), round(float(word["end"]) / step_s)):
            loudness[step] = 255
    return loudness


def _chars_per_min(words: Sequence[Mapping[str, Any]]) -> float:
    spoken_s = sum(max(0.0, float(word["end"]) - float(word["start"])) for word in words)
    characters = sum(len(plain(str(word["word"]))) for word in words)
    return round(characters / spoken_s * 60, 1) if spoken_s >= 0.1 else 0.0
