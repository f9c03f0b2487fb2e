"""Characters with several readings (多音字) that espeak-ng gets wrong, put right with numbered pinyin.

espeak-ng 1.51 reads character by character and needs most of these. 1.52 knows words, and sees some where
there are none: 目的 in 项目的, 供给 in 提供给您, 暖和 in 供暖和供水, 市长 in 城市长期, 打的 in 拨打的.
"""

from __future__ import annotations

import re
from typing import Final

#: Word → how espeak-ng is told to say it; longer words go first. Piper is never given these.
READINGS: Final = {
    "银行": "yin2 hang2",
    "行业": "hang2 ye4",
    "空调": "kong1 tiao2",
    "调整": "tiao2 zheng3",
    "协调": "xie2 tiao2",
    "调价": "tiao2 jia4",
    "重新": "chong2xin1",
    "重复": "chong2 fu4",
    "重听": "chong2 ting1",
    "重录": "chong2 lu4",
    "增长": "zeng1 zhang3",
    "局长": "ju2 zhang3",
    "校长": "xiao4 zhang3",
    "归还": "gui1 huan2",
    "淹没": "yan1 mo4",
    "着火": "zhao2 huo3",
    "着急": "zhao2 ji2",
    "地铁": "di4 tie3",
    "地方": "di4 fang1",
    "地址": "di4 zhi3",
    "给予": "ji3 yu3",
    "薄弱": "bo2 ruo4",
    "堵塞": "du3 se4",
    "关卡": "guan1 qia3",
    "拨打的": "bo1 da3 de5",
    "项目的": "xiang4 mu4 de5",
    "提供给": "ti2 gong1 gei3",
    "供暖和": "gong1 nuan3 he2",
    "城市长期": "cheng2 shi4 chang2 qi1",
}
_WORDS: Final = re.compile("|".join(sorted(map(re.escape, READINGS), key=len, reverse=True)))


def correct(text: str) -> str:
    """The text with those words written in pinyin."""
    return _WORDS.sub(lambda match: f" {READINGS[match[0]]} ", text)
