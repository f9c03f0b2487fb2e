"""The queues as they are now."""

from __future__ import annotations

from datetime import tzinfo
from http import HTTPMethod

from core.calendar import OfficeCalendar, open_at, store
from core.clock import zone_of
from ivr.queues import Queue, load
from ivr.switch.lines import QueueLine
from web.api.route import STAFF, Answer, Ask, Routes

routes = Routes("queues")

#: Of a queue the switch has not yet read.
_EMPTY = QueueLine("", (), ())


class QueueAnswer(Answer):
    name: str
    label: str
    label_en: str
    #: What a seat must be able to do to serve it.
    skill: str
    #: Within its hours.
    open: bool
    #: Callers waiting.
    waiting: int
    longest_wait_s: float
    #: Seats logged in, and of these those that could answer at once or are talking.
    seats: int
    ready: int
    talking: int
    hours: str
    #: Queue callers go on to when nobody answers in time; empty: they stay.
    overflow_to: str
    #: Queue that serves outside of the hours; empty: none.
    closed_to: str
    max_wait_s: int
    callback: bool


class QueuePage(Answer):
    items: list[QueueAnswer]


@routes.add(HTTPMethod.GET, "/queues", "Queues: who waits, who could answer (队列)", roles=STAFF)
async def queues(ask: Ask) -> QueuePage:
    settings = ask.services.settings
    lines = {line.name: line for line in await ask.services.switch.lines()}
    async with ask.services.sessions() as db:
        calendar = await store.read(db)
    zone = zone_of(settings.calendar.timezone)
    return QueuePage(
        items=[
            _answer(ask, queue, lines.get(name, _EMPTY), calendar, zone)
            for name, queue in load(settings).items()
        ]
    )


def _answer(ask: Ask, queue: Queue, line: QueueLine, calendar: OfficeCalendar, zone: tzinfo) -> QueueAnswer:
    return QueueAnswer(
        name=queue.name,
        label=queue.label,
        label_en=queue.label_en,
        skill=queue.skill,
        open=open_at(calendar, queue.hours, ask.services.clock.now(), zone),
        waiting=len(line.waiting),
        longest_wait_s=max((caller.waited_s for caller in line.waiting), default=0.0),
        seats=len(line.seats),
        ready=sum(seat.is_ready for seat in line.seats),
        talking=sum(seat.state in ("talking", "busy", "hold") for seat in line.seats),
        hours=queue.hours.text,
        overflow_to=queue.overflow_to,
        closed_to=queue.closed.queue,
        max_wait_s=queue.max_wait_s,
        callback=queue.offers_callback,
    )
