"""Which fields each kind of step has, and what may stand in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ivr.flows.listener import WRONG_KEY
from ivr.flows.services import articles, progress, visit

#: Kinds by the field that names them, in the order they are looked for: an emergency also names a queue.
KINDS = (
    "language",
    "progress",
    "articles",
    "visit",
    "confidential",
    "emergency",
    "message",
    "goodbye",
    "forward",
    "queue",
    "play",
)


@dataclass(frozen=True)
class Field:
    """`type` is a name of CHECKS."""

    type: str
    required: bool = True


def _number(low: float, high: float) -> Callable[[Any], bool]:
    return lambda v: isinstance(v, int | float) and not isinstance(v, bool) and low <= v <= high


def _whole(low: int, high: int) -> Callable[[Any], bool]:
    return lambda v: isinstance(v, int) and not isinstance(v, bool) and low <= v <= high


def _texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, str) for one in value)


def _table(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(one, str) for one in value.values())


def _text(value: Any) -> bool:
    return isinstance(value, str)


#: type → (whether a value fits, what is wanted, the same in English)
CHECKS: dict[str, tuple[Callable[[Any], bool], str, str]] = {
    "text": (_text, "一段文字", "a str"),
    "true": (lambda v: v is True, "true", "true"),
    "prompts": (_texts, '提示音列表 ["…"]', "a list of prompts"),
    "keys": (_table, "按键与步骤的对照表", "a dict of keys and steps"),
    "queue": (lambda v: _text(v) or _table(v), "队列名，或各语言的队列", "a queue, or one for each language"),
    "tries": (_whole(1, 9), "1 到 9 的整数", "an int, 1 to 9"),
    "rounds": (_whole(1, 3), "1 到 3 的整数", "an int, 1 to 3"),
    "wait": (_number(0, 30), "0 到 30 秒", "0 to 30 seconds"),
    "priority": (_whole(-10, 20), "-10 到 20 的整数", "an int, -10 to 20"),
}
_LABEL = {"label": Field("text")}
_ENDS = {"next": Field("text"), "otherwise": Field("text")}
_PRIORITY = {"priority": Field("priority", required=False)}
FIELDS: dict[str, dict[str, Field]] = {
    "play": {
        **_LABEL,
        "play": Field("prompts"),
        "keys": Field("keys"),
        "wrong_key": Field("text"),
        "otherwise": Field("text"),
        "tries": Field("tries", required=False),
        "rounds": Field("rounds", required=False),
        "wait_s": Field("wait", required=False),
    },
    "say": {**_LABEL, "play": Field("prompts"), "next": Field("text")},
    "queue": {**_LABEL, "queue": Field("queue"), **_PRIORITY},
    "message": {**_LABEL, "message": Field("true")},
    "goodbye": {**_LABEL, "goodbye": Field("true")},
    "language": {**_LABEL, "language": Field("text"), "next": Field("text")},
    "progress": {**_LABEL, "progress": Field("true"), **_ENDS},
    "articles": {**_LABEL, "articles": Field("true"), **_ENDS},
    "visit": {**_LABEL, "visit": Field("true"), **_ENDS},
    "confidential": {
        **_LABEL,
        "confidential": Field("true"),
        "play": Field("prompts", required=False),
        "next": Field("text"),
    },
    "emergency": {
        **_LABEL,
        "emergency": Field("true"),
        "play": Field("prompts"),
        "queue": Field("queue"),
        "forward": Field("text", required=False),
        **_PRIORITY,
    },
    "forward": {
        **_LABEL,
        "forward": Field("text"),
        "queue": Field("queue"),
        "play": Field("prompts", required=False),
        **_PRIORITY,
    },
}
#: Prompts a kind of step speaks by itself, besides those the file names.
SPOKEN: dict[str, tuple[str, ...]] = {
    "progress": (*progress.PROMPTS, WRONG_KEY),
    "articles": (*articles.PROMPTS, WRONG_KEY),
    "visit": (*visit.PROMPTS, WRONG_KEY),
    "emergency": ("emergency-forward", WRONG_KEY),
}
