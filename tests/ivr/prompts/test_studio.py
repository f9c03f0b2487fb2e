"""Studio recordings and uploads: which are taken, which are refused and why; they go before synthesis."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pytest

from core.native import command
from core.settings import Paths, Settings
from ivr.prompts import sound, stamps, studio
from ivr.prompts.audio import AudioSegment, Sine, audioop
from ivr.prompts.build import build_all, problems
from ivr.prompts.spoken import take_recording
from ivr.prompts.studio import RecordingRefusedError
from tests.spoken import copy_prompts


def _wav(audio: AudioSegment) -> bytes:
    file = io.BytesIO()
    audio.export(file, "wav")
    return file.getvalue()


def _hum(ms: int = 900, volume: float = -30, rate: int = 44100, channels: int = 1) -> AudioSegment:
    return Sine(500, sample_rate=rate).to_audio_segment(duration=ms, volume=volume).set_channels(channels)


def _mp3(settings: Settings) -> bytes:
    line = command(settings, "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=500:duration=0.9")
    return subprocess.run([*line, "-f", "mp3", "pipe:1"], capture_output=True, check=True).stdout


CLIPPED = AudioSegment(
    b"".join((b"\xff\x7f" * 40, b"\x00\x80" * 40)) * 400, sample_width=2, frame_rate=44100, channels=1
)
GOOD = _wav(_hum())
REFUSED = {
    "empty": (b"", "the file is empty"),
    "no sound": (_wav(_hum(0)), "there is no sound"),
    "cut off": (GOOD[: len(GOOD) // 2], "cut off"),
    "text": (b"This is a letter, not a recording. " * 50, "damaged, or neither WAV nor MP3"),
    "wav header alone": (GOOD[:12].replace(GOOD[4:8], (4).to_bytes(4, "little")), "damaged"),
    "silent": (_wav(AudioSegment.silent(2000, 44100)), "silence"),
    "clipped": (_wav(CLIPPED), "clipped"),
    "too long": (_wav(AudioSegment.silent(303_000, 8000) + _hum(rate=8000)), "longer than 300 s"),
    "playlist": (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "damaged"),
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(paths=Paths(state=tmp_path))


@pytest.mark.parametrize("kind", REFUSED)
def test_refused_with_name_and_reason(settings: Settings, tmp_path: Path, kind: str) -> None:
    data, reason = REFUSED[kind]
    with pytest.raises(RecordingRefusedError, match=reason) as refused:
        take_recording(settings, data, "greeting.wav", tmp_path / "taken")
    assert str(refused.value).startswith("greeting.wav: ")
    assert not list(tmp_path.glob("taken*"))


def test_a_file_too_large_is_refused_unread(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(studio, "LARGEST", 1000)
    with pytest.raises(RecordingRefusedError, match="more than"):
        studio.decode(settings, GOOD, "x.wav")


@pytest.mark.parametrize(
    "audio",
    [
        _hum(volume=-30),
        _hum(volume=0),
        _hum(rate=8000),
        _hum(rate=48000, channels=2),
        _hum().set_sample_width(1),
        _hum().set_sample_width(4),
        AudioSegment.silent(1500, 44100) + _hum() + AudioSegment.silent(1500, 44100),
    ],
    ids=["quiet", "full scale", "8 kHz", "stereo", "8 bit", "32 bit", "silence around"],
)
def test_taken_and_levelled(settings: Settings, tmp_path: Path, audio: AudioSegment) -> None:
    seconds = take_recording(settings, _wav(audio), "x.wav", tmp_path / "taken")
    said = sound.from_pcm(audioop.alaw2lin((tmp_path / "taken.alaw").read_bytes(), 2), sound.RATE_HZ)
    assert said.dBFS == pytest.approx(sound.LOUDNESS_DBFS, abs=1)
    assert seconds == pytest.approx(1.0, abs=0.15)


def test_mp3_is_taken(settings: Settings, tmp_path: Path) -> None:
    assert take_recording(settings, _mp3(settings), "x.mp3", tmp_path / "taken") == pytest.approx(
        0.95, abs=0.2
    )


def _studio(settings: Settings, language: str, name: str, data: bytes) -> Path:
    path = settings.studio_dir / language / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


@pytest.fixture
def built(settings: Settings) -> Settings:
    copy_prompts(settings.prompts_dir)
    build_all(settings)
    return settings


def _stamp(settings: Settings, name: str) -> stamps.Stamp:
    return stamps.read(settings.prompts_dir / "zh_CN")[name]


def test_a_recording_goes_before_synthesis_until_it_is_taken_away(built: Settings) -> None:
    path = _studio(built, "zh_CN", "greeting.wav", _wav(_hum(1234)))
    assert {problem.partition(".")[0] for problem in problems(built)} == {"zh_CN/greeting"}
    assert build_all(built).names == ["zh_CN/greeting"]
    assert (_stamp(built, "greeting").source, problems(built)) == ("studio", [])
    assert _stamp(built, "greeting").seconds == pytest.approx(1.3, abs=0.1)
    assert build_all(built).names == []
    path.write_bytes(_wav(_hum(2000)))
    assert build_all(built).names == ["zh_CN/greeting"], "another take"
    path.unlink()
    assert build_all(built).names == ["zh_CN/greeting"]
    assert _stamp(built, "greeting").source == "synthesised"


def test_units_and_mp3_can_be_recorded_too(built: Settings) -> None:
    _studio(built, "zh_CN", "digits/5.mp3", _mp3(built))
    assert build_all(built).names == ["zh_CN/digits/5"]
    assert _stamp(built, "digits/5").source == "studio"


def test_a_refused_recording_is_told_of_each_time_and_the_voice_speaks(built: Settings) -> None:
    path = _studio(built, "zh_CN", "greeting.wav", _wav(CLIPPED))
    told = f"{path}: clipped: recorded too loud, please record it again"
    for _again in range(2):
        assert build_all(built).refused == [told]
    assert problems(built) == [told]
    stamp = _stamp(built, "greeting")
    assert (stamp.source, stamp.refused) == ("synthesised", told)
    assert stamp.seconds > 2, "the sentence itself"


def test_a_recording_nobody_asked_for_is_told_of(built: Settings) -> None:
    path = _studio(built, "zh_CN", "greting.wav", GOOD)
    _studio(built, "zh_CN", "notes.txt", b"take 2 is better")
    assert build_all(built).refused == [f"{path}: no prompt has this name"]
    assert problems(built) == [f"{path}: no prompt has this name"]
