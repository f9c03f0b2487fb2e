"""Digits, dates, times, waits and places, as people say them."""

from __future__ import annotations

import calendar
import datetime
from collections import defaultdict
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.settings import Settings
from ivr import speech
from ivr.prompts.jobs import jobs
from ivr.prompts.tts import LANGUAGES, synthesiser
from ivr.speech import Item, english
from ivr.speech.telephone import PAUSE, groups
from ivr.speech.units import UNITS, text
from tests.ivr.speech import reference

_MONTHS = calendar.month_name[1:]


def _said(item: Item) -> tuple[str, str]:
    return text("zh_CN", speech.speak("zh_CN", item)), text("en", speech.speak("en", item))


@pytest.mark.parametrize(
    ("item", "zh", "en"),
    [
        (speech.minutes(0), "不到一分钟", "less than one minute"),
        (speech.minutes(1), "一分钟", "one minute"),
        (speech.minutes(2), "两分钟", "two minutes"),
        (speech.minutes(12), "十二分钟", "twelve minutes"),
        (speech.minutes(22), "二十二分钟", "twenty two minutes"),
        (speech.seconds(2), "两秒", "two seconds"),
        (speech.seconds(1), "一秒", "one second"),
        (speech.position(1), "第一位", "number one in line"),
        (speech.position(2), "第二位", "number two in line"),
        (speech.position(12), "第十二位", "number twelve in line"),
        (speech.position(200), "第二百位", "number two hundred in line"),
        (speech.weekday(datetime.date(2026, 11, 22)), "星期日", "Sunday"),
        (speech.weekday(datetime.date(2026, 11, 23)), "星期一", "Monday"),
        (speech.digits("110"), "幺幺零", "one one zero"),
        (speech.digits("4-2 7"), "四，二，七", "four, two, seven"),
        (
            speech.date(datetime.date(2026, 11, 23)),
            "二零二六年十一月二十三日",
            "November twenty third twenty twenty six",
        ),
        (speech.date(datetime.date(2000, 2, 10)), "二零零零年二月十日", "February tenth two thousand"),
        (speech.date(datetime.date(2005, 1, 2)), "二零零五年一月二日", "January second two thousand five"),
        (
            speech.date(datetime.date(1905, 3, 31)),
            "一九零五年三月三十一日",
            "March thirty first nineteen oh five",
        ),
        (speech.time(datetime.time(0, 0)), "凌晨零点整", "twelve o'clock a.m."),
        (speech.time(datetime.time(2, 2)), "凌晨两点零二分", "two oh two a.m."),
        (speech.time(datetime.time(9, 30)), "上午九点三十分", "nine thirty a.m."),
        (speech.time(datetime.time(12, 10)), "中午十二点十分", "twelve ten p.m."),
        (speech.time(datetime.time(14, 0)), "下午两点整", "two o'clock p.m."),
        (speech.time(datetime.time(23, 59)), "晚上十一点五十九分", "eleven fifty nine p.m."),
    ],
)
def test_said(item: Item, zh: str, en: str) -> None:
    assert _said(item) == (zh, en)


def test_a_mobile_number_is_said_in_groups_people_remember() -> None:
    zh, en = _said(speech.digits("13800138000"))
    assert zh == "幺三八，零零幺三，八零零零"
    assert en == "one three eight, zero zero one three, eight zero zero zero"


def test_a_case_number_is_division_year_day_and_serial() -> None:
    zh, _en = _said(speech.case_number("2102022026112300017"))
    assert zh == "二幺零二零二，二零二六，幺幺二三，零零零幺七"


@given(st.text("0123456789- /", min_size=1, max_size=40))
def test_digits_keep_every_digit_in_order(written: str) -> None:
    wanted = [digit for digit in written if digit.isdigit()]
    if not wanted:
        with pytest.raises(ValueError, match="no digit"):
            speech.digits(written)
        return
    item = speech.digits(written)
    english = [unit for unit in item.en if unit != PAUSE]
    mandarin = ["digits/1" if unit == "units/yao" else unit for unit in item.zh_CN if unit != PAUSE]
    assert english == mandarin == [f"digits/{digit}" for digit in wanted]
    assert PAUSE not in (item.en[0], item.en[-1])
    assert all(len(group) <= 6 for group in groups(written))


