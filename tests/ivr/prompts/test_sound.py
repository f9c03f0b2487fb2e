"""Levelling and conversion of sound."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from core.settings import Settings
from ivr.prompts import sound
from ivr.prompts.audio import AudioSegment, Sine
from ivr.prompts.sound import LOUDNESS_DBFS, PEAK_DBFS, SoundError, level, resample


def _tone(pitch: float, rate: int, ms: int, volume: float = -12) -> AudioSegment:
    return Sine(pitch, sample_rate=rate).to_audio_segment(duration=ms, volume=volume)


@pytest.mark.parametrize("volume", [-30, -12, 0])
def test_level(volume: int) -> None:
    quiet = AudioSegment.silent(700, 8000)
    levelled = level(quiet + _tone(440, 8000, 1000, volume) + quiet)
    assert levelled.dBFS == pytest.approx(LOUDNESS_DBFS, abs=1)
    assert len(levelled) <= 1000 + 2 * 80 + 20


def test_level_never_clips() -> None:
    mostly_quiet = _tone(440, 8000, 2000, -40) + _tone(440, 8000, 5, 0)
    assert level(mostly_quiet).max_dBFS <= PEAK_DBFS + 0.1


def test_silence_cannot_be_levelled() -> None:
    with pytest.raises(SoundError, match="silence"):
        level(AudioSegment.silent(1000, 8000))


def test_many_sounds_of_several_rates_stay_apart() -> None:
    """They go through one converter together; each comes out with its own pitch, place and length."""
    pitches = {(300, 22050, 130): 300, (700, 22050, 251): 700, (500, 48000, 77): 500, (900, 8000, 60): 900}
    sounds = [_tone(pitch, rate, ms) for pitch, rate, ms in pitches]
    for out, (pitch, _rate, ms) in zip(resample(Settings(), sounds, 8000), pitches, strict=True):
        assert out.frame_rate == 8000
        assert ms - 1 <= len(out) <= ms + 20
        samples = out[:ms].get_array_of_samples()
        crossings = sum(a < 0 <= b for a, b in itertools.pairwise(samples))
        assert crossings == pytest.approx(pitch * ms / 1000, abs=2), pitch


def test_what_a_telephone_cannot_carry_is_filtered_not_folded() -> None:
    """6 kHz sampled at 8 kHz without a filter would whistle at 2 kHz."""
    [out] = resample(Settings(), [_tone(6000, 22050, 500)], 8000)
    assert out.dBFS < -45


def test_a_sound_at_full_scale_does_not_clip_on_the_way() -> None:
    square = AudioSegment(b"\xff\x7f" * 500 + b"\x00\x80" * 500, sample_width=2, frame_rate=22050, channels=1)
    [out] = resample(Settings(), [square * 10], 8000)
    assert out.max < 32767


def test_written_in_one_step(tmp_path: Path) -> None:
    stem = tmp_path / "new" / "name.with.dots"
    assert sound.write(stem, {"alaw": bytes(4000), "sln16": bytes(16000)}) == 0.5
    assert {path.name for path in stem.parent.iterdir()} == {"name.with.dots.alaw", "name.with.dots.sln16"}


def test_ffmpeg_says_why_it_cannot() -> None:
    with pytest.raises(SoundError, match="Invalid"):
        sound.ffmpeg(Settings(), ["-v", "error", "-f", "wav", "-i", "pipe:0", "-f", "s16le", "pipe:1"], b"no")
