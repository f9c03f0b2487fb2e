"""The judge of the seat tests hears who is there, and misses nobody who is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.settings import Settings
from ivr.prompts import tones
from ivr.prompts.audio import audioop
from recorder import ffmpeg
from recorder.legs import Side
from tests.seat.judge import Track
from tests.seat.voices import ALL, CALLER, COLLEAGUE, EXTERNAL, SEAT, Voice

SECOND = 16_000
SILENCE = bytes(SECOND)


def over_the_line(samples: bytes) -> bytes:
    return audioop.alaw2lin(audioop.lin2alaw(samples, 2), 2)


def mixed(*voices: Voice, seconds: int = 1) -> bytes:
    sound = bytes(SECOND)
    for voice in voices:
        sound = audioop.add(sound, voice.samples(), 2)
    return sound * seconds


@pytest.mark.parametrize("voice", ALL, ids=lambda voice: voice.name)
def test_each_voice_is_heard_in_every_window_as_itself_alone(voice: Voice) -> None:
    track = Track(over_the_line(voice.samples() * 3))
    assert track.seconds == 3
    assert track.without(voice, 0, 3) == []
    assert track.strangers([voice], 0, 3) == []
    assert len(track.without(CALLER if voice != CALLER else SEAT, 0, 3)) == 15


@pytest.mark.parametrize("start", [0.0, 0.03, 0.07, 0.11, 0.19])
def test_it_does_not_matter_where_a_window_begins(start: float) -> None:
    track = Track(over_the_line(SEAT.samples() * 2))
    assert track.without(SEAT, start, 1.9) == track.strangers([SEAT], start, 1.9) == []


def test_three_at_once_are_all_heard() -> None:
    track = Track(over_the_line(mixed(CALLER, SEAT, EXTERNAL, seconds=2)))
    assert track.voices(0.4) == {"caller", "seat", "external"}
    assert all(track.without(voice, 0, 2) == [] for voice in (CALLER, SEAT, EXTERNAL))


def test_a_gap_of_half_a_second_is_found() -> None:
    said = SEAT.samples() * 2
    track = Track(over_the_line(said[:SECOND] + SILENCE[: SECOND // 2] + said[SECOND:]))
    missing = track.without(SEAT, 0, 2.5)
    assert missing and min(missing) >= 1.0 - 0.2 and max(missing) < 1.5
    assert track.silences(0, 2.5) == pytest.approx([1.0, 1.2])


def test_a_stranger_of_half_a_second_is_found() -> None:
    track = Track(SEAT.samples() + mixed(SEAT, COLLEAGUE)[: SECOND // 2] + SEAT.samples())
    assert [name for _, name in track.strangers([SEAT], 0, 2.5)] == ["colleague"] * 3
    assert track.strangers([SEAT, COLLEAGUE], 0, 2.5) == []


def test_what_is_too_short_is_not_heard() -> None:
    track = Track(SEAT.samples()[:1000])
    assert track.without(SEAT, 0, 0.2) == [0.0]


def test_music_on_hold_is_sound_and_nobodys_voice() -> None:
    samples = tones.hold_music().set_frame_rate(8000).raw_data
    track = Track(over_the_line(samples))
    assert track.strangers([], 0, track.seconds) == []
    assert track.silences(0, 24) == []  # the last note has faded by then


def test_the_archives_codec_keeps_voices_and_sides_apart(tmp_path: Path) -> None:
    settings = Settings()
    sides = [audioop.lin2alaw(sound, 2) for sound in (CALLER.samples() * 3, mixed(SEAT, EXTERNAL, seconds=3))]
    stereo = bytes(code for pair in zip(*sides, strict=True) for code in pair)
    tracks = []
    with (tmp_path / "call.ogg").open("wb+") as archive:
        ffmpeg.encode(settings, [stereo], archive, lambda: False)
        for side in Side:
            archive.seek(0)
            tracks.append(Track(b"".join(ffmpeg.decode(settings, archive, lambda: False, side=side))))
    left, right = tracks
    assert left.seconds == pytest.approx(3, abs=0.01)
    assert left.without(CALLER, 0.2, 2.8) == left.strangers([CALLER], 0.2, 2.8) == []
    assert right.without(SEAT, 0.2, 2.8) == right.without(EXTERNAL, 0.2, 2.8) == []
    assert right.strangers([SEAT, EXTERNAL], 0.2, 2.8) == []


def test_a_story_is_told_in_words() -> None:
    assert Track(SILENCE + SEAT.samples()).story() == "0.0:- 1.0:seat"
