"""Spoken Chinese numbers as figures: telephone numbers, addresses, money, dates, times. Pure; data-driven."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import cn2an

_RULES = Path(__file__).with_name("normal_rules.toml")
#: Stands in for kept words while rules run: U+E000 and on, one for each.
_PRIVATE = 0xE000

_Write = Callable[["re.Match[str]"], str]


@lru_cache(maxsize=1)
def rules() -> dict[str, Any]:
    """The rule file."""
    return tomllib.loads(_RULES.read_text(encoding="utf-8"))


def figures(text: str) -> str:
    """`text` with its spoken numbers in figures; names, idioms and vague numbers stay as they are."""
    hidden: list[str] = []

    def hide(match: re.Match[str]) -> str:
        hidden.append(match[0])
        return chr(_PRIVATE + len(hidden) - 1)

    text = _kept().sub(hide, text)
    for pattern, write in _steps():
        text = pattern.sub(_or_as_it_was(write), text)
    return re.sub(r"[\ue000-\uf8ff]", lambda match: hidden[ord(match[0]) - _PRIVATE], text)


def digits(said: str) -> str:
    """Digits said one by one, in figures."""
    table = rules()["digits"]
    return "".join((table["plain"] | table["spoken"]).get(one, one) for one in said)


def is_digit(character: str) -> bool:
    """Whether `character` is a spoken digit."""
    table = rules()["digits"]
    return character in table["plain"] or character in table["spoken"]


@lru_cache(maxsize=1)
def _kept() -> re.Pattern[str]:
    keep = rules()["keep"]
    # 十一 + 起 is no 一起.
    words = [f"(?<![零一二三四五六七八九十百点]){re.escape(word)}" for word in _longest_first(keep["words"])]
    return re.compile("|".join([*keep["patterns"], *words]))


@lru_cache(maxsize=1)
def _steps() -> list[tuple[re.Pattern[str], _Write]]:
    """The rules in their order: each takes what the ones before left."""
    d, small = "[零〇一二三四五六七八九]", "[零一二两三四五六七八九十]"
    hour, part = f"({small}{{1,3}})", _any(rules()["time"]["parts"])
    quarter = rules()["time"]["quarters"]
    units, two = _any(rules()["units"]["one_digit"]), _any(rules()["units"]["two"])
    number = "[零一二两三四五六七八九十百千万亿]+"
    decimal = f"({number})点({d}+)(?!十)"
    return [
        (re.compile(f"百分之({number}(?:点{d}+)?)"), lambda m: f"{_value(m[1])}%"),
        (re.compile(f"({number})分之({number})"), lambda m: f"{_value(m[2])}/{_value(m[1])}"),
        (re.compile(f"{hour}点({_any(quarter)})"), lambda m: f"{_value(m[1])}:{quarter[m[2]]}"),
        (re.compile(f"{hour}点零({d})分?"), lambda m: f"{_value(m[1])}:0{_value(m[2])}"),
        (re.compile(f"{hour}点([二三四五]?十{d}?)分?(?!钟)"), _clock),
        (re.compile(f"({part}){hour}点(?!{d})"), lambda m: f"{m[1]}{_value(m[2])}点"),
        (re.compile(decimal), lambda m: f"{_value(m[1])}.{digits(m[2])}"),
        (_digit_run(), _spelt),
        (re.compile(f"({d}{{4}}|{d}{{2}})(?=年)"), lambda m: digits(m[1])),
        (re.compile(f"({number}[十百千万亿]{number[:-1]}*|十{d}?|{d}[百千万亿])"), lambda m: _value(m[1])),
        (re.compile(f"两(?={two})"), lambda _: "2"),
        (re.compile(f"(?<!{d})({d})(?={units})"), lambda m: digits(m[1])),
        (re.compile(f"([0-9])([块毛])({d})"), lambda m: f"{m[1]}{m[2]}{digits(m[3])}"),
        (re.compile(f"(?<![0-9一二三四五六七八九]){hour}(?=点(?:多|钟|左右|整))"), lambda m: _value(m[1])),
    ]


def _any(words: Iterable[str]) -> str:
    return f"(?:{'|'.join(map(re.escape, _longest_first(words)))})"


def _longest_first(words: Iterable[str]) -> list[str]:
    return sorted(set(words), key=lambda word: (-len(word), word))


def _digit_run() -> re.Pattern[str]:
    table = rules()["digits"]
    every = "".join([*table["plain"], *table["spoken"]])
    return re.compile(f"[{every}]{{{table['shortest']},}}(?![十百千万亿])")


def _spelt(match: re.Match[str]) -> str:
    table, said = rules()["digits"], match[0]
    if sum(one in table["plain"] or one == "幺" for one in said) < table["plain_at_least"]:
        return said
    return digits(said)


def _clock(match: re.Match[str]) -> str:
    hour, minute = int(_value(match[1])), int(_value(match[2]))
    return f"{hour}:{minute:02d}" if hour <= 24 and minute < 60 else match[0]


def _or_as_it_was(write: _Write) -> _Write:
    """What looks like a number and is none (一亿十一) stays as it was said."""

    def tried(match: re.Match[str]) -> str:
        try:
            return write(match)
        except (ValueError, KeyError):  # cn2an's ways to say so
            return match[0]

    return tried


def _value(said: str) -> str:
    """
    Raises:
        ValueError, KeyError: that is no number.
    """
    value = cn2an.cn2an(said, "smart")
    return str(int(value)) if float(value).is_integer() else str(value)
