"""The language of templates: text with placeholders in braces, `{案卷号}` or `{number}`. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass

#: Characters of a message by SMS, and of a template.
MESSAGE_LENGTH, TEMPLATE_LENGTH = 500, 1000
#: An SMS of Chinese holds so many characters; several of them joined hold fewer each.
_ONE_SMS, _JOINED_SMS = 70, 67
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_BLANK = re.compile(r"[\s\x00-\x1f\x7f\u2028\u2029]+")
#: Stands for what a confidential case does not say.
HIDDEN = {"zh": "（保密）", "en": "(confidential)"}
#: Stands for what is not there.
NOTHING = {"zh": "（无）", "en": "(none)"}


@dataclass(frozen=True)
class Placeholder:
    """`most`: characters of the value; `private`: left out where the case is confidential."""

    name: str
    zh: str
    en: str
    example: str
    example_en: str
    most: int = 40
    private: bool = False


_ALL = (
    Placeholder("number", "案卷号", "Case number", "2102022026112300001", "2102022026112300001"),
    Placeholder("name", "称呼", "Name of the reporter", "张先生", "Mr Zhang", 20),
    Placeholder("kind", "诉求类型", "What the caller wants", "投诉", "complaint", private=True),
    Placeholder("category", "类别", "Class", "路灯", "路灯", private=True),
    Placeholder("district", "区县", "District", "中山区", "中山区"),
    Placeholder("street", "街道", "Street", "青泥洼桥街道", "青泥洼桥街道", private=True),
    Placeholder("address", "地址", "Address", "解放路 88 号", "解放路 88 号", 60, private=True),
    Placeholder("description", "诉求内容", "Description", "路灯不亮", "路灯不亮", 40, private=True),
    Placeholder("stage", "当前环节", "Stage", "处理中", "In hand"),
    Placeholder("move", "办理动作", "Move", "派遣", "Dispatch"),
    Placeholder("unit", "责任单位", "Unit in charge", "中山区市政设施处", "中山区市政设施处"),
    Placeholder("note", "说明", "Note of the move", "已更换灯具", "已更换灯具", 200, private=True),
    Placeholder("due", "办理期限", "Due", "11月25日 17:30", "25 Nov 17:30"),
    Placeholder("time", "时间", "Time of the move", "11月23日 09:30", "23 Nov 09:30"),
    Placeholder("step", "上报级别", "Step of the ladder", "派遣员", "dispatcher"),
)
PLACEHOLDERS = {one.name: one for one in _ALL}
_BY_ANY_NAME = {**{one.zh: one for one in _ALL}, **PLACEHOLDERS}


def used(text: str) -> set[str]:
    """Names of the placeholders in a sound template."""
    return {_BY_ANY_NAME[name.strip()].name for name in _PLACEHOLDER.findall(text)}


def problem(text: str) -> str:
    """What is wrong with a template: the first placeholder there is not, or a brace that stands alone."""
    for name in _PLACEHOLDER.findall(text):
        if name.strip() not in _BY_ANY_NAME:
            near = difflib.get_close_matches(name.strip(), _BY_ANY_NAME, n=1, cutoff=0.5)
            hint = f"，是否想写 {{{near[0]}}}？" if near else ""
            return f"没有占位符 {{{name[:32]}}}{hint}"
    rest = _PLACEHOLDER.sub("", text)
    return "花括号不成对：占位符须写成 {案卷号}" if "{" in rest or "}" in rest else ""


def fill(text: str, values: Mapping[str, str], language: str, *, bare: bool = False) -> str:
    """The message: each value on one line and cut to its length; `bare` hides the private ones."""

    def value(match: re.Match[str]) -> str:
        one = _BY_ANY_NAME[match[1].strip()]
        if bare and one.private:
            return HIDDEN[language]
        plain = _BLANK.sub(" ", values.get(one.name, "")).strip()
        return _cut(plain, one.most) or NOTHING[language]

    return _PLACEHOLDER.sub(value, text)


def one_line(text: str, most: int) -> str:
    """For subjects: nothing that could begin another header."""
    return _cut(_BLANK.sub(" ", text).strip(), most)


def sms(text: str) -> str:
    """At most `MESSAGE_LENGTH` characters."""
    return _cut(text, MESSAGE_LENGTH)


def sms_parts(text: str) -> int:
    """How many SMS it is billed as."""
    return 1 if len(text) <= _ONE_SMS else -(-len(text) // _JOINED_SMS)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
