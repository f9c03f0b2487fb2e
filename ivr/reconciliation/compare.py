"""Compares what ledger and queue log say of one call. Pure.

The log keeps whole seconds, each made of two whole instants: what differs by less than one second is equal.
It ends a talk with the first hang-up of caller or seat, not when they part: a seat on hold, or one that asks
somebody, talks to it still. Where Queue() itself drops a seat whose caller was moved on, the log waits for
the caller's own hang-up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from ivr.queues import from_switch_name
from ivr.reconciliation.stays import LedgerStay, LogStay

RESOLUTION_S = 1.0
#: Queue() refuses who may not enter within this; the log does not mention it, seconds.
REFUSED_S = 1.0


@dataclass(frozen=True)
class Difference:
    """One thing the two do not agree on."""

    call_id: str
    #: entry, queue, seat, wait, talk or legs
    what: str
    ledger: str
    queue_log: str
    #: Beyond the log's resolution; 0 where it is not about time.
    difference_s: float = 0.0


def compare(
    call_id: str, ledger: Sequence[LedgerStay], told: Sequence[LogStay], ended_at: datetime
) -> Iterator[Difference]:
    """What differs about a call that ended at `ended_at`."""
    entered = [stay for stay in ledger if not _was_refused(stay)]
    whole = list(ledger) if len(told) == len(ledger) else entered
    for stay, line in zip(whole, told, strict=False):
        yield from _stay(call_id, stay, line, ended_at)
    for stay in whole[len(told) :]:
        yield Difference(call_id, "entry", _entry(stay), "", stay.wait_s or 0.0)
    for line in told[len(whole) :]:
        spent = (line.wait_s or 0) + (line.talk_s or 0)
        yield Difference(call_id, "entry", "", f"{line.queue} {line.entered_at}", float(spent))


def _was_refused(stay: LedgerStay) -> bool:
    return not stay.seat and stay.wait_s is not None and stay.wait_s < REFUSED_S


def _entry(stay: LedgerStay) -> str:
    return f"{stay.queue} {int(stay.entered_at.timestamp())}"


def _stay(call_id: str, ledger: LedgerStay, told: LogStay, ended_at: datetime) -> Iterator[Difference]:
    if ledger.queue != from_switch_name(told.queue):
        yield Difference(call_id, "queue", ledger.queue, told.queue)
    late = _beyond(ledger.entered_at.timestamp() - told.entered_at - 0.5)
    if late:
        yield Difference(call_id, "entry", _entry(ledger), f"{told.queue} {told.entered_at}", late)
    if ledger.seat != told.seat:
        yield Difference(call_id, "seat", ledger.seat, told.seat)
        return
    if ledger.wait_s is not None and told.wait_s is not None and (off := _off(ledger.wait_s, told.wait_s)):
        yield Difference(call_id, "wait", f"{ledger.wait_s:.3f}", str(told.wait_s), off)
    yield from _talk(call_id, ledger, told, ended_at)


def _talk(call_id: str, ledger: LedgerStay, told: LogStay, ended_at: datetime) -> Iterator[Difference]:
    if not ledger.seat or ledger.waited_until is None:
        return
    talks = [(end - ledger.waited_until).total_seconds() for end in _ends(ledger, told, ended_at)]
    if told.talk_s is None:
        yield Difference(call_id, "talk", f"{talks[0]:.3f}", "", talks[0])
    elif off := min(_off(talk, told.talk_s) for talk in talks):
        yield Difference(call_id, "talk", f"{talks[0]:.3f}", str(told.talk_s), off)


def _ends(ledger: LedgerStay, told: LogStay, ended_at: datetime) -> list[datetime]:
    """When the log may take the talk for over: always the first; see above for the others."""
    own = ledger.ended_at or ended_at
    ends = [min(own, ended_at)]
    if told.word.endswith("TRANSFER"):
        ends += ledger.parted_at
    if ledger.ended_by_us:
        ends.append(ended_at)
    return ends


def _off(ledger_s: float, told_s: int) -> float:
    return _beyond(ledger_s - told_s)


def _beyond(off_s: float) -> float:
    return round(max(0.0, abs(off_s) - RESOLUTION_S), 3)
