"""Prompt audio: built once, found stale, checked; and what espeak-ng really says, measured."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pytest

from core.settings import Paths, Queue, Settings
from ivr.prompts import catalogue, sound, stamps
from ivr.prompts.audio import AudioSegment, Sine, audioop
from ivr.prompts.build import Voices, build_all, problems
from ivr.prompts.sound import LOUDNESS_DBFS, RATE_HZ, WIDE_HZ
from ivr.prompts.tts import LANGUAGES, EspeakNg, Language, SynthesisError, synthesiser
from ivr.speech.units import UNITS
from tests.spoken import copy_prompts

TONES = {"beep", "moh/waiting", "units/pause"}


def _wav(hum: AudioSegment) -> bytes:
    file = io.BytesIO()
    hum.export(file, "wav")
    return file.getvalue()


HUM = _wav(Sine(440, sample_rate=22050).to_audio_segment(duration=150, volume=-12))
SILENCE = _wav(AudioSegment.silent(1000, 22050))


class FakeVoice:
    """Hums; notes what it was asked to say."""

    takes_pinyin = True

    def __init__(self, settings: Settings, language: Language) -> None:
        self.name = synthesiser(settings, language).name
        self.said: list[str] = []

    def speak(self, text: str) -> bytes:
        self.said.append(text)
        return HUM


class Silent(FakeVoice):
    def speak(self, text: str) -> bytes:
        return SILENCE


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(paths=Paths(state=tmp_path))


def _voices(settings: Settings, kind: type[FakeVoice] = FakeVoice) -> dict[Language, FakeVoice]:
    return {language: kind(settings, language) for language in LANGUAGES}


def _built(settings: Settings, voices: Voices | None = None) -> list[str]:
    return build_all(settings, voices or _voices(settings)).names


def _everything(settings: Settings) -> set[str]:
    ids = {*catalogue.load(settings), *TONES}
    return {
        f"{language}/{name}"
        for language in LANGUAGES
        for name in {*ids, *(unit.id for unit in UNITS.values() if unit.text(language))}
    }


@pytest.fixture(scope="module")
def hummed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything, hummed once."""
    settings = Settings(paths=Paths(state=tmp_path_factory.mktemp("hummed")))
    _built(settings)
    return settings.prompts_dir


@pytest.fixture
def built(settings: Settings, hummed: Path) -> Settings:
    """Everything built, in a folder of the test's own."""
    shutil.copytree(hummed, settings.prompts_dir)
    return settings


def _waiting(settings: Settings, seconds: int) -> Settings:
    return settings.model_copy(update={"queue": Queue(max_wait_s=seconds)})


def test_everything_is_built_once_in_both_languages_and_rates(settings: Settings) -> None:
    voices = _voices(settings)
    assert set(_built(settings, voices)) == _everything(settings)
    assert problems(settings) == []
    assert _built(settings, voices) == []
    files = {path.relative_to(settings.prompts_dir) for path in settings.prompts_dir.rglob("*.*")}
    assert {str(path) for path in files} == {
        *(f"{name}.{ending}" for name in _everything(settings) for ending in ("alaw", "sln16")),
        *(f"{language}/stamps.json" for language in LANGUAGES),
    }


def test_both_rates_are_of_the_same_length(built: Settings) -> None:
    folder = built.prompts_dir / "zh_CN"
    for name in ("greeting", "digits/7", "beep", "moh/waiting"):
        narrow = (folder / f"{name}.alaw").stat().st_size / RATE_HZ
        wide = (folder / f"{name}.sln16").stat().st_size / 2 / WIDE_HZ
        assert wide == pytest.approx(narrow, abs=0.021), name
    assert stamps.read(folder)["greeting"].seconds == pytest.approx(
        (folder / "greeting.alaw").stat().st_size / RATE_HZ
    )


def test_only_what_changed_is_built_again(built: Settings) -> None:
    later, voices = _waiting(built, 45), _voices(built)
    names = [f"{language}/queue-wait" for language in LANGUAGES]
    assert {problem.partition(".")[0] for problem in problems(later)} == set(names)
    assert _built(later, voices) == names
    assert "四十五秒" in voices["zh_CN"].said[0]
    assert "forty five seconds" in voices["en"].said[0]
    assert problems(later) == []


def test_another_voice_means_all_of_its_language_again(built: Settings) -> None:
    voices = _voices(built)
    voices["en"].name = "somebody else"
    names = set(_built(built, voices))
    assert names == {name for name in _everything(built) if name.startswith("en/")} - {
        f"en/{tone}" for tone in TONES
    }
    assert all("changed" in problem for problem in problems(built))


@pytest.mark.parametrize("ending", ["alaw", "sln16"])
def test_a_missing_file_is_told_and_made(built: Settings, ending: str) -> None:
    (built.prompts_dir / "en" / f"greeting.{ending}").unlink()
    assert problems(built) == [f"en/greeting.{ending}: no audio; run `hotline prompts`"]
    assert _built(built) == ["en/greeting"]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"greeting": "older form"}'])
def test_spoilt_stamps_are_as_good_as_none(tmp_path: Path, content: str) -> None:
    (tmp_path / stamps.FILE).write_text(content)
    assert stamps.read(tmp_path) == {}


