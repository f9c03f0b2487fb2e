"""The prompt catalogue, and numbers as Mandarin reads them."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.settings import Queue, Settings
from ivr.prompts import catalogue
from ivr.prompts.catalogue import CatalogueError, chinese_number

NUMBERS = {
    0: "零",
    1: "一",
    9: "九",
    10: "十",
    12: "十二",
    19: "十九",
    20: "二十",
    30: "三十",
    99: "九十九",
    100: "一百",
    101: "一百零一",
    105: "一百零五",
    110: "一百一十",
    111: "一百一十一",
    120: "一百二十",
    200: "二百",
    999: "九百九十九",
    1000: "一千",
    1001: "一千零一",
    1010: "一千零一十",
    1100: "一千一百",
    1101: "一千一百零一",
    2026: "二千零二十六",
    9999: "九千九百九十九",
}


@pytest.mark.parametrize("value", NUMBERS)
def test_number(value: int) -> None:
    assert chinese_number(value) == NUMBERS[value]


def test_every_number_is_read_in_its_own_way() -> None:
    assert len({chinese_number(value) for value in range(10000)}) == 10000


@pytest.mark.parametrize("value", [-1, 10000])
def test_numbers_out_of_range(value: int) -> None:
    with pytest.raises(ValueError, match=str(value)):
        chinese_number(value)


def _load(folder: Path, text: str, wait: int = 30) -> dict[str, catalogue.Prompt]:
    path = folder / "catalogue.toml"
    path.write_text(text, encoding="utf-8")
    return catalogue.load(Settings(queue=Queue(max_wait_s=wait)), path)


def test_numbers_come_from_the_settings(tmp_path: Path) -> None:
    text = '[a]\nzh = "{max_wait}秒"\nen = "{max_wait} s"\n[b]\nzh = "重"\nspeak = "chong2"\nen = "again"\n'
    prompts = _load(tmp_path, text, wait=105)
    assert prompts["a"] == catalogue.Prompt("a", "一百零五秒", "一百零五秒", "105 s")
    assert (prompts["b"].zh, prompts["b"].speak) == ("重", "chong2")


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
        assert "{" not in prompt.zh + prompt.speak + prompt.en
