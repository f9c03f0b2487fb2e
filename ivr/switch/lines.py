"""Queues as the switch sees them at one moment: who waits, which seats could answer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SeatLine:
    """A seat in a queue."""

    #: `PJSIP/1001`
    interface: str
    #: ready, talking, busy, ringing, hold, unavailable, unknown …
    state: str
    #: Why it is paused; empty when nobody said why; None when it is not paused.
    held_as: str | None
    #: In a call of a queue just now.
    in_call: bool
    #: End of its last call from a queue, seconds of Unix time; 0: none yet.
    last_call: float

    @property
    def is_ready(self) -> bool:
        """The phone is on the hook and the seat is not paused; it may still be in its wrap-up time (整理)."""
        return self.state == "ready" and self.held_as is None and not self.in_call


@dataclass(frozen=True)
class WaitingCaller:
    """A caller in a queue, nobody has answered yet."""

    #: The channel's unique id: of a citizen's line the call id.
    call_id: str
    waited_s: float
    priority: int
    #: Name of the caller's channel.
    channel: str = ""


@dataclass(frozen=True)
class QueueLine:
    """A queue: `name` without the switch's prefix, its seats, and its callers from first to last."""

    name: str
    seats: tuple[SeatLine, ...]
    waiting: tuple[WaitingCaller, ...]


@dataclass(frozen=True)
class ChannelLine:
    """A channel of the switch."""

    #: `PJSIP/1001-0000002a`
    name: str
    #: Answered.
    is_up: bool
    #: Connected with another channel: a person, mostly.
    is_bridged: bool
    #: The call it belongs to, and itself: both are the call id on a citizen's own channel.
    linkedid: str = ""
    uniqueid: str = ""
    #: Place in the dialplan.
    context: str = ""
    exten: str = ""
    #: What it does there; `AppDial` or nothing for one that runs no dialplan.
    application: str = ""
    #: The same for all who hear each other; empty: connected with nobody.
    bridgeid: str = ""
    #: Down, Ring, Ringing, Up, Busy …
    state: str = ""
