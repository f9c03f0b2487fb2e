"""Speaking values: which sound files, in which order, say a number, a date or a telephone number."""

from ivr.speech.values import (
    Item,
    Language,
    case_number,
    date,
    digits,
    minutes,
    number,
    position,
    seconds,
    speak,
    time,
    weekday,
)

__all__ = [
    "Item",
    "Language",
    "case_number",
    "date",
    "digits",
    "minutes",
    "number",
    "position",
    "seconds",
    "speak",
    "time",
    "weekday",
]