@cache
def _years() -> dict[str, set[int]]:
    """Every way a year may be said → the years a listener could make of it."""
    found: dict[str, set[int]] = defaultdict(set)
    for year in range(1000, 10_000):
        century, rest = reference.english(year // 100), reference.english(year % 100)
        found[reference.english(year)].add(year)
        if year % 100 == 0:
            found[f"{century} hundred"].add(year)
        elif year % 100 < 10:
            found[f"{century} oh {rest}"].add(year)
        else:
            found[f"{century} {rest}"].add(year)
    return found


@settings(max_examples=400, deadline=None)
@given(st.dates(datetime.date(1000, 1, 1), datetime.date(9999, 12, 31)))
def test_dates_of_every_year(day: datetime.date) -> None:
    zh, en = _said(speech.date(day))
    year = "".join("零一二三四五六七八九"[int(digit)] for digit in str(day.year))
    assert zh == f"{year}年{reference.chinese(day.month)}月{reference.chinese(day.day)}日"
    ordinal = text("en", english.ordinal(day.day))
    beginning = f"{_MONTHS[day.month - 1]} {ordinal} "
    assert en.startswith(beginning)
    assert _years()[en.removeprefix(beginning)] == {day.year}


def test_ordinals_are_the_usual_words() -> None:
    assert [text("en", english.ordinal(n)) for n in (1, 2, 3, 8, 12, 20, 21, 30, 31)] == [
        *("first", "second", "third", "eighth", "twelfth", "twentieth"),
        *("twenty first", "thirtieth", "thirty first"),
    ]
    with pytest.raises(ValueError, match="ordinal"):
        english.ordinal(0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_is_said_has_a_sound(language: speech.Language) -> None:
    """All units of many values are among what the build makes for that language."""
    built = {job.id for job in jobs(Settings(), language, synthesiser(Settings(), language))}
    start = datetime.datetime(2024, 1, 1)  # noqa: DTZ001 - a wall clock
    items = [speech.number(value) for value in (*range(0, 1200, 7), *(10**n for n in range(12)), -5)]
    for step in range(400):
        moment = start + datetime.timedelta(hours=step * 23, minutes=step)
        items += [speech.date(moment.date()), speech.time(moment.time()), speech.weekday(moment.date())]
        items += [speech.minutes(step), speech.position(step + 1), speech.seconds(step)]
    items += [speech.digits("0123456789"), speech.case_number("2102022026112300017")]
    assert {unit for item in items for unit in speech.speak(language, item)} <= built


def test_units_are_named_as_asterisk_names_them() -> None:
    """What say.c of Asterisk 22 plays for zh and en numbers, dates and times, and app_queue for places."""
    both = [f"digits/{n}" for n in (*range(11), *range(20, 100, 10))]
    both += [f"digits/mon-{n}" for n in range(12)] + [f"digits/day-{n}" for n in range(7)]
    both += [f"digits/{name}" for name in ("hundred", "thousand", "minus", "oclock", "a-m", "p-m", "minute")]
    both += ["digits/today", "digits/yesterday", "queue-youarenext", "queue-thereare", "queue-callswaiting"]
    mandarin = [f"digits/{name}" for name in ("wan", "yi", "year", "day", "second")]
    english = [f"digits/{n}" for n in range(11, 20)] + [f"digits/h-{n}" for n in (*range(1, 21), 30)]
    english += ["digits/million", "digits/billion", "digits/oh", "digits/at"]
    assert all(UNITS[name].zh and UNITS[name].en for name in both)
    assert all(UNITS[name].zh for name in mandarin)
    assert all(UNITS[name].en for name in english)
