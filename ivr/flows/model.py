"""What a flow is: menus, and the four ways a flow can end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

KEYS = "0123456789*#"


@dataclass(frozen=True)
class ToQueue:
    """转人工: wait for a person in `queue`."""

    queue: str


@dataclass(frozen=True)
class ToMessage:
    """留言: leave a message."""


@dataclass(frozen=True)
class ToGoodbye:
    """结束: say goodbye and hang up."""


Terminal = ToQueue | ToMessage | ToGoodbye


@dataclass(frozen=True)
class Menu:
    """Plays prompts and waits for one key.

    Silence, or more than `tries` wrong keys, goes on at `otherwise`.
    """

    play: tuple[str, ...]
    keys: Mapping[str, str]
    wrong_key: str
    tries: int
    otherwise: str


@dataclass(frozen=True)
class Step:
    """A named place in a flow; `label` is what the console shows."""

    id: str
    label: str
    action: Menu | Terminal


@dataclass(frozen=True)
class Flow:
    """A whole call flow (呼叫流程). `loader.load` is the only maker, so every Flow is sound."""

    id: str
    label: str
    start: str
    steps: Mapping[str, Step]
