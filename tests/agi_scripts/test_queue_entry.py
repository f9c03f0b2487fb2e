"""What a caller at the door of a queue is told, and what is decided there."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import cast

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from agi_scripts import queue_entry
from agi_scripts.queue_entry import QueueDesk
from agi_scripts.session import AgiSession, ChannelGoneError
from core.calendar import OfficeCalendar
from core.clock import FixedClock
from core.db import SessionFactory
from core.settings import Settings
from ivr.ledger.tables import Call
from ivr.queues import Queue, parse
from ivr.queues.last_seat import LastSeats
from ivr.queues.talk_times import TalkTimes

TEXT = """
[general]
label = "综合"
label_en = "General"
max_callers = 5
[office]
label = "办公"
label_en = "Office"
hours = "08:30-17:30"
max_wait_s = 60
closed = { then = "queue", queue = "general", prompt = "queue-night" }
[shop]
label = "店"
label_en = "Shop"
hours = "08:30-17:30"
closed = { then = "goodbye" }
"""
#: Monday 23 November 2026 in China: in the morning, and at night.
MORNING, NIGHT = (datetime(2026, 11, 23, hour, tzinfo=UTC) for hour in (2, 14))


@dataclass
class FakeSession:
    """As much of a channel as the handler asks."""

    queue: str = "general"
    language: str = "zh_CN"
    #: waiting, ready, logged
    load: str = "0|1|1"
    #: members of the queue, of the seat's own, how many of these are free, state of the seat
    seat: str = "PJSIP/1001,PJSIP/1002|PJSIP/1001|1|NOT_INUSE"
    gone: bool = False
    header: dict[str, str] = field(default_factory=lambda: {"callerid": "13800001234"})
    variables: dict[str, str] = field(default_factory=dict)
    events: list[str] = field(default_factory=list)

    async def value(self, expression: str) -> str:
        if self.gone:
            raise ChannelGoneError
        if "HL_PROMPTS" in expression:
            return f"{self.queue}|{self.language}|/p/{self.language}"
        return self.seat if "EXTENSION_STATE" in expression else self.load

    async def execute(self, application: str, arguments: str) -> None:
        self.events.append(arguments)

    async def set_variable(self, name: str, value: str) -> None:
        self.variables[name] = value

    @property
    def said(self) -> list[str]:
        return [path.rpartition("/p/")[2] for path in self.variables["HL_SAY"].split("&")]


@dataclass
class Known:
    """Facts a test decides."""

    current: dict[str, float] = field(default_factory=dict)
    seat: str = ""
    hangs: bool = False

    async def of(self, caller: str, now: datetime, days: int) -> str:
        if self.hangs:
            await asyncio.Event().wait()
        return self.seat


@dataclass(frozen=True)
class Calendars:
    current: OfficeCalendar = field(default_factory=OfficeCalendar)


def _queues() -> dict[str, Queue]:
    return parse("queues.toml", TEXT, 30)


async def _enter(session: FakeSession, known: Known | None = None, at: datetime = MORNING) -> FakeSession:
    known = known or Known()
    desk = QueueDesk(Settings.model_construct(), _queues(), Calendars(), known, known, FixedClock(at))
    await queue_entry.handle(cast(AgiSession, session), desk=desk)
    return session


async def test_a_ready_seat_and_nothing_is_said() -> None:
    entered = await _enter(FakeSession())
    assert entered.variables == {"HL_QUEUE": "general", "HL_SAY": "nothing"}
    assert entered.events == []


@pytest.mark.parametrize(
    ("session", "talk_s", "said"),
    [
        (FakeSession(load="0|0|1"), 0, ["zh_CN/queue-wait"]),
        (FakeSession("office", load="0|0|1"), 0, ["zh_CN/queue-busy"]),
        (
            FakeSession(load="1|0|2"),
            115,
            ["zh_CN/queue-busy", "zh_CN/queue-expected", "zh_CN/units/two", "zh_CN/units/minutes"],
        ),
        (FakeSession(load="5|0|2"), 115, ["nothing"]),
        (FakeSession(load="||"), 115, ["zh_CN/queue-wait"]),
    ],
)
async def test_the_wait(session: FakeSession, talk_s: float, said: list[str]) -> None:
    assert (await _enter(session, Known({"general": talk_s}))).said == said


async def test_the_wait_in_english() -> None:
    session = FakeSession(language="en", load="0|0|1")
    said = (await _enter(session, Known({"general": 200.0}))).said
    assert said[:2] == ["en/queue-busy", "en/queue-expected"]
    assert all(one.startswith("en/") for one in said)


async def test_at_night_the_queue_on_duty_serves() -> None:
    entered = await _enter(FakeSession("office"), at=NIGHT)
    assert entered.events == ["CLOSED,office"]
    assert (entered.variables["HL_QUEUE"], entered.said) == ("general", ["zh_CN/queue-night"])
    assert "HL_CLOSED" not in entered.variables


async def test_closed_with_a_goodbye() -> None:
    entered = await _enter(FakeSession("shop"), at=NIGHT)
    assert (entered.variables["HL_CLOSED"], entered.said) == ("goodbye", ["zh_CN/queue-closed"])


@pytest.mark.parametrize(
    ("session", "seat", "expected"),
    [
        (FakeSession(), "1001", "1001"),
        (FakeSession(), "", None),
        (FakeSession(), "1001,evil", None),
        (
            FakeSession(seat="PJSIP/1001w,PJSIP/1002|PJSIP/1001w|1|NOT_INUSE"),
            "1001",
            "1001",
        ),  # in its browser
        (FakeSession(seat="PJSIP/1002|PJSIP/1001|1|NOT_INUSE"), "1001", None),  # not logged in to this queue
        (FakeSession(seat="PJSIP/1001|PJSIP/1001|0|NOT_INUSE"), "1001", None),  # paused
        (FakeSession(seat="PJSIP/1001|PJSIP/1001|1|INUSE"), "1001", None),
        (FakeSession(load="1|2|2"), "1001", None),  # somebody waits: nobody is passed over
        (FakeSession(header={"callerid": "unknown"}), "1001", None),
    ],
)
async def test_the_seat_of_last_time(session: FakeSession, seat: str, expected: str | None) -> None:
    assert (await _enter(session, Known(seat=seat))).variables.get("HL_LAST_SEAT") == expected


async def test_a_ledger_that_hangs_costs_half_a_second_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(queue_entry, "LOOKUP_S", 0.05)
    entered = await _enter(FakeSession(), Known(seat="1001", hangs=True))
    assert entered.variables == {"HL_QUEUE": "general", "HL_SAY": "nothing"}


async def test_who_hangs_up_meanwhile_is_no_error() -> None:
    assert (await _enter(FakeSession(gone=True))).variables == {}


async def test_the_ledger_is_asked(sessions: SessionFactory, clock: FixedClock, engine: AsyncEngine) -> None:
    async def add(name: str, days_ago: int, seat: str, talk_s: float = 60.0) -> None:
        began = clock.now().replace(day=clock.now().day - days_ago)
        async with sessions.begin() as db:
            call = Call(id=name, trunk="demo", caller="13800001234", started_at=began, ended_at=began)
            call.seat, call.talk_s, call.queue, call.outcome = seat, talk_s, "general", "answered"
            db.add(call)

    ledger = LastSeats(sessions)
    assert await ledger.of("13800001234", clock.now(), 7) == ""
    await add("a", 9, "1003")
    assert await ledger.of("13800001234", clock.now(), 7) == ""
    await add("b", 2, "1002")
    await add("c", 0, "", 0.0)
    assert await ledger.of("13800001234", clock.now(), 7) == "1002"
    assert await ledger.of("13900001234", clock.now(), 7) == ""
    await add("d", 0, "1001", 120.0)
    talks = TalkTimes(sessions, clock)
    await talks.refresh()
    assert talks.current == {"general": 120.0}, "of late, and only calls with a talk"
    await engine.dispose()
    await talks.refresh()
    assert talks.current == {"general": 120.0}
