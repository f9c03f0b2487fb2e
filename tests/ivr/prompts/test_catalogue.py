"""The prompt catalogue."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from core.settings import Queue, Settings
from ivr.prompts import catalogue
from ivr.prompts.catalogue import CatalogueError, Prompt


def _load(folder: Path, text: str, wait: int = 30) -> dict[str, catalogue.Prompt]:
    path = folder / "catalogue.toml"
    path.write_text(text, encoding="utf-8")
    return catalogue.load(Settings(queue=Queue(max_wait_s=wait)), path)


def test_numbers_come_from_the_settings(tmp_path: Path) -> None:
    text = '[a]\nzh = "{max_wait}秒"\nen = "{max_wait} s"\n[b]\nzh = "重"\nspeak = "chong2"\nen = "again"\n'
    prompts = _load(tmp_path, text, wait=105)
    assert prompts["a"] == Prompt("a", "一百零五秒", "一百零五秒", "105 s", "one hundred five s")
    assert (prompts["b"].zh, prompts["b"].speak) == ("重", "chong2")
    assert _load(tmp_path, text, wait=2)["a"].zh == "两秒"


def test_how_it_is_spoken(tmp_path: Path) -> None:
    text = '[a]\nzh = "银行"\nen = "Dial 12319"\n[b]\nzh = "秒"\nen = "s"\nspeak_en = "seconds"\n'
    prompt = _load(tmp_path, text)["a"]
    assert prompt.zh == prompt.spoken("zh_CN", takes_pinyin=False) == "银行"
    assert prompt.spoken("zh_CN", takes_pinyin=True).split() == ["yin2", "hang2"]
    assert prompt.spoken("en", takes_pinyin=True) == "Dial one two three one nine"
    assert _load(tmp_path, text)["b"].spoken("en", takes_pinyin=True) == "seconds"


MISTAKES = {
    'zh = "x"': "missing ['en']",
    'en = "x"': "missing ['zh']",
    'zh = ""\nen = "x"': "missing ['zh']",
    'zh = "x"\nen = "x"\nspeek = "x"': "unknown ['speek']",
    'zh = "x': "line",
    'zh = "{max_wiat}"\nen = "x"': "max_wiat",
    'zh = "{"\nen = "x"': "[a]",
}


@pytest.mark.parametrize("entry", MISTAKES)
def test_a_mistake_is_named(tmp_path: Path, entry: str) -> None:
    with pytest.raises(CatalogueError) as refused:
        _load(tmp_path, f"[a]\n{entry}\n")
    assert "catalogue.toml" in str(refused.value)
    assert MISTAKES[entry] in str(refused.value)


def test_an_entry_that_is_no_table(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"\[a\]"):
        _load(tmp_path, 'a = "x"\n')


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"nobody\.toml"):
        catalogue.load(Settings(), tmp_path / "nobody.toml")


def test_the_shipped_catalogue_is_for_mandarin_ears() -> None:
    for prompt in catalogue.load(Settings()).values():
        assert not any(character.isascii() and character.isalnum() for character in prompt.zh), prompt.id
        assert "{" not in prompt.zh + prompt.speak + prompt.en + prompt.speak_en


def test_no_long_number_is_left_to_an_english_voice() -> None:
    """It would say twelve thousand three hundred nineteen."""
    for prompt in catalogue.load(Settings()).values():
        assert not re.search(r"[0-9]", prompt.speak_en), prompt.id
