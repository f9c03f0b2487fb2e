"""What a seat does at this moment. Pure: facts of the switch → `SeatLive`.

The switch is the truth: places in queues, pauses and their reasons, states of telephones, channels. Nothing
here is remembered from what people pressed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from ivr.queues import SEAT_PREFIX
from ivr.seats.calls import SeatCall, Work

State = Literal[
    "offline",  # 未签入
    "unreachable",  # 设备不可达: logged in, but none of its devices answers
    "ready",  # 空闲
    "ringing",  # 振铃
    "talking",  # 通话
    "hold",  # 保持
    "consult",  # 咨询
    "conference",  # 会议
    "wrap_up",  # 话后处理
    "paused",  # 示忙
    "outbound",  # 外呼
    "supervising",  # 监听
]
Kind = Literal["browser", "phone"]
KINDS: tuple[Kind, ...] = ("browser", "phone")

#: Pauses that are ours (示忙原因): wrap-up, held back for a call-back, a missed ring, outbound mode.
WRAP_UP, HELD, MISSED, OUTBOUND = "wrapup", "callback", "missed", "outbound"
#: A shift leader said so (值班长置忙).
FORCED = "leader"
RESERVED = frozenset({WRAP_UP, HELD, MISSED, OUTBOUND, FORCED})
#: What the switch itself calls a missed ring.
SWITCH_MISSED = "Auto-Pause"
#: States of a telephone (Asterisk's) nobody can be reached on.
_AWAY = frozenset({"", "UNAVAILABLE", "INVALID", "UNKNOWN"})
#: Extension of a hint is a seat's; one hint over both devices, so a seat that talks on one is never rung on
#: the other.
HINTS = "hl-seats"


def interface(extension: str, kind: Kind) -> str:
    """The device as the switch calls it."""
    return f"PJSIP/{extension}{'w' if kind == 'browser' else ''}"


def kind_of(device: str) -> Kind:
    """Which of a seat's devices `PJSIP/1001` or `PJSIP/1001w` is."""
    return "browser" if device.endswith("w") else "phone"


def state_interface(extension: str) -> str:
    """Whose state says whether the seat is free: the hint over both its devices."""
    return f"hint:{extension}@{HINTS}"


def reason_of(paused_as: str) -> str:
    """Our code for a pause's reason."""
    return MISSED if paused_as == SWITCH_MISSED else paused_as


@dataclass(frozen=True)
class Member:
    """A device's place in one queue."""

    penalty: int = 0
    #: None: not paused.
    paused_as: str | None = None


@dataclass(frozen=True)
class SeatFacts:
    """What the switch says of one seat."""

    #: Device in use → queue → its place there; more than one device only for an instant, while it changes.
    members: Mapping[str, Mapping[str, Member]] = field(default_factory=dict)
    #: Device → its state; those never heard of are missing.
    devices: Mapping[str, str] = field(default_factory=dict)
    work: Work = field(default_factory=Work)

    @property
    def device(self) -> str:
        """The device its queues ring; empty: logged out."""
        return next(iter(self.members), "")

    @property
    def paused_as(self) -> str | None:
        """Why it takes no calls; None: it does."""
        places = [place for queues in self.members.values() for place in queues.values()]
        reasons = [place.paused_as for place in places if place.paused_as is not None]
        return reason_of(reasons[0]) if reasons else None

    @property
    def queues(self) -> list[str]:
        """Queues it serves, but for its own (回呼原坐席)."""
        return [name for name in self.members.get(self.device, {}) if not name.startswith(SEAT_PREFIX)]

    def reachable(self, extension: str, kind: Kind) -> bool:
        """Whether that device would ring."""
        return self.devices.get(interface(extension, kind), "") not in _AWAY


def state_of(extension: str, facts: SeatFacts) -> tuple[State, str]:
    """What the seat does, and the reason of its pause; a call comes before a pause."""
    reason = facts.paused_as
    if facts.work.supervises:
        return "supervising", reason or ""
    if facts.work.call is not None:
        return _CALLS[facts.work.call.state], reason or ""
    if not facts.members:
        return "offline", ""
    if not any(facts.reachable(extension, kind) for kind in KINDS):
        return "unreachable", reason or ""
    if reason is None:
        return ("talking" if facts.work.is_busy else "ready"), ""
    return _PAUSES.get(reason, "paused"), reason


_CALLS: dict[str, State] = {
    "ringing": "ringing",
    "talking": "talking",
    "pin": "hold",
    "hold": "hold",
    "consult": "consult",
    "conference": "conference",
    "dialling": "outbound",
}
_PAUSES: dict[str, State] = {WRAP_UP: "wrap_up", OUTBOUND: "outbound"}


@dataclass(frozen=True)
class SeatLive:
    """A seat as consoles see it (`to_json`)."""

    extension: str
    display_name: str
    #: Who sits there; None: nobody we know.
    account_id: int | None
    state: State
    since: datetime
    reason: str
    device: Kind | Literal[""]
    devices: Sequence[tuple[Kind, bool]]
    queues: Sequence[str]
    #: End of the wrap-up, or of the pause's limit.
    until: datetime | None
    over_limit: bool
    call: SeatCall | None

    def to_json(self) -> dict[str, Any]:
        return {
            "extension": self.extension,
            "display_name": self.display_name,
            "account_id": self.account_id,
            "state": self.state,
            "since": self.since.isoformat(),
            "reason": self.reason,
            "device": self.device,
            "devices": [{"kind": kind, "reachable": reachable} for kind, reachable in self.devices],
            "queues": list(self.queues),
            "until": self.until.isoformat() if self.until else None,
            "over_limit": self.over_limit,
            "call": self.call.to_json() if self.call else None,
        }

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> SeatLive:
        """What `to_json` made.

        Raises:
            KeyError, TypeError, ValueError: it is not.
        """
        return cls(
            extension=body["extension"],
            display_name=body["display_name"],
            account_id=body["account_id"],
            state=body["state"],
            since=datetime.fromisoformat(body["since"]),
            reason=body["reason"],
            device=body["device"],
            devices=tuple((one["kind"], one["reachable"]) for one in body["devices"]),
            queues=tuple(body["queues"]),
            until=datetime.fromisoformat(body["until"]) if body["until"] else None,
            over_limit=body["over_limit"],
            call=SeatCall.from_json(body["call"]) if body["call"] else None,
        )
