"""Free text spelt out for a synthesiser."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.speech.readable import readable

MANDARIN = {
    "2026年11月23日8:30-18:00停水": "二零二六年十一月二十三日八点三十分到十八点停水",
    "2026-11-23 起": "二零二六年十一月二十三日 起",
    "9:05开始": "九点零五分开始",
    "2:00": "两点",
    "请拨12319或110": "请拨一二三一九或一一零",
    "120户居民": "一百二十户居民",
    "咨询0411-12345678": "咨询零四幺幺，幺二三四，五六七八",
    "13800138000": "幺三八，零零幺三，八零零零",
    "2个小区，12个楼": "两个小区，十二个楼",
    "第2批": "第二批",
    "约50%，3.5米": "约百分之五十，三点五米",
    "2021-2022年": "二零二一到二零二二年",
    "3至5天": "三至五天",
    "200元": "两百元",
    "没有数字。": "没有数字。",
    "ETC通道，WiFi": "E T C通道，WiFi",
    "室温18℃，90㎡": "室温十八摄氏度，九十平方米",
    "2026年13月40日": "二零二六年十三月四十日",
}
ENGLISH = {
    "Call 12319.": "Call one two three one nine.",
    "from 8:30 to 18:00": "from eight thirty a.m. to six o'clock p.m.",
    "on 2026-11-23": "on November twenty third twenty twenty six",
    "12 streets, 50%": "twelve streets, fifty percent",
    "3.5 km": "three point five km",
}


@pytest.mark.parametrize("text", MANDARIN)
def test_mandarin(text: str) -> None:
    assert readable("zh_CN", text, pinyin=False) == MANDARIN[text]


@pytest.mark.parametrize("text", ENGLISH)
def test_english(text: str) -> None:
    assert readable("en", text, pinyin=True) == ENGLISH[text]


def test_polyphones_only_for_a_voice_that_takes_pinyin() -> None:
    assert "yin2 hang2" in readable("zh_CN", "到银行办理", pinyin=True)
    assert readable("zh_CN", "到银行办理", pinyin=False) == "到银行办理"


@settings(max_examples=500, deadline=None)
@given(st.text("0123456789年月日:-./%第个人 停水a", max_size=30))
def test_no_digit_is_left_and_nothing_fails(text: str) -> None:
    for language in ("zh_CN", "en"):
        said = readable("zh_CN" if language == "zh_CN" else "en", text, pinyin=False)
        assert not any(character.isdigit() for character in said), said
