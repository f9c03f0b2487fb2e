"""What happened to a call once people had it: who was rung, who heard whom, who handed it to whom.

`channel` is the switch's unique id of that party's line, `bridge` the id of what joins lines; both are empty
in events stored before version 0007.
"""

from __future__ import annotations

from dataclasses import dataclass

from ivr.ledger.event import SwitchEvent

#: Queues of one seat alone are called so and its extension.
SEAT_QUEUE = "seat-"


@dataclass(frozen=True, kw_only=True)
class CallerBridged(SwitchEvent):
    """The citizen's line has been joined with whoever else is in the bridge."""

    bridge: str


@dataclass(frozen=True, kw_only=True)
class CallerUnbridged(SwitchEvent):
    """The citizen's line has left the bridge."""

    bridge: str


@dataclass(frozen=True, kw_only=True)
class QueueEntered(SwitchEvent):
    """The caller stands in a queue of the switch, `seat-<extension>` for that of one seat alone."""

    queue: str


@dataclass(frozen=True, kw_only=True)
class SeatRang(SwitchEvent):
    """A seat's phone begins to ring."""

    seat: str
    channel: str


@dataclass(frozen=True, kw_only=True)
class SeatHeld(SwitchEvent):
    """A seat pressed hold on its own phone."""

    seat: str
    channel: str


@dataclass(frozen=True, kw_only=True)
class SeatResumed(SwitchEvent):
    """It pressed hold again."""

    seat: str
    channel: str


@dataclass(frozen=True, kw_only=True)
class SeatSpied(SwitchEvent):
    """A supervisor (`by`, on line `channel`) listens to a seat; `mode`: listen, whisper or barge."""

    seat: str
    by: str
    mode: str
    channel: str


@dataclass(frozen=True, kw_only=True)
class ThreadJoined(SwitchEvent):
    """What the switch told under the linked id `thread` belongs to this call."""

    thread: str


@dataclass(frozen=True, kw_only=True)
class CallHeld(SwitchEvent):
    """The citizen hears music because of `seat` (保持)."""

    seat: str


@dataclass(frozen=True, kw_only=True)
class CallResumed(SwitchEvent):
    """The citizen is about to be joined with `seat` again."""

    seat: str


@dataclass(frozen=True, kw_only=True)
class CallTransferred(SwitchEvent):
    """`by` handed the citizen on (转接). `how`: blind or attended; `kind`: seat, queue or external."""

    how: str
    by: str
    kind: str
    target: str


@dataclass(frozen=True, kw_only=True)
class CallReturned(SwitchEvent):
    """A transfer failed (`why`): the citizen goes back to the seat or queue `to`."""

    to: str
    why: str


@dataclass(frozen=True, kw_only=True)
class ConsultStarted(SwitchEvent):
    """`seat` asks somebody while the citizen waits (咨询)."""

    seat: str
    target: str


@dataclass(frozen=True, kw_only=True)
class ConsultEnded(SwitchEvent):
    """It does not any more; `result`: completed (the citizen was handed over), cancelled or failed."""

    seat: str
    result: str


@dataclass(frozen=True, kw_only=True)
class ConferenceChanged(SwitchEvent):
    """The citizen goes into a conference (三方通话), or it is over."""

    on: bool


@dataclass(frozen=True, kw_only=True)
class CallParked(SwitchEvent):
    """`seat` parked the citizen for any seat to take (驻留)."""

    seat: str


@dataclass(frozen=True, kw_only=True)
class CallRetrieved(SwitchEvent):
    """`seat` takes a parked citizen."""

    seat: str


@dataclass(frozen=True, kw_only=True)
class SeatLost(SwitchEvent):
    """`seat` fell silent in mid-call: the citizen waits for it to come back."""

    seat: str


@dataclass(frozen=True, kw_only=True)
class CallTakenOver(SwitchEvent):
    """The supervisor `by` takes the citizen from `seat` (接管)."""

    seat: str
    by: str


@dataclass(frozen=True, kw_only=True)
class PinAsked(SwitchEvent):
    """The citizen enters a PIN, unheard by the seat; `what`: start, right, wrong or cancelled."""

    what: str
