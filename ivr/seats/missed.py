"""Rings that were cut short by the caller's own patience: the switch takes them for missed ones. Pure.

The switch pauses a seat that let a call ring (自动示忙). It also does when it had rung for an instant only
because the caller's waiting time was over. Then the caller leaves the queue in that moment, and the seat did
nothing wrong.
"""

from __future__ import annotations

from collections.abc import Mapping

from ivr.seats.memory import extension_of

MISSED_EVENTS = ("AgentRingNoAnswer", "QueueCallerLeave")
#: The caller leaves this soon after the ring ended, seconds.
TOGETHER_S = 1.0
#: A ring this much shorter than a whole one was cut short, seconds.
_SHORT_S = 1.0


class ShortRings:
    """Remembers short rings and callers who left, for about a second."""

    def __init__(self, ring_s: int) -> None:
        self._ring_s = ring_s
        #: Seat → caller's unique id, and when the ring ended (Unix time).
        self._rings: dict[str, tuple[str, float]] = {}
        self._left: dict[str, float] = {}

    def hear(self, event: Mapping[str, str], now: float) -> None:
        """An event of the switch."""
        if event["event"] == "QueueCallerLeave":
            self._left = {who: at for who, at in self._left.items() if now - at < 2 * TOGETHER_S}
            self._left[event.get("uniqueid", "")] = now
        elif event["event"] == "AgentRingNoAnswer":
            rang_s = int(event.get("ringtime") or 0) / 1000
            if rang_s < self._ring_s - _SHORT_S:
                self._rings[extension_of(event.get("interface", ""))] = (event.get("uniqueid", ""), now)

    def innocent(self, now: float) -> list[str]:
        """Seats rung in vain whose callers have left; each is named once."""
        found = []
        for extension, (caller, at) in list(self._rings.items()):
            has_left = abs(self._left.get(caller, 0.0) - at) <= TOGETHER_S
            if has_left:
                found.append(extension)
            if has_left or now - at >= TOGETHER_S:
                del self._rings[extension]
        return found

    def due(self) -> list[float]:
        """When to ask again (Unix times)."""
        return [at + TOGETHER_S for _, at in self._rings.values()]

    def forget(self) -> None:
        """What was remembered is worth nothing: events may have been missed."""
        self._rings.clear()
        self._left.clear()
