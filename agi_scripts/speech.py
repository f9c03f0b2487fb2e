"""The flow's Speech port: values as the units `ivr.speech` has sounds for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import cast

from ivr import speech


class SpokenValues:
    """Digits, case numbers and dates in the caller's language."""

    def digits(self, language: str, text: str) -> Sequence[str]:
        return _spoken(language, speech.digits(text))

    def case_number(self, language: str, text: str) -> Sequence[str]:
        return _spoken(language, speech.case_number(text))

    def date(self, language: str, day: date) -> Sequence[str]:
        return _spoken(language, speech.date(day))


def _spoken(language: str, item: speech.Item) -> Sequence[str]:
    return speech.speak(cast(speech.Language, language), item)
