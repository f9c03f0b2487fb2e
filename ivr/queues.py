"""The queues callers wait in (队列)."""

from __future__ import annotations

#: Queue name → what people call it. On the switch each is called `q-<name>` (see queues.conf).
QUEUES: dict[str, str] = {"general": "综合队列"}
SWITCH_PREFIX = "q-"


def switch_name(queue: str) -> str:
    """The queue's name on the switch."""
    return SWITCH_PREFIX + queue


def from_switch_name(name: str) -> str:
    """The queue's own name, from the one on the switch."""
    return name.removeprefix(SWITCH_PREFIX)
