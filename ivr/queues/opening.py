"""Where a caller who asks for a queue goes at this hour. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from core.calendar import OfficeCalendar, open_at
from ivr.queues.model import Queue


@dataclass(frozen=True)
class Opening:
    """`queue`: where the caller waits; when `is_open` is False, whose closed words the caller gets."""

    queue: Queue
    is_open: bool
    #: Queues found closed before it, each handing on to the next (夜间值班).
    passed: tuple[Queue, ...] = ()


def opening(
    queues: Mapping[str, Queue], name: str, calendar: OfficeCalendar, at: datetime, zone: tzinfo
) -> Opening:
    """Follow queues that are closed at `at` (aware) to the one on duty; the loader has seen that this ends.

    A name nobody knows is `general`.
    """
    queue = queues.get(name) or queues["general"]
    passed: tuple[Queue, ...] = ()
    while not open_at(calendar, queue.hours, at, zone):
        if queue.closed.then != "queue":
            return Opening(queue, False, passed)
        passed += (queue,)
        queue = queues[queue.closed.queue]
    return Opening(queue, True, passed)
