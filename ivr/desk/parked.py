"""Callers who are parked (驻留), as the switch has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from ivr.switch.lines import ChannelLine

CONTEXT = "hl-parked"


class ParkingSwitch(Protocol):
    """As much of the switch as this needs; both raise UnavailableError."""

    async def channel_lines(self) -> Sequence[ChannelLine]: ...

    async def getvar(self, channel: str, name: str) -> str: ...


@dataclass(frozen=True)
class Parked:
    """A caller any seat may fetch."""

    call_id: str
    channel: str
    #: Extension of the seat that parked it.
    by: str
    since: datetime


async def parked(switch: ParkingSwitch) -> list[Parked]:
    """Who waits to be fetched, the longest first."""
    lines = [line for line in await switch.channel_lines() if line.context == CONTEXT]
    found = [await _one(switch, line) for line in lines]
    return sorted(found, key=lambda one: one.since)


async def _one(switch: ParkingSwitch, line: ChannelLine) -> Parked:
    channel = line.name
    since = await switch.getvar(channel, "HL_PARKED_AT")
    at = datetime.fromtimestamp(int(since) if since.isdigit() else 0, UTC)
    return Parked(line.uniqueid, channel, await switch.getvar(channel, "HL_BY"), at)
