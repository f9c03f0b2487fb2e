"""Queues as the switch sees them at one moment: who waits, which seats could answer."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: A seat's devices: `PJSIP/1001` its telephone, `PJSIP/1001w` its browser.
_DEVICE = re.compile(r"PJSIP/([0-9]{3,6})w?")
_SEAT_CHANNEL = re.compile(r"PJSIP/([0-9]{3,6})w?-[0-9a-f]+")


@dataclass(frozen=True)
class SeatLine:
    """A seat in a queue."""

    #: The device that is rung: `PJSIP/1001` the telephone, `PJSIP/1001w` the browser.
    interface: str
    #: ready, talking, busy, ringing, hold, unavailable, unknown …
    state: str
    #: Why it is paused; empty when nobody said why; None when it is not paused.
    held_as: str | None
    #: In a call of a queue just now.
    in_call: bool
    #: End of its last call from a queue, seconds of Unix time; 0: none yet.
    last_call: float
    #: Seats of lower ones are rung first.
    penalty: int = 0

    @property
    def extension(self) -> str:
        """The seat, whichever of its devices rings: 1001 of `PJSIP/1001w`; empty: it is no seat of ours."""
        found = _DEVICE.fullmatch(self.interface)
        return found[1] if found else ""

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

    @property
    def seat(self) -> str:
        """Extension of the seat it leads to; empty: none."""
        found = _SEAT_CHANNEL.fullmatch(self.name)
        return found[1] if found else ""

    @property
    def is_trunk(self) -> bool:
        """A citizen's, or somebody's outside."""
        return self.name.startswith(("PJSIP/trunk-", "DAHDI/"))
