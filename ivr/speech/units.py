"""The pieces values are put together from: id → what is said in each language.

Below `digits/` and `queue-` they bear Asterisk's own names, so its SayNumber, SayDigits and queue
announcements find them in the same folders; `units/` are ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from ivr.speech.telephone import PAUSE


@dataclass(frozen=True)
class Unit:
    """`None`: this language does not need it. `speak` is how the synthesiser is told to say the Mandarin."""

    id: str
    zh: str | None
    en: str | None
    speak: str | None = None

    def text(self, language: Literal["zh_CN", "en"]) -> str | None:
        return self.zh if language == "zh_CN" else self.en


_DIGITS: Final = (
    ("零", "zero"),
    ("一", "one"),
    ("二", "two"),
    ("三", "three"),
    ("四", "four"),
    ("五", "five"),
    ("六", "six"),
    ("七", "seven"),
    ("八", "eight"),
    ("九", "nine"),
)
_TEENS: Final = (
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen"),
    *("sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS: Final = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ORDINALS: Final = (
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"),
    *("eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth"),
    *("eighteenth", "nineteenth", "twentieth"),
)
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DAYS: Final = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
#: id, Mandarin, English and, where espeak-ng needs it, pinyin.
_OTHERS: Final = (
    ("digits/hundred", "百", "hundred"),
    ("digits/thousand", "千", "thousand"),
    ("digits/wan", "万", None),
    ("digits/yi", "亿", None),
    ("digits/million", None, "million"),
    ("digits/billion", None, "billion"),
    ("digits/minus", "负", "minus"),
    ("digits/oh", None, "oh"),
    ("digits/year", "年", None),
    ("digits/day", "日", None),
    ("digits/oclock", "点", "o'clock"),
    ("digits/minute", "分", "minute"),
    ("digits/second", "秒", "second"),
    ("digits/seconds", None, "seconds"),
    ("digits/a-m", "上午", "a.m."),
    ("digits/p-m", "下午", "p.m."),
    ("digits/today", "今天", "today"),
    ("digits/yesterday", "昨天", "yesterday"),
    ("digits/tomorrow", "明天", "tomorrow"),
    ("digits/at", None, "at"),
    ("digits/star", "星号", "star"),
    ("digits/pound", "井号", "pound"),
    ("units/two", "两", None),
    ("units/yao", "幺", None, "yao1"),
    ("units/ordinal", "第", "number"),
    ("units/place", "位", "in line"),
    ("units/minute", None, "minute"),
    ("units/minutes", "分钟", "minutes"),
    ("units/less-than", "不到", "less than"),
    ("units/small-hours", "凌晨", None),
    ("units/noon", "中午", None),
    ("units/evening", "晚上", None),
    ("units/sharp", "整", None),
    ("queue-youarenext", "您是下一位。", "You are next in line."),
    ("queue-thereare", "您现在排在第", "You are number"),
    ("queue-callswaiting", "位，请稍候。", "in line. Please hold."),
    ("queue-quantity1", "您前面有超过", "There are more than"),
    ("queue-quantity2", "位来电者在等候。", "callers ahead of you."),
    ("queue-holdtime", "预计等待", "The expected waiting time is"),
    ("queue-less-than", "不到", "less than"),
    ("queue-minute", "分钟", "minute"),
    ("queue-minutes", "分钟", "minutes"),
    ("queue-seconds", "秒", "seconds"),
    ("queue-thankyou", "感谢您的等待。", "Thank you for waiting."),
)


def _all() -> dict[str, Unit]:
    units = [Unit(f"digits/{value}", zh, en) for value, (zh, en) in enumerate(_DIGITS)]
    units.append(Unit("digits/10", "十", "ten"))
    units += [Unit(f"digits/{value}", None, en) for value, en in enumerate(_TEENS, 11)]
    for place, en in enumerate(_TENS, 2):
        units.append(Unit(f"digits/{place}0", f"{_DIGITS[place][0]}十", en))
        if place > 2:
            units.append(Unit(f"digits/h-{place}0", None, en.removesuffix("y") + "ieth"))
    units += [Unit(f"digits/h-{value}", None, en) for value, en in enumerate(_ORDINALS, 1)]
    numerals = [*(zh for zh, _ in _DIGITS[1:]), "十", "十一", "十二"]
    units += [
        Unit(f"digits/mon-{n}", f"{zh}月", en)
        for n, (zh, en) in enumerate(zip(numerals, _MONTHS, strict=True))
    ]
    units += [
        Unit(f"digits/day-{n}", f"星期{zh}", en)
        for n, (zh, en) in enumerate(zip("日一二三四五六", _DAYS, strict=True))
    ]
    units += [Unit(*row) for row in _OTHERS]
    return {unit.id: unit for unit in units}


#: Every unit that is speech; the pause is silence.
UNITS: Final = _all()
PAUSE_TEXT: Final = {"zh_CN": "，", "en": ", "}


def text(language: Literal["zh_CN", "en"], ids: tuple[str, ...]) -> str:
    """What a person hears when these units are played, written out.

    Raises:
        KeyError: an id is no unit of that language.
    """
    words = [PAUSE_TEXT[language].strip() if name == PAUSE else _said(language, name) for name in ids]
    if language == "zh_CN":
        return "".join(words)
    return " ".join(words).replace(" ,", ",")


def _said(language: Literal["zh_CN", "en"], name: str) -> str:
    said = UNITS[name].text(language)
    if said is None:
        raise KeyError(f"{name} is not said in {language}")
    return said
