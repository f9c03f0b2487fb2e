"""Free text for a synthesiser: numbers, dates, times and telephone numbers written as they are read."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, time
from typing import Final, Literal

from ivr.speech import chinese, english, polyphones, units

#: Numbers that are names: read digit by digit however short, 12319 with 一, as everybody says it.
_SHORT_CODES: Final = ("110", "114", "119", "120", "122", "12345", "12319", "12315", "12320", "12369")
_DATE = re.compile(r"(?<!\d)(\d{4})(?:年|[-/.])(\d{1,2})(?:月|[-/.])(\d{1,2})(?:日|号|(?!\d))")
_TIME = re.compile(r"(?<!\d)([01]?\d|2[0-4])[:：]([0-5]\d)(?!\d)")
_PHONE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?(?:0\d{2,3}-\d{7,8}|\d{3,4}-\d{3,4}-\d{3,4}|\d{7,})(?!\d)")
_COUNTED = "个|分钟|小时|天|周|名|人|位|条|次|件|户|块|元|米|吨|台|辆|公里|平方米|号楼"
_CODE = re.compile(rf"(?<!\d)(?:{'|'.join(_SHORT_CODES)})(?!\d|{_COUNTED})")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*[%％]")
_DECIMAL = re.compile(r"(?<!\d)(\d{1,12})\.(\d+)(?!\d)")
_YEAR = re.compile(r"(?<!\d)(\d{4})(?=年|到\d{4}年)")
_RANGE = re.compile(r"(?<=[\d时点分日号月年])\s*[-~～—–]+\s*(?=\d)")
_TWO = re.compile(rf"(?<!\d)2(?=点|(?:{_COUNTED})(?<!号楼))")
_ORDINAL = re.compile(r"(?<=第)(\d{1,12})(?!\d)")
_NUMBER = re.compile(r"\d{1,12}")
#: ETC would be read as et cetera.
_INITIALS = re.compile(r"(?<![A-Za-z])[A-Z]{2,5}(?![A-Za-z])")
_SIGNS = re.compile("[℃㎡]")

Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]


def readable(language: Literal["zh_CN", "en"], text: str, *, pinyin: bool) -> str:
    """The text with everything written in digits spelt out; `pinyin`: polyphones put right as well."""
    rules = _CHINESE if language == "zh_CN" else _ENGLISH
    for pattern, said in rules:
        text = pattern.sub(said, text)
    return polyphones.correct(text) if language == "zh_CN" and pinyin else text


def _zh(ids: tuple[str, ...]) -> str:
    return units.text("zh_CN", ids)


def _en(ids: tuple[str, ...]) -> str:
    return units.text("en", ids)


def _date(say: Callable[[date], str]) -> Callable[[re.Match[str]], str]:
    def said(match: re.Match[str]) -> str:
        try:
            return say(date(*(int(part) for part in match.groups())))
        except ValueError:
            return match[0]

    return said


def _zh_time(match: re.Match[str]) -> str:
    hour, minute = int(match[1]), int(match[2])
    said = _zh(chinese.counted(hour)) + "点"
    if minute:
        said += ("零" if minute < 10 else "") + _zh(chinese.number(minute)) + "分"
    return said


def _zh_decimal(number: str) -> str:
    whole, _, part = number.partition(".")
    said = _zh(chinese.number(int(whole)))
    return said + ("点" + "".join(_zh((f"digits/{digit}",)) for digit in part) if part else "")


def _en_decimal(number: str) -> str:
    whole, _, part = number.partition(".")
    said = _en(english.number(int(whole)))
    return said + (" point " + " ".join(_en((f"digits/{digit}",)) for digit in part) if part else "")


_CHINESE: Final[tuple[Rule, ...]] = (
    (_DATE, _date(lambda day: _zh(chinese.day(day)))),
    (_PHONE, lambda match: _zh(chinese.digits(match[0]))),
    (_RANGE, lambda _match: "到"),
    (_TIME, _zh_time),
    (_CODE, lambda match: "".join(_zh((f"digits/{digit}",)) for digit in match[0])),
    (_PERCENT, lambda match: "百分之" + _zh_decimal(match[1])),
    (_DECIMAL, lambda match: _zh_decimal(match[0])),
    (_YEAR, lambda match: "".join(_zh((f"digits/{digit}",)) for digit in match[0])),
    (_TWO, lambda _match: "两"),
    (_ORDINAL, lambda match: _zh(chinese.number(int(match[1]), ordinal=True))),
    (_NUMBER, lambda match: _zh(chinese.number(int(match[0])))),
    (_INITIALS, lambda match: " ".join(match[0])),
    (_SIGNS, lambda match: {"℃": "摄氏度", "㎡": "平方米"}[match[0]]),
)
_ENGLISH: Final[tuple[Rule, ...]] = (
    (_DATE, _date(lambda day: _en(english.day(day)))),
    (_TIME, lambda match: _en(english.clock(time(int(match[1]) % 24, int(match[2]))))),
    (_PHONE, lambda match: _en(english.digits(match[0]))),
    (_CODE, lambda match: _en(english.digits(match[0]))),
    (_PERCENT, lambda match: _en_decimal(match[1]) + " percent"),
    (_DECIMAL, lambda match: _en_decimal(match[0])),
    (_NUMBER, lambda match: _en(english.number(int(match[0])))),
)
