"""What the switch has said of seats: a snapshot, kept current by its events. Asks nobody."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import IntEnum

from ivr.queues import SEAT_PREFIX, from_switch_name
from ivr.seats.calls import Work
from ivr.seats.model import Kind, Member, SeatFacts, kind_of
from ivr.switch.hearing import CONNECTED, LOST
from ivr.switch.lines import QueueLine

#: Events this understands.
EVENTS = (
    *("DeviceStateChange", "Hold", "Unhold"),
    *("QueueMemberAdded", "QueueMemberRemoved", "QueueMemberPause", "AgentCalled", "UserEvent"),
)
_DEVICE = re.compile(r"PJSIP/([0-9]{3,6})w?")
_CHANNEL = re.compile(r"(PJSIP/[0-9]{3,6}w?)-[0-9a-f]+")
#: States of a telephone in which it has no channel.
_QUIET = frozenset({"NOT_INUSE", "UNAVAILABLE", "INVALID", "UNKNOWN"})


class News(IntEnum):
    """How much has to be looked at after an event."""

    NOTHING = 0
    #: What is remembered here says it all.
    SEATS = 1
    #: The channels have to be asked for.
    CHANNELS = 2
    #: Everything: events may have been missed.
    ALL = 3


def extension_of(device: str) -> str:
    """The seat of a device; empty: it is none of a seat's."""
    found = _DEVICE.fullmatch(device)
    return found[1] if found else ""


class Memory:
    """Places in queues, states of telephones, and who was rung for what."""

    def __init__(self) -> None:
        #: Seat → device → queue → its place.
        self.members: dict[str, dict[str, dict[str, Member]]] = {}
        #: Device → its state.
        self.devices: dict[str, str] = {}
        #: Seat → the call it was rung for last, and over which queue.
        self.rung: dict[str, tuple[str, str]] = {}
        #: Seat → device it logged in with by its telephone (*11): wanted from then on, to be written down.
        self.wishes: dict[str, Kind] = {}
        #: Devices whose own hold key is pressed.
        self._held: set[str] = set()

    def take(self, lines: Iterable[QueueLine], devices: Mapping[str, str]) -> None:
        """Begin anew with all the switch says now."""
        self.members = {}
        for line in lines:
            for seat in line.seats:
                if seat.extension:
                    self._place(seat.interface, line.name, Member(seat.penalty, seat.held_as))
        self.devices = {name: state for name, state in devices.items() if extension_of(name)}
        self._held = {name for name, state in self.devices.items() if state == "ONHOLD"}

    def hear(self, event: Mapping[str, str]) -> News:
        """Remember an event, and say what it makes necessary."""
        match event["event"]:
            case "DeviceStateChange":
                return self._device(event.get("device", ""), event.get("state", ""))
            case "QueueMemberAdded" | "QueueMemberPause":
                paused_as = event.get("pausedreason", "") if event.get("paused") == "1" else None
                return self._place(
                    event.get("interface", ""),
                    from_switch_name(event.get("queue", "")),
                    Member(int(event.get("penalty") or 0), paused_as),
                )
            case "QueueMemberRemoved":
                return self._leave(event.get("interface", ""), from_switch_name(event.get("queue", "")))
            case "AgentCalled":
                return self._ring(event)
            case "UserEvent":
                return self._wish(event)
            case "Hold" | "Unhold":
                return self._hold(event.get("channel", ""), event["event"] == "Hold")
            case name:
                return News.ALL if name in (LOST, CONNECTED) else News.NOTHING

    def facts(self, extension: str, work: Work) -> SeatFacts:
        """What is known of one seat."""
        devices = {
            name: state
            for name in (f"PJSIP/{extension}", f"PJSIP/{extension}w")
            if (state := self.devices.get(name))
        }
        return SeatFacts(self.members.get(extension, {}), devices, work)

    def holds(self, extension: str) -> bool:
        """Whether a telephone of the seat has put its call on hold by its own key."""
        return bool(self._held & {f"PJSIP/{extension}", f"PJSIP/{extension}w"})

    def _device(self, device: str, state: str) -> News:
        if not extension_of(device):
            return News.NOTHING
        before, self.devices[device] = self.devices.get(device, ""), state
        if (state != "ONHOLD" and before == "ONHOLD") or state in _QUIET:
            self._held.discard(device)
        is_quiet = {before or "UNKNOWN", state} <= _QUIET
        return News.SEATS if is_quiet else News.CHANNELS

    def _place(self, device: str, queue: str, member: Member) -> News:
        extension = extension_of(device)
        if not extension:
            return News.NOTHING
        self.members.setdefault(extension, {}).setdefault(device, {})[queue] = member
        return News.SEATS

    def _leave(self, device: str, queue: str) -> News:
        devices = self.members.get(extension_of(device), {})
        devices.get(device, {}).pop(queue, None)
        if not devices.get(device, True):
            del devices[device]
        if devices == {}:
            self.members.pop(extension_of(device), None)
        return News.SEATS

    def _ring(self, event: Mapping[str, str]) -> News:
        extension = extension_of(event.get("interface", ""))
        if not extension:
            return News.NOTHING
        queue = from_switch_name(event.get("queue", ""))
        # Who comes back to a seat waits in that seat's own queue; the ledger knows the one asked for.
        self.rung[extension] = (event.get("uniqueid", ""), "" if queue.startswith(SEAT_PREFIX) else queue)
        return News.CHANNELS

    def _wish(self, event: Mapping[str, str]) -> News:
        if event.get("userevent") != "HotlineSeat":
            return News.NOTHING
        self.wishes[event.get("seat", "")] = kind_of(event.get("device", ""))
        return News.SEATS

    def _hold(self, channel: str, held: bool) -> News:
        found = _CHANNEL.fullmatch(channel)
        if not found:
            return News.NOTHING
        (self._held.add if held else self._held.discard)(found[1])
        return News.SEATS
