"""From what the switch says of contacts, registrations and spans to one word for each trunk. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from core.trunks import E1Trunk, SipTrunk
from ivr.switch.lines import ChannelLine
from ivr.trunks.tables import TrunkState

_SIP_CHANNEL = re.compile(r"PJSIP/trunk-([a-z0-9_]+)-[0-9a-f]+")
#: The rest of the name may hold the caller's number as the carrier sent it.
_E1_CHANNEL = re.compile(r"DAHDI/i(\d+)/")
_SEAT_CHANNEL = re.compile(r"PJSIP/(\d{3,6})w?-[0-9a-f]+")


@dataclass(frozen=True)
class Seen:
    """A trunk at one moment; `detail` is for people."""

    state: TrunkState
    detail: str = ""


@dataclass(frozen=True)
class Signs:
    """What the switch says: contact of a SIP trunk by trunk, registration by trunk, spans by number."""

    contacts: Mapping[str, str] = field(default_factory=dict)
    registrations: Mapping[str, str] = field(default_factory=dict)
    spans: Mapping[int, bool] = field(default_factory=dict)


def judge(name: str, trunk: SipTrunk | E1Trunk, signs: Signs) -> Seen:
    """The state of the trunk `name`."""
    if isinstance(trunk, E1Trunk):
        return _e1(trunk, signs.spans)
    if trunk.register_at and (said := signs.registrations.get(name, "unknown")) != "Registered":
        return Seen(TrunkState.DOWN, f"registration: {said}")
    match signs.contacts.get(name, "") if trunk.qualify_s else "":
        case "Unreachable":
            return Seen(TrunkState.DOWN, f"{trunk.target} does not answer")
        case "Reachable":
            return Seen(TrunkState.UP)
    return Seen(TrunkState.UP if trunk.register_at else TrunkState.UNKNOWN)


def _e1(trunk: E1Trunk, spans: Mapping[int, bool]) -> Seen:
    down = [span for span in trunk.spans if not spans.get(span, False)]
    missing = [span for span in down if span not in spans]
    parts = [f"span {span} {'is not there' if span in missing else 'is down'}" for span in down]
    return Seen(TrunkState.DOWN if len(down) == len(trunk.spans) else TrunkState.UP, ", ".join(parts)[:200])


@dataclass(frozen=True)
class Used:
    """How full everything is just now."""

    trunks: Counter[str]
    #: Callers a machine speaks or plays music to.
    ivr: int
    #: Seats on the phone.
    seats: int


def by_trunk(names: Iterable[str], trunks: Mapping[str, SipTrunk | E1Trunk]) -> Counter[str]:
    """How many of the channels `names` are on each trunk."""
    spans = _spans(trunks)
    return Counter(trunk for name in names if (trunk := _trunk_of(name, spans)))


def used(channels: Iterable[ChannelLine], trunks: Mapping[str, SipTrunk | E1Trunk]) -> Used:
    """Count the three pools."""
    known, spans = list(channels), _spans(trunks)
    seats = {seat[1] for one in known if one.is_up and (seat := _SEAT_CHANNEL.fullmatch(one.name))}
    ivr = sum(one.is_up and not one.is_bridged and bool(_trunk_of(one.name, spans)) for one in known)
    return Used(by_trunk((one.name for one in known), trunks), ivr, len(seats))


def _spans(trunks: Mapping[str, SipTrunk | E1Trunk]) -> dict[int, str]:
    return {
        span: name for name, trunk in trunks.items() if isinstance(trunk, E1Trunk) for span in trunk.spans
    }


def _trunk_of(channel: str, spans: Mapping[int, str]) -> str:
    if sip := _SIP_CHANNEL.fullmatch(channel):
        return sip[1]
    e1 = _E1_CHANNEL.match(channel)
    return spans.get(int(e1[1]), "") if e1 else ""
