"""The queues callers wait in (队列): as data, their seats, and who keeps them in order."""

from __future__ import annotations

from ivr.queues.loader import PACKAGED, QueueFileError, load, parse
from ivr.queues.model import (
    SEAT_PREFIX,
    SWITCH_PREFIX,
    Closed,
    Queue,
    from_switch_name,
    is_switch_name,
    labels,
    switch_name,
)

#: Queue name → what people call it, of the packaged queues. Those of a hotline are `load(settings)`.
QUEUES: dict[str, str] = labels(parse(PACKAGED.name, PACKAGED.read_text(encoding="utf-8"), max_wait_s=30))

__all__ = [
    "QUEUES",
    "SEAT_PREFIX",
    "SWITCH_PREFIX",
    "Closed",
    "Queue",
    "QueueFileError",
    "from_switch_name",
    "is_switch_name",
    "labels",
    "load",
    "parse",
    "switch_name",
]
