"""ticketing.notices.words: templates are checked when they are saved, and values cannot break out."""

from __future__ import annotations

import re

import pytest

from ticketing.notices import words


def test_either_name_of_a_placeholder_works() -> None:
    assert words.problem("{案卷号} {number} { 当前环节 }") == ""
    assert words.used("{案卷号} {number} { 当前环节 }") == {"number", "stage"}
    filled = words.fill("{案卷号}/{number}/{ 当前环节 }", {"number": "7", "stage": "处理中"}, "zh")
    assert filled == "7/7/处理中"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("您好 {案件号}", r"没有占位符 \{案件号\}，是否想写 \{案卷号\}"),
        ("{nope_nope_xyzzy}", r"没有占位符 \{nope_nope_xyzzy\}$"),
        ("{案卷号.__class__}", "没有占位符"),
        ("{}", "没有占位符"),
        ("{案卷号", "花括号不成对"),
        ("{{案卷号}}", "花括号不成对"),
    ],
)
def test_what_is_wrong_is_named(text: str, says: str) -> None:
    assert re.search(says, words.problem(text))


def test_values_are_no_templates_and_keep_to_one_line() -> None:
    filled = words.fill("{说明}。", {"note": "第一行\r\n第二行 {案卷号}\u2028完", "number": "7"}, "zh")
    assert filled == "第一行 第二行 {案卷号} 完。"


def test_long_values_are_cut() -> None:
    assert len(words.fill("{诉求内容}", {"description": "长" * 4000}, "zh")) == 40
    assert len(words.sms("长" * 4000)) == words.MESSAGE_LENGTH


def test_a_confidential_case_tells_number_and_stage_alone() -> None:
    values = {"number": "7", "address": "解放路", "note": "某某", "stage": "处理中"}
    told = words.fill("{案卷号}{地址}{说明}{当前环节}", values, "zh", bare=True)
    assert told == "7（保密）（保密）处理中"


@pytest.mark.parametrize(("length", "parts"), [(1, 1), (70, 1), (71, 2), (134, 2), (135, 3)])
def test_how_many_sms_it_is(length: int, parts: int) -> None:
    assert words.sms_parts("字" * length) == parts
