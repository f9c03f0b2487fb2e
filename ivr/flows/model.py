"""What a flow is: steps of a few kinds, and the four ways a flow can end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

KEYS = "0123456789*#"
#: The three keys that mean the same at every step: a person (人工), repeat (重听), back (返回).
PERSON, REPEAT, BACK = "0", "*", "#"
#: Languages callers can choose; the first is spoken until they do.
LANGUAGES = ("zh_CN", "en")
#: An emergency is served before every ordinary call, a flagged number's call after it.
EMERGENCY_PRIORITY, ORDINARY_PRIORITY, SLOW_PRIORITY = 10, 0, -5


def in_language(sound: str, language: str) -> tuple[str, str]:
    """(language, prompt id) of a sound a file names: `en:menu-english` is English whatever is spoken."""
    chosen, colon, prompt = sound.partition(":")
    return (chosen, prompt) if colon else (language, sound)


@dataclass(frozen=True)
class ToQueue:
    """转人工: wait for a person in `queue`; higher `priority` is served first."""

    queue: str
    priority: int = ORDINARY_PRIORITY


@dataclass(frozen=True)
class ToMessage:
    """留言: leave a message."""


@dataclass(frozen=True)
class ToGoodbye:
    """结束: say goodbye and hang up."""


@dataclass(frozen=True)
class ToForward:
    """转接: call the number the settings have under `name`; nobody there: wait in `queue`."""

    name: str
    queue: str
    priority: int = EMERGENCY_PRIORITY


#: The queue there always is.
ANYBODY = ToQueue("general")
Terminal = ToQueue | ToMessage | ToGoodbye | ToForward


@dataclass(frozen=True)
class Menu:
    """菜单: plays prompts and waits for one key.

    A caller who stays silent hears the prompts `rounds` times. Silence then, or `tries` wrong keys, goes on
    at `otherwise`. `wait_s`: seconds to wait for a key; None: as the settings say.
    """

    play: tuple[str, ...]
    keys: Mapping[str, str]
    wrong_key: str
    tries: int
    otherwise: str
    rounds: int = 1
    wait_s: float | None = None


@dataclass(frozen=True)
class Say:
    """播报: plays prompts and goes on; keys pressed meanwhile count at the next menu."""

    play: tuple[str, ...]
    next: str


@dataclass(frozen=True)
class Queue:
    """排队: the queue to wait in, by language where it differs."""

    queue: str
    by_language: Mapping[str, str] = field(default_factory=dict)
    priority: int = ORDINARY_PRIORITY

    def terminal(self, language: str) -> ToQueue:
        return ToQueue(self.by_language.get(language, self.queue), self.priority)


@dataclass(frozen=True)
class Language:
    """语言: speak `language` from here on."""

    language: str
    next: str


@dataclass(frozen=True)
class Progress:
    """案卷进度: by calling number or case number. Told: `next`; not possible, or silence: `otherwise`."""

    next: str
    otherwise: str


@dataclass(frozen=True)
class Articles:
    """咨询: published articles, chosen by key and read out. Done: `next`; none, or silence: `otherwise`."""

    next: str
    otherwise: str


@dataclass(frozen=True)
class Visit:
    """结果回访: the caller rates how a case was settled. Rated: `next`; not possible: `otherwise`."""

    next: str
    otherwise: str


@dataclass(frozen=True)
class Confidential:
    """保密举报: marks the call, then goes on."""

    play: tuple[str, ...]
    next: str


@dataclass(frozen=True)
class Emergency:
    """紧急: marks the call, gives advice, then waits in `queue` before all others.

    With `forward`, a name the settings have a number for, key 1 calls the duty phone at once.
    """

    play: tuple[str, ...]
    queue: Queue
    forward: str = ""


@dataclass(frozen=True)
class Forward:
    """转接: straight to the number the settings have under `name`; without one, to `queue`."""

    play: tuple[str, ...]
    name: str
    queue: Queue


Action = (
    Menu
    | Say
    | Queue
    | ToMessage
    | ToGoodbye
    | Language
    | Progress
    | Articles
    | Visit
    | Confidential
    | Emergency
    | Forward
)


@dataclass(frozen=True)
class Step:
    """A named place in a flow; `label` is what the console shows, `line` where the file has it."""

    id: str
    label: str
    action: Action
    line: int = 0


@dataclass(frozen=True)
class Flow:
    """A whole call flow (呼叫流程). `loader.parse` is the only maker, so every Flow is sound.

    `person` is the queue step that key 0, the last `#` and a caller who goes round in circles lead to.
    """

    id: str
    label: str
    start: str
    steps: Mapping[str, Step]
    person: str = "person"

    def to_person(self, language: str = LANGUAGES[0]) -> ToQueue:
        """The person every caller can have."""
        person = self.steps.get(self.person)
        return person.action.terminal(language) if person and isinstance(person.action, Queue) else ANYBODY
