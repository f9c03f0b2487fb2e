"""The live board in words: from figures, seats and gauges to the answer leaders and walls get. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from core.clock import CHINA
from core.phone import mask
from core.settings import Settings
from core.trunks import limit
from ivr.board.figures import Day, Figures, Waiting
from ivr.queues import Queue, load
from ivr.trunks.gauges import Gauges
from web.api.masking import HIDDEN
from web.live.models import (
    Alarm,
    Board,
    BoardFigures,
    BoardHour,
    BoardQueue,
    BoardTotal,
    Channels,
    SeatLive,
    WaitingCall,
)

_TALKING = frozenset({"talking", "hold", "consult", "conference"})
#: Fields that change by themselves.
_TIME: Any = {"at": True, "total": {"longest_wait_s"}, "queues": {"__all__": {"longest_wait_s"}}}


def but_time(board: Board) -> str:
    """What the board says, without what changes by itself."""
    return board.model_dump_json(exclude=_TIME)


def board(
    settings: Settings,
    day: Day,
    *,
    seats: list[SeatLive],
    full: Gauges,
    alarms: list[Alarm],
    now: datetime,
) -> Board:
    """The whole board; `full`: what the watch of the trunks said last."""
    table = settings.trunk_table
    used = sum(full.trunks[name].used for name in table if name in full.trunks)
    return Board(
        at=now,
        queues=[_queue(one, day, seats, now) for one in load(settings).values()],
        total=_total(day, seats, now),
        seats=seats,
        trunk=Channels(used=used, limit=sum(limit(one) for one in table.values())),
        ivr=Channels(used=full.ivr, limit=settings.ivr.ports),
        alarms=alarms,
        hours=_hours(day.hours, now),
    )


def _queue(queue: Queue, day: Day, seats: Sequence[SeatLive], now: datetime) -> BoardQueue:
    mine = [seat for seat in seats if queue.name in seat.queues]
    waiting = day.waiting_in(queue.name)
    return BoardQueue(
        name=queue.name,
        label=queue.label,
        label_en=queue.label_en,
        waiting=[_waiting(one) for one in waiting],
        **_figures(day.of(queue.name, now), waiting, mine, now),
    )


def _waiting(one: Waiting) -> WaitingCall:
    shown = HIDDEN if one.is_confidential else mask(one.caller)
    return WaitingCall(call_id=one.call_id, caller=shown, since=one.since, priority=one.priority)


def _total(day: Day, seats: Sequence[SeatLive], now: datetime) -> BoardTotal:
    return BoardTotal(waiting=len(day.waiting), **_figures(day.total(now), day.waiting, seats, now))


def _figures(
    counted: Figures, waiting: Sequence[Waiting], seats: Sequence[SeatLive], now: datetime
) -> dict[str, Any]:
    longest = max(((now - one.since).total_seconds() for one in waiting), default=0.0)
    fields = {name: getattr(counted, name) for name in BoardFigures.model_fields if hasattr(counted, name)}
    return fields | {
        "longest_wait_s": max(0.0, longest),
        "ready": sum(seat.state == "ready" for seat in seats),
        "talking": sum(seat.state in _TALKING for seat in seats),
        "paused": sum(seat.state == "paused" for seat in seats),
    }


def _hours(hours: Mapping[int, Figures], now: datetime) -> list[BoardHour]:
    """From midnight to now, hours without a call included."""
    last = now.astimezone(CHINA).hour
    none = Figures()
    found = {hour: hours.get(hour, none) for hour in range(last + 1)}
    return [
        BoardHour(hour=hour, offered=one.offered, answered=one.answered, abandoned=one.abandoned)
        for hour, one in found.items()
    ]
