"""Characters with several readings (多音字) that espeak-ng gets wrong, put right with numbered pinyin."""

from __future__ import annotations

import re
from typing import Final

#: Word → how espeak-ng is told to say it; longer words go first. Piper is never given these.
READINGS: Final = {
    "银行": "yin2 hang2",
    "空调": "kong1 tiao2",
    "重新": "chong2xin1",
    "重复": "chong2 fu4",
    "您拨打的": "您拨打 de5 ",
}
_WORDS: Final = re.compile("|".join(sorted(map(re.escape, READINGS), key=len, reverse=True)))


def correct(text: str) -> str:
    """The text with those words written in pinyin."""
    return _WORDS.sub(lambda match: f" {READINGS[match[0]]} ", text)
