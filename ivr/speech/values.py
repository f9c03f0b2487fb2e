"""A value that can be said, in every language: what flows, queues and handlers pass around."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date as Date
from datetime import time as Time
from types import ModuleType
from typing import Literal

from ivr.speech import chinese, english

Language = Literal["zh_CN", "en"]
_LANGUAGES: dict[Language, ModuleType] = {"zh_CN": chinese, "en": english}


@dataclass(frozen=True)
class Item:
    """Ids of the units to play, by language."""

    zh_CN: tuple[str, ...]
    en: tuple[str, ...]

    def units(self, language: Language) -> tuple[str, ...]:
        return self.zh_CN if language == "zh_CN" else self.en


def _item(say: Callable[[ModuleType], tuple[str, ...]]) -> Item:
    return Item(say(chinese), say(english))


def number(value: int) -> Item:
    """A plain number: 二十, 两百 / two hundred.

    Raises:
        ValueError: beyond ±(10¹²-1).
    """
    return _item(lambda words: words.number(value))


def digits(text: str) -> Item:
    """A telephone number or the like, digit by digit in groups (幺三八，零零一三，…).

    Raises:
        ValueError: there is no digit in it.
    """
    return _item(lambda words: words.digits(text))


def case_number(text: str) -> Item:
    """A case number (案卷号), digit by digit: division, year, day and serial are groups.

    Raises:
        ValueError: there is no digit in it.
    """
    return digits(text)


def date(value: Date) -> Item:
    """二零二六年十一月二十三日 / November twenty-third, twenty twenty-six."""
    return _item(lambda words: words.day(value))


def weekday(value: Date) -> Item:
    """星期一 / Monday."""
    return _item(lambda words: words.weekday(value))


def time(value: Time) -> Item:
    """下午两点零五分 / two oh five p.m. The clock's own time zone is the caller's business."""
    return _item(lambda words: words.clock(value))


def minutes(value: int) -> Item:
    """两分钟 / two minutes; below one: 不到一分钟 / less than one minute."""
    return _item(lambda words: words.minutes(value))


def seconds(value: int) -> Item:
    """两秒 / two seconds."""
    return _item(lambda words: words.seconds(value))


def position(value: int) -> Item:
    """A place in a queue: 第二位 / number two in line."""
    return _item(lambda words: words.position(value))


def speak(language: Language, item: Item) -> tuple[str, ...]:
    """Ids to play one after another, each a file below the language's prompt folder."""
    return item.units(language)
