"""How a class is typed on a keyboard without Chinese: ld or ludeng for 路灯."""

from __future__ import annotations

from dataclasses import dataclass

_INITIALS, _WHOLE = 64, 400


@dataclass(frozen=True)
class Spelling:
    """Small letters: the initials of each character, and all of it."""

    initials: str
    whole: str


def spell(text: str) -> Spelling:
    """The pinyin of the Chinese characters in `text`; others are left out."""
    # Its dictionary takes memory that no process needs but the one that writes classes.
    from pypinyin import lazy_pinyin

    syllables = lazy_pinyin(text, errors="ignore")
    return Spelling("".join(one[0] for one in syllables)[:_INITIALS], "".join(syllables)[:_WHOLE])
