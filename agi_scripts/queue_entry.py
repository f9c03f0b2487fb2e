"""`agi://…/queue-entry`: a caller asks for a queue; say what is known of it now, then let go.

Hours and calendar are in memory. The switch is asked how busy it is, and the ledger, within a time limit, for
the seat a repeat caller talked with. Whatever fails here, the dialplan takes the caller into the queue.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from agi_scripts.facts import bounded
from agi_scripts.inbound import caller_of
from agi_scripts.session import AgiSession, ChannelGoneError
from core.calendar import OfficeCalendar
from core.calendar.keeper import CalendarKeeper
from core.clock import Clock, SystemClock, zone_of
from core.db import SessionFactory
from core.settings import Settings
from ivr import queues, speech
from ivr.flows.ports import LookupFailedError
from ivr.queues import SEAT_PREFIX, Queue, switch_name
from ivr.queues.expected import Load, expected_wait_s, said_minutes
from ivr.queues.last_seat import LastSeats
from ivr.queues.opening import Opening, opening
from ivr.queues.talk_times import TalkTimes
from ivr.seats.model import HINTS
from ivr.speech import Language

#: Longest the ledger is waited for, seconds: a caller is on the line.
LOOKUP_S = 0.5
_NOTHING = "nothing"
_SEAT = re.compile(r"[0-9]{3,6}")


class Calendars(Protocol):
    """Where the calendar in force comes from."""

    @property
    def current(self) -> OfficeCalendar: ...


class Talks(Protocol):
    """How long talks last, by queue, seconds."""

    @property
    def current(self) -> Mapping[str, float]: ...


class Ledger(Protocol):
    """Who talked with whom."""

    async def of(self, caller: str, now: datetime, days: int) -> str: ...


@dataclass(frozen=True)
class QueueDesk:
    """What the handler works with."""

    settings: Settings
    queues: Mapping[str, Queue]
    calendar: Calendars
    talks: Talks
    ledger: Ledger
    clock: Clock = field(default_factory=SystemClock)


def make(
    settings: Settings, sessions: SessionFactory, clock: Clock
) -> tuple[QueueDesk, CalendarKeeper, TalkTimes]:
    """The desk, and the two keepers that have to run beside the server.

    Raises:
        ivr.queues.QueueFileError
    """
    calendar, talks = CalendarKeeper(sessions, clock), TalkTimes(sessions, clock)
    desk = QueueDesk(settings, queues.load(settings), calendar, talks, LastSeats(sessions), clock)
    return desk, calendar, talks


async def handle(session: AgiSession, *, desk: QueueDesk) -> None:
    """Tell the dialplan which queue it is at this hour and what to say before waiting."""
    try:
        await _Entry(session, desk).run()
    except ChannelGoneError:
        return


class _Entry:
    """One caller at the door of a queue."""

    def __init__(self, session: AgiSession, desk: QueueDesk) -> None:
        self._session, self._desk = session, desk

    async def run(self) -> None:
        asked = await self._session.value("${HL_QUEUE}|${CHANNEL(language)}|${HL_PROMPTS}")
        name, language, prompts = asked.split("|", 2)
        found = self._opening(name)
        for queue in found.passed:
            await self._session.execute("CELGenUserEvent", f"CLOSED,{queue.name}")
        ids = [queue.closed.prompt for queue in found.passed if queue.closed.prompt]
        await self._session.set_variable("HL_QUEUE", found.queue.name)
        if not found.is_open:
            await self._session.set_variable("HL_CLOSED", found.queue.closed.then)
            ids += [found.queue.closed.prompt] if found.queue.closed.prompt else []
        else:
            load = await self._load(found.queue)
            ids += self._wait(found.queue, load, "en" if language == "en" else "zh_CN")
            if seat := await self._last_seat(found.queue, load):
                await self._session.set_variable("HL_LAST_SEAT", seat)
        say = "&".join(f"{prompts}/{one}" for one in ids) or _NOTHING
        await self._session.set_variable("HL_SAY", say)

    def _opening(self, name: str) -> Opening:
        desk = self._desk
        zone = zone_of(desk.settings.calendar.timezone)
        return opening(desk.queues, name, desk.calendar.current, desk.clock.now(), zone)

    async def _load(self, queue: Queue) -> Load:
        name = switch_name(queue.name)
        text = await self._session.value(
            f"${{QUEUE_WAITING_COUNT({name})}}|${{QUEUE_MEMBER({name},ready)}}|${{QUEUE_MEMBER({name},logged)}}"
        )
        waiting, ready, seats = (_number(part) for part in text.split("|"))
        return Load(waiting, ready, seats, self._desk.talks.current.get(queue.name, 0.0))

    def _wait(self, queue: Queue, load: Load, language: Language) -> Sequence[str]:
        """What is said of the wait; nothing when a seat is ready, or when the dialplan will say: full."""
        is_full = bool(queue.max_callers) and load.waiting >= queue.max_callers
        if is_full or load.ready > load.waiting:
            return []
        settings = self._desk.settings.queue
        expected = expected_wait_s(load, settings.wrap_up_s) if queue.says_expected_wait else None
        if expected is not None:
            minutes = speech.minutes(said_minutes(expected))
            return ["queue-busy", "queue-expected", *speech.speak(language, minutes)]
        return ["queue-wait" if queue.max_wait_s == settings.max_wait_s else "queue-busy"]

    async def _last_seat(self, queue: Queue, load: Load) -> str:
        """The seat to ring first; '' for none. Nobody is passed over: only while no caller waits."""
        desk = self._desk
        caller = caller_of(self._session, desk.settings.sip.area_code)
        if not (caller and queue.last_seat_days and load.ready and not load.waiting):
            return ""
        question = desk.ledger.of(caller, desk.clock.now(), queue.last_seat_days)
        try:
            seat = await bounded(question, LOOKUP_S, "the caller's last seat")
        except LookupFailedError:
            return ""
        return seat if _SEAT.fullmatch(seat) and await self._is_ready(queue, seat) else ""

    async def _is_ready(self, queue: Queue, seat: str) -> bool:
        """Whether the seat would be rung at once: logged in with either device, not paused, not talking."""
        name, devices = switch_name(queue.name), (f"PJSIP/{seat}", f"PJSIP/{seat}w")
        own = SEAT_PREFIX + seat
        text = await self._session.value(
            f"${{QUEUE_MEMBER_LIST({name})}}|${{QUEUE_MEMBER_LIST({own})}}|${{QUEUE_MEMBER({own},free)}}|"
            f"${{EXTENSION_STATE({seat}@{HINTS})}}"
        )
        serving, there, free, state = text.split("|", 3)
        device = set(devices) & set(serving.split(",")) & set(there.split(","))
        return bool(device) and _number(free) > 0 and state == "NOT_INUSE"


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0
