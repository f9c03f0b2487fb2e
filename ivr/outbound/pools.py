"""How much of the trunk and of the seats an outbound call may take. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ivr.switch.lines import QueueLine

_TRUNK_CHANNEL = re.compile(r"(?:PJSIP|DAHDI)/trunk-|DAHDI/")


def free_channels(channels: Iterable[str], *, limit: int, reserve: int) -> int:
    """Trunk channels an outbound call may take now: never those kept for people who call us."""
    used = sum(1 for name in channels if _TRUNK_CHANNEL.match(name))
    return max(0, limit - reserve - used)


def free_seats(lines: Sequence[QueueLine], queue: str, now: float, wrap_up_s: float) -> int:
    """Seats of `queue` that are ready and owed to nobody.

    Seats are owed to the callers waiting in this queue, and to those of other queues as far as these have
    not enough ready seats of their own.
    """
    ready = {line.name: ready_seats(line, now, wrap_up_s) for line in lines}
    ours = ready.get(queue, set())
    free = len(ours)
    for line in lines:
        elsewhere = 0 if line.name == queue else len(ready[line.name] - ours)
        shares = line.name == queue or bool(ready[line.name] & ours)
        free -= max(0, len(line.waiting) - elsewhere) if shares else 0
    return max(0, free)


def ready_seats(line: QueueLine, now: float, wrap_up_s: float) -> set[str]:
    """Interfaces of seats the queue would ring at once. `now` is Unix time in seconds."""
    return {seat.interface for seat in line.seats if seat.is_ready and now - seat.last_call >= wrap_up_s}
