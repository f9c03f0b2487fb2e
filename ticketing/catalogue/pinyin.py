"""How a class is typed on a keyboard without Chinese: ld or ludeng for 路灯."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from ticketing.catalogue.files import PINYIN, rows

_INITIALS, _WHOLE = 64, 400


@dataclass(frozen=True)
class Spelling:
    """Small letters: the initials of each character, and all of it."""

    initials: str
    whole: str


def spell(text: str) -> Spelling:
    """The pinyin of the Chinese characters in `text`; others are left out."""
    known = _shipped().get(text)
    syllables = known.split() if known else syllables_of(text)
    return Spelling("".join(one[0] for one in syllables)[:_INITIALS], "".join(syllables)[:_WHOLE])


def syllables_of(text: str) -> list[str]:
    """Asks the dictionary: the first time in a process takes about half a second."""
    from pypinyin import lazy_pinyin

    return list(lazy_pinyin(text, errors="ignore"))


@cache
def _shipped() -> dict[str, str]:
    return {row["name"]: row["syllables"] for row in rows(PINYIN)}
