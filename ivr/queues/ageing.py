"""Ageing (等候升级): whoever waits long comes before whoever came later with a higher priority. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ivr.queues.model import Queue
from ivr.switch.lines import WaitingCaller


@dataclass(frozen=True)
class Entry:
    """A caller's standing when first seen in this queue."""

    priority: int
    #: Seconds of waiting already counted in that priority.
    counted_s: float


#: Call id → its entry.
Entries = Mapping[str, Entry]


def aged(queue: Queue, entry: Entry, waited_s: float) -> int:
    """The priority of a caller who has waited `waited_s` in this queue."""
    if not queue.ageing_s or entry.priority >= queue.ageing_limit:
        return entry.priority
    steps = int((waited_s - entry.counted_s) // queue.ageing_s)
    return min(queue.ageing_limit, entry.priority + max(0, steps))


def changes(
    queue: Queue, waiting: Sequence[WaitingCaller], entries: Entries
) -> list[tuple[WaitingCaller, int]]:
    """Whose priority to set, in this order, so that callers stand as they should; none when they do already.

    The switch puts a caller whose priority is set behind those of the same priority.
    """
    wanted = {c.call_id: aged(queue, entries[c.call_id], c.waited_s) for c in waiting}
    ordered = sorted(waiting, key=lambda c: (-wanted[c.call_id], -c.waited_s))
    if [c.call_id for c in ordered] == [c.call_id for c in waiting]:
        return []
    return [(caller, wanted[caller.call_id]) for caller in ordered]


def next_step_s(queue: Queue, waiting: Sequence[WaitingCaller], entries: Entries) -> float | None:
    """Seconds until some caller ages by one; None: ageing cannot change the order of these."""
    mine = [(entries[c.call_id], c.waited_s) for c in waiting]
    if not queue.ageing_s or len({entry.priority for entry, _ in mine}) < 2:
        return None
    due = [
        queue.ageing_s - (waited_s - entry.counted_s) % queue.ageing_s
        for entry, waited_s in mine
        if aged(queue, entry, waited_s) < queue.ageing_limit
    ]
    return min(due, default=None)
