"""A caller's stays in queues, as the ledger tells them and as the switch's queue log does. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from ivr.ledger import desk_events as d
from ivr.ledger import events as e
from ivr.ledger.event import SwitchEvent
from ivr.reconciliation.queue_log import LogLine, Part


@dataclass
class LedgerStay:
    """From entering a queue to what came of it, by the ledger's events."""

    queue: str
    entered_at: datetime
    waited_until: datetime | None = None
    #: Extension and line of the seat that took the caller; empty: none.
    seat: str = ""
    channel: str = ""
    #: When the seat's line left a bridge with somebody.
    parted_at: list[datetime] = field(default_factory=list)
    #: When the seat's line ended, and whether somebody hung it up who was neither seat nor caller.
    ended_at: datetime | None = None
    ended_by_us: bool = False

    @property
    def wait_s(self) -> float | None:
        until = self.waited_until
        return None if until is None else (until - self.entered_at).total_seconds()


def ledger_stays(events: Iterable[SwitchEvent]) -> list[LedgerStay]:
    """The stays of one call, in order of time."""
    stays: list[LedgerStay] = []
    waiting: LedgerStay | None = None
    for event in sorted({v.id: v for v in events}.values(), key=lambda v: (v.at, v.id)):
        match event:
            case d.QueueEntered(queue=queue):
                waiting = LedgerStay(queue, event.at)
                stays.append(waiting)
            case e.SeatConnected(seat=seat, channel=channel) if waiting:
                waiting.waited_until, waiting.seat, waiting.channel = event.at, seat, channel
                waiting = None
            case e.QueueLeft() | e.CallerLeft() | e.CallLost() if waiting:
                waiting.waited_until, waiting = event.at, None
            case e.SeatDisconnected(channel=channel):
                for stay in _taken_by(stays, channel):
                    stay.parted_at.append(event.at)
            case e.SeatHungUp(channel=channel, by=by):
                for stay in _taken_by(stays, channel):
                    stay.ended_at, stay.ended_by_us = event.at, by == "hotline"
    return stays


def _taken_by(stays: Iterable[LedgerStay], channel: str) -> list[LedgerStay]:
    return [stay for stay in stays if stay.channel == channel and channel]


@dataclass
class LogStay:
    """The same by the queue log. Times are whole seconds since 1970, durations whole seconds."""

    queue: str
    entered_at: int
    wait_s: int | None = None
    seat: str = ""
    connected_at: int | None = None
    talk_s: int | None = None
    #: The word that ended it; empty: the log does not tell.
    word: str = ""


def log_stays(lines: Iterable[LogLine]) -> list[LogStay]:
    """The stays of one call, in order of the log."""
    stays: list[LogStay] = []
    for line in lines:
        match line.shape.part:
            case Part.ENTERS:
                stays.append(LogStay(line.queue, line.at))
            case Part.CONNECTS if stays:
                now = stays[-1]
                now.wait_s, now.seat, now.connected_at = line.wait_s, line.member, line.at
            case Part.LEAVES if stays:
                stays[-1].wait_s, stays[-1].word = line.wait_s, line.word
            case Part.COMPLETES:
                _complete(stays, line)
    return stays


def _complete(stays: Iterable[LogStay], line: LogLine) -> None:
    """A talk may be told as over long after the caller has entered another queue: its length says which."""
    began = line.at - (line.talk_s or 0)
    open_ = [
        stay for stay in stays if stay.seat == line.member and stay.queue == line.queue and not stay.word
    ]
    if open_:
        stay = min(open_, key=lambda one: abs((one.connected_at or 0) - began))
        stay.talk_s, stay.word = line.talk_s, line.word
