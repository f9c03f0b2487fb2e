"""What a queue (队列) is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from core.calendar import ALWAYS, Hours

SWITCH_PREFIX = "q-"
#: Queues of one seat alone, for callers who come back to it: `seat-1001`. Statistics do not count them.
SEAT_PREFIX = "seat-"

Strategy = Literal["leastrecent", "fewestcalls", "rrmemory", "random", "ringall"]
WhenClosed = Literal["message", "queue", "goodbye"]


@dataclass(frozen=True)
class Closed:
    """What a caller gets outside of the hours: a message, another queue (夜间值班), or a goodbye."""

    then: WhenClosed = "message"
    #: The queue on duty, when `then` is "queue".
    queue: str = ""
    #: Prompt id said first; empty: none.
    prompt: str = "queue-closed"


@dataclass(frozen=True)
class Queue:
    """One queue; `loader.load` is the only maker, so every Queue is sound. Durations are seconds."""

    name: str
    label: str
    label_en: str
    #: Whose language its announcements have: zh_CN or en.
    language: str = "zh_CN"
    #: Seats with this skill serve it.
    skill: str = "general"
    strategy: Strategy = "leastrecent"
    #: Longest wait, all queues of the call together; then a message is offered.
    max_wait_s: int = 30
    #: Nobody else may join beyond this; 0: no limit.
    max_callers: int = 0
    #: After `overflow_after_s` without an answer the caller goes on to this queue; empty: stays.
    overflow_to: str = ""
    overflow_after_s: int = 0
    #: Added to every caller's priority, and the queue's weight for a seat that serves several.
    priority: int = 0
    #: A waiting caller's priority rises by 1 each time this passes; 0: never.
    ageing_s: int = 60
    #: Highest priority that waiting alone can reach; emergencies (10) stay ahead.
    ageing_limit: int = 9
    hours: Hours = ALWAYS
    closed: Closed = field(default_factory=Closed)
    #: The caller's place is said each time this passes; 0: never.
    position_every_s: int = 30
    #: The expected wait is said at entry.
    says_expected_wait: bool = True
    #: Key 1 while waiting: call me back (回拨).
    offers_callback: bool = True
    #: A caller who talked with a seat within this many days is rung through to it first; 0: not.
    last_seat_days: int = 7


def switch_name(queue: str) -> str:
    """The queue's name on the switch ([general] is taken there); a seat's own keeps its name."""
    return queue if queue.startswith(SEAT_PREFIX) else SWITCH_PREFIX + queue


def from_switch_name(name: str) -> str:
    """The queue's own name, from the one on the switch."""
    return name.removeprefix(SWITCH_PREFIX)


def is_switch_name(name: str) -> bool:
    """Whether `name` is one of our queues on the switch, and not the queue of one seat."""
    return name.startswith(SWITCH_PREFIX)


def labels(queues: Mapping[str, Queue]) -> dict[str, str]:
    """Queue name → what people call it."""
    return {name: queue.label for name, queue in queues.items()}