def test_without_stamps_all_is_built_again(built: Settings) -> None:
    for language in LANGUAGES:
        (built.prompts_dir / language / stamps.FILE).unlink()
    assert set(_built(built)) == _everything(built)


def test_a_prompt_that_is_gone_takes_its_sounds_along(built: Settings) -> None:
    folder = built.prompts_dir / "en"
    sound.write(folder / "old-words", {"alaw": bytes(800), "sln16": bytes(3200)})
    old = stamps.Stamp(made_of="x", source="synthesised", seconds=0.1)
    stamps.write(folder, stamps.read(folder) | {"old-words": old})
    assert _built(built) == []
    assert not list(folder.glob("old-words*"))
    assert "old-words" not in stamps.read(folder)
    assert problems(built) == []


def test_killed_in_the_middle_goes_on_where_it_was(settings: Settings) -> None:
    class Dies(FakeVoice):
        def speak(self, text: str) -> bytes:
            if len(self.said) == 40:
                raise SynthesisError("killed")
            return super().speak(text)

    with pytest.raises(SynthesisError):
        _built(settings, _voices(settings, Dies))
    _built(settings)
    assert problems(settings) == []


@pytest.mark.parametrize("sample", [0, 200, 32767])
@pytest.mark.parametrize("ending", ["alaw", "sln16"])
def test_silent_and_clipped_audio_is_found(built: Settings, sample: int, ending: str) -> None:
    pcm = sample.to_bytes(2, "little", signed=True) * 8000
    content = audioop.lin2alaw(pcm, 2) if ending == "alaw" else pcm
    (built.prompts_dir / "zh_CN" / f"greeting.{ending}").write_bytes(content)
    [problem] = problems(built)
    assert problem.startswith(f"zh_CN/greeting.{ending}: loudest sample")


def test_a_synthesiser_that_says_nothing_is_refused(settings: Settings) -> None:
    with pytest.raises(SynthesisError, match="silence"):
        _built(settings, _voices(settings, Silent))


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The catalogue, really spoken by espeak-ng of the native root."""
    settings = Settings(paths=Paths(state=tmp_path_factory.mktemp("spoken")))
    copy_prompts(settings.prompts_dir)
    return settings


def _decoded(settings: Settings, language: Language, name: str) -> AudioSegment:
    path = settings.prompts_dir / language / name
    return sound.from_pcm(audioop.alaw2lin(path.with_name(f"{path.name}.alaw").read_bytes(), 2), RATE_HZ)


@pytest.mark.parametrize("language", LANGUAGES)
def test_spoken_prompts_are_equally_loud_and_clean(spoken: Settings, language: Language) -> None:
    for prompt in catalogue.load(spoken):
        said = _decoded(spoken, language, prompt)
        assert said.dBFS == pytest.approx(LOUDNESS_DBFS, abs=1.0), prompt
        assert said.max < 32000, prompt
        assert 0.3 < said.duration_seconds < 30, prompt


#: Characters a second: outside of this, text was left out or read letter by letter.
PACE = {"zh_CN": (2.2, 6.0), "en": (6.0, 22.0)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_spoken_prompts_are_as_long_as_their_text(spoken: Settings, language: Language) -> None:
    slowest, fastest = PACE[language]
    for prompt in catalogue.load(spoken).values():
        text = prompt.zh if language == "zh_CN" else prompt.speak_en
        said = sum(character.isalnum() or character == " " for character in text)
        pace = said / _decoded(spoken, language, prompt.id).duration_seconds
        assert slowest < pace < fastest, f"{prompt.id}: {pace:.1f} characters a second"


@pytest.mark.parametrize("language", LANGUAGES)
def test_units_are_short_and_as_loud(spoken: Settings, language: Language) -> None:
    """Strung together they must not limp: no long silence at their ends."""
    for unit in UNITS.values():
        if unit.text(language) and unit.id.startswith(("digits/", "units/")):
            said = _decoded(spoken, language, unit.id)
            assert said.dBFS == pytest.approx(LOUDNESS_DBFS, abs=2.5), unit.id
            assert 0.08 < said.duration_seconds < 1.3, unit.id


def test_nothing_is_wrong_with_what_espeak_built(spoken: Settings) -> None:
    assert problems(spoken) == []
    for language in LANGUAGES:
        known = stamps.read(spoken.prompts_dir / language)
        assert {f"{language}/{name}" for name in known} == {
            name for name in _everything(spoken) if name.startswith(f"{language}/")
        }
        assert {stamp.source for stamp in known.values()} == {"synthesised", "tone"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_tones(spoken: Settings, language: Language) -> None:
    beep = _decoded(spoken, language, "beep")
    music = _decoded(spoken, language, "moh/waiting")
    pause = _decoded(spoken, language, "units/pause")
    assert beep.duration_seconds == pytest.approx(0.4, abs=0.01)
    assert 20 < music.duration_seconds < 40
    assert music.dBFS < LOUDNESS_DBFS + 1, "music is no louder than speech"
    assert pause.duration_seconds == pytest.approx(0.26, abs=0.02)
    assert pause.max < 100


def test_espeak_says_why_it_cannot(settings: Settings) -> None:
    with pytest.raises(SynthesisError, match="could not say"):
        EspeakNg(settings).speak("")
