"""What can be wrong with a flow file, said in both languages, with what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

#: code → what is wrong and what to do, in Chinese for the console, then both in English for the log.
_TEXTS: dict[str, tuple[str, str, str, str]] = {
    "unreadable": ("文件无法读取：{error}", "请检查文件", "cannot be read: {error}", "check the file"),
    "syntax": ("格式有误：{error}", "请按 TOML 格式修改这一行", "not TOML: {error}", "correct this line"),
    "equal_names": (
        "同一个按键或名称出现了两次（{error}）",
        "请删去其中一个",
        "the same key or name stands here twice ({error})",
        "remove one of them",
    ),
    "head_unknown": (
        "流程没有“{name}”这一项",
        "可用的有：{known}",
        "a flow has no {name!r}",
        "it knows {known}",
    ),
    "head_missing": ("缺少“{name}”（{kind}）", "请补上", "lacks {name!r} ({kind})", "add it"),
    "start": (
        "起点“{target}”不存在",
        "请把 start 改为某个步骤的名称",
        "start = {target!r} names no step",
        "name one",
    ),
    "person": (
        "人工步骤“{target}”不存在，或不是排队步骤",
        "请设一个 queue 步骤，并让 person 指向它",
        "person = {target!r} is no queue step",
        "key 0 leads there: let it name a step with `queue`",
    ),
    "no_table": (
        "步骤写法有误",
        "请写成 [steps.名称] 及其各项",
        "must be a table",
        "write [steps.name] and its fields",
    ),
    "step_name": (
        "步骤名称不合规",
        "只用小写字母、数字和下划线，最多 32 个字符",
        "bad step name",
        "name it with a-z, 0-9 and _, 32 characters at most",
    ),
    "step_taken": (
        "这个名称属于拨号方案",
        "请换一个名称",
        "the dialplan has a step of this name",
        "choose another",
    ),
    "no_label": (
        "步骤没有名称标签",
        '请加上 label = "…"',
        "has no label",
        'give it a label = "…"',
    ),
    "no_kind": (
        "看不出这一步做什么",
        "请写上其中一项：{known}",
        "does nothing",
        "give it exactly one of {known}",
    ),
    "field_unknown": (
        "“{kind}”步骤没有“{name}”这一项",
        "请删去；可用的有：{known}",
        "a {kind} step has no {name!r}",
        "remove it; it knows {known}",
    ),
    "field_missing": (
        "“{kind}”步骤缺少“{name}”",
        "请补上",
        "a {kind} step lacks {name!r}",
        "add it",
    ),
    "field_type": (
        "“{name}”的值 {value} 不合适",
        "应为{wanted}",
        "{name} = {value}",
        "must be {wanted_en}",
    ),
    "silent": (
        "没有可播放的提示音",
        "请在 play 中至少写一个提示音",
        "play is empty",
        "play at least one prompt, or nobody knows what to press",
    ),
    "prompt": (
        "提示音“{prompt}”不存在",
        "请从提示音目录中选一个，或先添加它",
        "prompt {prompt!r} is not in the catalogue",
        "choose one that is, or add it",
    ),
    "queue": (
        "队列“{queue}”不存在",
        "可用的队列：{known}",
        "there is no queue {queue!r}",
        "choose one of {known}",
    ),
    "forward": (
        "转接号码“{target}”不在允许名单中",
        "请在设置 forward.numbers 中登记，或改用：{known}",
        "{target!r} is not in the allow-list of forwards",
        "add it to the setting forward.numbers, or choose one of {known}",
    ),
    "language": (
        "没有“{language}”这种语言",
        "可用的有：{known}",
        "there is no language {language!r}",
        "choose one of {known}",
    ),
    "key": (
        "按键“{key}”无效",
        "请用 1 到 9 中的一个",
        "key {key!r} is not one of 1 to 9",
        "use one digit; a key is one character",
    ),
    "key_reserved": (
        "按键“{key}”在每一步含义都相同：0 人工，* 重听，# 返回",
        "请删去",
        "key {key!r} means the same everywhere: 0 a person, * again, # back",
        "remove it",
    ),
    "no_keys": (
        "菜单没有任何按键",
        "请加上按键，或改用 next",
        "a menu without keys",
        "add keys, or write `next` instead",
    ),
    "target": (
        "去向“{target}”不是任何步骤",
        "请改为某个步骤的名称",
        "goes on at {target!r}, which is no step",
        "name one",
    ),
    "orphan": (
        "没有任何按键通向这一步",
        "请删去它，或让某个按键通向它",
        "no key leads here",
        "remove it or connect it",
    ),
    "loop": (
        "不按键的来电者会在“{target}”处无限循环",
        "请把 otherwise 或 next 改为人工、留言或结束",
        "a silent caller goes round for ever at {target!r}",
        "change `otherwise` or `next`",
    ),
}


@dataclass(frozen=True)
class Problem:
    """One mistake: where (line from 1, step or ''), what, and what to do; English for logs."""

    line: int
    step: str
    message: str
    fix: str
    code: str = ""
    message_en: str = ""
    fix_en: str = ""


def problem(code: str, line: int, step: str = "", **values: object) -> Problem:
    """The mistake `code` with its values filled in."""
    zh, fix, en, fix_en = (text.format(**values) for text in _TEXTS[code])
    return Problem(line, step, zh, fix, code, en, fix_en)


class FlowError(Exception):
    """The flow file has mistakes; the message names file, line, step and what to do, for each."""

    def __init__(self, name: str, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(_line(name, problem) for problem in problems))


def _line(name: str, found: Problem) -> str:
    step = f" [steps.{found.step}]" if found.step else ""
    english = f"{found.message_en}: {found.fix_en}"
    return f"{name}.toml:{found.line}{step}: {found.message}，{found.fix} / {english}"
