"""Sounds that are not speech: the beep before a message, and quiet music for waiting."""

from __future__ import annotations

from functools import cache

from ivr.prompts.audio import AudioSegment, Sine

#: A slow pentatonic turn, Hz; long overlapping notes, so that it hums rather than beeps.
_MELODY = (523.25, 587.33, 659.25, 783.99, 659.25, 587.33, 523.25, 440.0)
_NOTE_MS, _STEP_MS = 2400, 1500


def beep() -> AudioSegment:
    """A 0.4 s tone at 1 kHz."""
    return Sine(1000, sample_rate=16000).to_audio_segment(duration=400, volume=-14).fade_in(10).fade_out(10)


@cache
def hold_music() -> AudioSegment:
    """About 25 s of original music, to be repeated while a caller waits."""
    tune = AudioSegment.silent(duration=_STEP_MS * 2 * len(_MELODY) + _NOTE_MS, frame_rate=16000)
    for position, pitch in enumerate(_MELODY + tuple(reversed(_MELODY))):
        note = Sine(pitch, sample_rate=16000).to_audio_segment(duration=_NOTE_MS, volume=-22)
        low = Sine(pitch / 2, sample_rate=16000).to_audio_segment(duration=_NOTE_MS, volume=-28)
        tune = tune.overlay(note.overlay(low).fade_in(200).fade_out(1800), position=position * _STEP_MS)
    return tune


def pause() -> AudioSegment:
    """A quarter of a second of silence, between groups of digits."""
    return AudioSegment.silent(duration=250, frame_rate=16000)
