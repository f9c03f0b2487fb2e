"""Voices: which one is chosen, what Piper is given, and how failures are told."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from core.settings import Paths, Settings, Tts
from ivr.prompts.spoken import speak_text
from ivr.prompts.tts import EspeakNg, Piper, SynthesisError, synthesiser

FAKE = f"{shlex.quote(sys.executable)} {shlex.quote(str(Path(__file__).with_name('fake_piper.py')))}"


def _settings(folder: Path, zh: str = "", en: str = "", piper: str = FAKE) -> Settings:
    models = {
        name: str(folder / f"{model}.onnx") if model else "" for name, model in (("zh", zh), ("en", en))
    }
    return Settings(
        paths=Paths(state=folder), tts=Tts(piper=piper, piper_zh=models["zh"], piper_en=models["en"])
    )


def test_espeak_unless_piper_has_a_model_for_that_language(tmp_path: Path) -> None:
    settings = _settings(tmp_path, zh="huayan")
    assert isinstance(synthesiser(settings, "zh_CN"), Piper)
    assert isinstance(synthesiser(settings, "en"), EspeakNg)
    assert isinstance(synthesiser(_settings(tmp_path, zh="huayan", piper=""), "zh_CN"), EspeakNg)


def test_mandarin_is_never_read_by_the_voice_that_takes_pinyin_for_english() -> None:
    assert synthesiser(Settings(), "zh_CN").name.startswith("espeak-ng cmn-latn-pinyin+")
    assert synthesiser(Settings(), "en").name.startswith("espeak-ng en")


def test_the_model_is_in_the_name_so_another_one_means_building_again(tmp_path: Path) -> None:
    names = {synthesiser(_settings(tmp_path, zh=model), "zh_CN").name for model in ("huayan", "other", "")}
    assert len(names) == 3


def test_piper_hears_characters_and_one_line(tmp_path: Path) -> None:
    settings = _settings(tmp_path, zh="huayan")
    seconds = speak_text(settings, "zh_CN", "银行明天8:30开门，\n请重新来电。", tmp_path / "said")
    assert 0.3 < seconds < 1.0
    heard = (tmp_path / "huayan.onnx.heard").read_text(encoding="utf-8")
    assert heard == "银行明天八点三十分开门， 请重新来电。\n", "no pinyin: only espeak-ng reads that"
    assert (tmp_path / "said.alaw").stat().st_size == pytest.approx(seconds * 8000)


@pytest.mark.parametrize(
    ("model", "piper", "reason"),
    [
        ("broken", FAKE, "no such model"),
        ("mute", FAKE, "no sound came"),
        ("any", "/nowhere/piper", "cannot be started"),
    ],
)
def test_what_piper_cannot_do_is_told(tmp_path: Path, model: str, piper: str, reason: str) -> None:
    with pytest.raises(SynthesisError, match=reason):
        speak_text(_settings(tmp_path, zh=model, piper=piper), "zh_CN", "您好", tmp_path / "said")
    assert not list(tmp_path.glob("said*"))


@pytest.mark.parametrize("text", ["", "  \n", "字" * 2001])
def test_no_text_and_too_much_text_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(SynthesisError):
        speak_text(Settings(), "zh_CN", text, tmp_path / "said")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "text", ["--stdin", "-v en", "$(touch x)", "`id`", "<speak>hi</speak>", "a'\"b;\\", "% {}"]
)
def test_text_is_only_ever_said(tmp_path: Path, text: str) -> None:
    """It goes in on stdin: no option, no shell, no markup."""
    assert speak_text(Settings(), "en", text, tmp_path / "said") > 0
    assert {path.name for path in tmp_path.iterdir()} == {"said.alaw", "said.sln16"}
