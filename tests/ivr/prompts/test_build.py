"""Prompt audio: built once, found stale, checked; and what espeak-ng really says, measured."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from core.settings import Paths, Queue, Settings
from ivr.prompts import build, catalogue
from ivr.prompts.audio import AudioSegment, Sine, audioop
from ivr.prompts.build import LOUDNESS_DBFS, build_all, level, problems
from ivr.prompts.tts import EspeakNg, SynthesisError


class FakeVoice:
    """Hums, longer for longer sentences; notes what it was asked to say."""

    def __init__(self, settings: Settings) -> None:
        self.name = EspeakNg(settings).name
        self.said: list[str] = []

    def speak(self, text: str) -> bytes:
        self.said.append(text)
        wav = io.BytesIO()
        Sine(440, sample_rate=22050).to_audio_segment(duration=20 * len(text), volume=-12).export(wav, "wav")
        return wav.getvalue()


class Silent(FakeVoice):
    def speak(self, text: str) -> bytes:
        wav = io.BytesIO()
        AudioSegment.silent(1000, 22050).export(wav, "wav")
        return wav.getvalue()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(paths=Paths(state=tmp_path))


def _waiting(settings: Settings, seconds: int) -> Settings:
    return settings.model_copy(update={"queue": Queue(max_wait_s=seconds)})


def test_everything_is_built_once(settings: Settings) -> None:
    voice = FakeVoice(settings)
    ids = {f"{name}.alaw" for name in catalogue.load(settings)}
    assert set(build_all(settings, voice)) == ids | {"beep.alaw", "moh/waiting.alaw"}
    assert problems(settings) == []
    assert build_all(settings, voice) == []
    assert len(voice.said) == len(ids)
    assert not list(settings.prompts_dir.rglob("*.part"))


def test_only_what_changed_is_built_again(settings: Settings) -> None:
    build_all(settings, FakeVoice(settings))
    later, voice = _waiting(settings, 45), FakeVoice(settings)
    assert [p.split(":")[0] for p in problems(later)] == ["queue-wait.alaw"]
    assert build_all(later, voice) == ["queue-wait.alaw"]
    assert "四十五秒" in voice.said[0]
    assert problems(later) == []


def test_another_voice_means_all_again(settings: Settings) -> None:
    build_all(settings, FakeVoice(settings))
    other = FakeVoice(settings)
    other.name = "somebody else"
    assert len(build_all(settings, other)) == len(catalogue.load(settings))
    assert all("changed" in problem for problem in problems(settings))


def test_a_missing_file_is_told_and_made(settings: Settings) -> None:
    build_all(settings, FakeVoice(settings))
    (settings.prompts_dir / "zh_CN" / "greeting.alaw").unlink()
    assert problems(settings) == ["greeting.alaw: no audio; run `hotline prompts`"]
    assert build_all(settings, FakeVoice(settings)) == ["greeting.alaw"]


@pytest.mark.parametrize("stamps", ["", "{", "[]"])
def test_spoilt_stamps_mean_all_again(settings: Settings, stamps: str) -> None:
    build_all(settings, FakeVoice(settings))
    (settings.prompts_dir / "zh_CN" / build.STAMPS).write_text(stamps)
    assert len(build_all(settings, FakeVoice(settings))) == len(catalogue.load(settings)) + 2


def test_killed_in_the_middle_goes_on_where_it_was(settings: Settings) -> None:
    class Dies(FakeVoice):
        def speak(self, text: str) -> bytes:
            if len(self.said) == 3:
                raise SynthesisError("killed")
            return super().speak(text)

    with pytest.raises(SynthesisError):
        build_all(settings, Dies(settings))
    build_all(settings, FakeVoice(settings))
    assert problems(settings) == []


@pytest.mark.parametrize("sample", [0, 200, 32767])
def test_silent_and_clipped_audio_is_found(settings: Settings, sample: int) -> None:
    build_all(settings, FakeVoice(settings))
    pcm = sample.to_bytes(2, "little", signed=True) * 8000
    (settings.prompts_dir / "zh_CN" / "greeting.alaw").write_bytes(audioop.lin2alaw(pcm, 2))
    [problem] = problems(settings)
    assert problem.startswith("greeting.alaw: loudest sample")


def test_a_synthesiser_that_says_nothing_is_refused(settings: Settings) -> None:
    with pytest.raises(SynthesisError):
        build_all(settings, Silent(settings))


@pytest.mark.parametrize("volume", [-30, -12, 0])
def test_level(volume: int) -> None:
    tone = Sine(440, sample_rate=8000).to_audio_segment(duration=1000, volume=volume)
    quiet = AudioSegment.silent(700, 8000)
    levelled = level(quiet + tone + quiet)
    assert levelled.dBFS == pytest.approx(LOUDNESS_DBFS, abs=1)
    assert len(levelled) <= 1000 + 2 * 80 + 20


def test_level_never_clips() -> None:
    click = Sine(440, sample_rate=8000).to_audio_segment(duration=5, volume=0)
    mostly_quiet = Sine(440, sample_rate=8000).to_audio_segment(duration=2000, volume=-40)
    assert level(mostly_quiet + click).max_dBFS <= build.PEAK_DBFS + 0.1


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The catalogue, really spoken by espeak-ng of the native root."""
    settings = Settings(paths=Paths(state=tmp_path_factory.mktemp("prompts")))
    build_all(settings)
    return settings


def _decoded(path: Path) -> AudioSegment:
    pcm = audioop.alaw2lin(path.read_bytes(), 2)
    return AudioSegment(pcm, sample_width=2, frame_rate=build.RATE_HZ, channels=1)


@pytest.mark.parametrize("prompt", catalogue.load(Settings()))
def test_spoken_prompts_are_equally_loud_and_clean(spoken: Settings, prompt: str) -> None:
    sound = _decoded(spoken.prompts_dir / "zh_CN" / f"{prompt}.alaw")
    assert sound.dBFS == pytest.approx(LOUDNESS_DBFS, abs=1.0)
    assert sound.max < 32000
    assert 0.8 < sound.duration_seconds < 15


def test_nothing_is_wrong_with_what_espeak_built(spoken: Settings) -> None:
    assert problems(spoken) == []
    stamps = json.loads((spoken.prompts_dir / "zh_CN" / build.STAMPS).read_text())
    assert set(stamps) == {f"{name}.alaw" for name in catalogue.load(spoken)} | {
        "beep.alaw",
        "moh/waiting.alaw",
    }


def test_tones(spoken: Settings) -> None:
    beep = _decoded(spoken.prompts_dir / "zh_CN" / "beep.alaw")
    music = _decoded(spoken.prompts_dir / "zh_CN" / "moh" / "waiting.alaw")
    assert beep.duration_seconds == pytest.approx(0.4, abs=0.01)
    assert 20 < music.duration_seconds < 40
    assert music.dBFS < LOUDNESS_DBFS + 1, "music is no louder than speech"


def test_espeak_says_why_it_cannot(settings: Settings) -> None:
    with pytest.raises(SynthesisError, match="could not say"):
        EspeakNg(settings).speak("")
