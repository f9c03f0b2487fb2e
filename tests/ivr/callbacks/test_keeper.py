"""The scheduler over a dialler and a room that do as they are told; the table is a real one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from core.clock import FixedClock
from core.db import SessionFactory
from core.settings import Callback as Rules
from core.settings import Queue
from ivr.callbacks.book import CallbackBook
from ivr.callbacks.keeper import CallbackKeeper
from ivr.callbacks.planner import HELD
from ivr.callbacks.tables import Callback, CallbackState
from ivr.ledger.tables import Call, Outcome
from ivr.outbound.dialler import DialResult
from ivr.outbound.fakes import FakeDialler
from ivr.switch.ami import SwitchUnavailableError
from ivr.switch.lines import QueueLine, SeatLine, WaitingCaller

RULES = Rules(attempts=2, retry_s=600)


class Room:
    """Seats of the queue general, by what they are doing; who waits; which calls the switch has."""

    def __init__(self) -> None:
        self.seats: dict[str, str] = {"PJSIP/1001": "ready"}
        self.held: dict[str, str] = {}
        self.waiting: list[WaitingCaller] = []
        self.live: set[str] = set()
        self.away = False

    async def look(self) -> Sequence[QueueLine]:
        if self.away:
            raise SwitchUnavailableError
        seats = [
            SeatLine(n, s, self.held.get(n), in_call=False, last_call=0.0) for n, s in self.seats.items()
        ]
        return [QueueLine("general", tuple(seats), tuple(self.waiting))]

    def is_live(self, call_id: str) -> bool:
        return call_id in self.live

    async def queue_pause(self, interface: str, *, paused: bool, reason: str) -> None:
        if paused:
            self.held[interface] = reason
        else:
            del self.held[interface]


class Hours:
    """Any hour, until told otherwise."""

    def __init__(self) -> None:
        self.calls, self.open = True, True

    def may_call(self) -> bool:
        return self.calls

    def is_open(self, queue: str) -> bool:
        return self.open


class Stage:
    """Everything together."""

    def __init__(self, sessions: SessionFactory, clock: FixedClock, rules: Rules = RULES) -> None:
        self.sessions, self.clock, self.rules = sessions, clock, rules
        self.book = CallbackBook(sessions, rules, clock)
        self.dialler, self.room, self.hours = FakeDialler(), Room(), Hours()
        self.keeper = self.new_keeper()

    def new_keeper(self) -> CallbackKeeper:
        return CallbackKeeper(
            self.sessions,
            self.book,
            self.dialler,
            self.room,
            self.room,
            self.hours,
            self.rules,
            Queue(wrap_up_s=0),
            self.clock,
        )

    async def ask(self, number: str = "13800001234") -> int:
        return await self.book.ask(
            number=number, queue="general", joined_at=self.clock.now(), call_id=f"hl-{number}"
        )

    async def tick(self, seconds: float = 1.0) -> None:
        await self.keeper.tick()
        await asyncio.gather(*(ringing.task for ringing in self.keeper._ringing.values()))
        self.clock.advance(timedelta(seconds=seconds))

    async def row(self) -> Callback:
        [row] = await self.book.open()
        return row

    async def of(self, row_id: int) -> Callback:
        async with self.sessions() as session:
            row = await session.get(Callback, row_id)
        assert row is not None
        return row

    async def ledger(self, call_id: str, **fields: Any) -> None:
        """The call is over, as the ledger has it."""
        now = self.clock.now()
        async with self.sessions.begin() as session:
            session.add(
                Call(
                    id=call_id,
                    trunk="demo",
                    started_at=now,
                    ended_at=now,
                    outcome=Outcome.ABANDONED,
                    **fields,
                )
            )


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One sort is enough here: test_book.py tries both."""
    return sqlite_url


@pytest.fixture
def stage(sessions: SessionFactory, clock: FixedClock) -> Stage:
    return Stage(sessions, clock)


async def test_from_the_place_to_the_talk(stage: Stage) -> None:
    row_id = await stage.ask()
    await stage.tick()
    [call] = stage.dialler.dialled
    assert (call.number, call.context, call.purpose) == ("13800001234", "hl-callback", f"callback:{row_id}")
    assert call.variables["HL_CALLBACK_ID"] == str(row_id)
    assert call.variables["HL_HELD"] == "1001"
    assert stage.room.held == {"PJSIP/1001": HELD}
    stage.room.live.add(call.call_id)
    stage.room.waiting = [WaitingCaller(call.call_id, 0, 10)]
    await stage.tick()
    assert stage.room.held == {}, "in the queue, the citizen is given the seat"
    assert (await stage.row()).state == CallbackState.DIALLING
    stage.room.waiting, stage.room.live = [], set()
    await stage.ledger(call.call_id, seat_answered_at=stage.clock.now())
    await stage.tick()
    assert (await stage.of(row_id)).state == CallbackState.DONE
    await stage.tick()
    assert len(stage.dialler.dialled) == 1


async def test_who_is_not_reached_gives_the_seat_back(stage: Stage) -> None:
    stage.dialler.result = DialResult.BUSY
    await stage.ask()
    await stage.tick()
    await stage.tick()
    assert stage.room.held == {}
    row = await stage.row()
    assert (row.state, row.attempts, row.result) == (CallbackState.WAITING, 1, "busy")
    assert len(stage.dialler.dialled) == 1, "not before the interval is over"
    await stage.tick(600)
    await stage.tick()
    assert len(stage.dialler.dialled) == 2
    assert await stage.book.open() == [], "the second attempt was the last"


async def test_who_hangs_up_while_waiting_for_the_seat_is_tried_again(stage: Stage) -> None:
    await stage.ask()
    await stage.tick()
    [call] = stage.dialler.dialled
    await stage.ledger(call.call_id)
    await stage.tick(2)
    await stage.tick()
    row = await stage.row()
    assert (row.state, row.result, row.attempts) == (CallbackState.WAITING, "abandoned", 1)
    await stage.tick()
    assert stage.room.held == {}


async def test_a_message_left_is_a_call_back_done(stage: Stage) -> None:
    row_id = await stage.ask()
    await stage.tick()
    await stage.ledger(stage.dialler.dialled[0].call_id, message_at=stage.clock.now())
    await stage.tick(2)
    await stage.tick()
    assert (await stage.of(row_id)).state == CallbackState.DONE


async def test_nobody_is_called_at_night_or_while_the_queue_is_closed(stage: Stage) -> None:
    await stage.ask()
    stage.hours.calls = False
    await stage.tick()
    stage.hours.calls, stage.hours.open = True, False
    await stage.tick()
    assert stage.dialler.dialled == []
    assert stage.room.held == {}
    stage.hours.open = True
    await stage.tick()
    assert len(stage.dialler.dialled) == 1


async def test_missed_callers_are_called_unless_the_city_does_not_want_it(
    sessions: SessionFactory, clock: FixedClock
) -> None:
    missed = Call(id="hl-1.1", caller="13800001234", queue="general", trunk="demo", started_at=clock.now())
    quiet = Stage(sessions, clock, RULES.model_copy(update={"missed_dial": False}))
    await quiet.book.miss(missed)
    await quiet.tick()
    assert quiet.dialler.dialled == []
    eager = Stage(sessions, clock)
    await eager.tick()
    assert len(eager.dialler.dialled) == 1


async def test_what_is_not_reached_in_time_expires(stage: Stage) -> None:
    row_id = await stage.ask()
    stage.room.seats = {}
    await stage.tick(24 * 3600)
    await stage.tick()
    assert (await stage.of(row_id)).state == CallbackState.EXPIRED


async def test_seats_found_held_are_let_go(stage: Stage) -> None:
    """A keeper before this one was killed while it held them."""
    stage.room.held = {"PJSIP/1001": HELD}
    await stage.tick()
    assert stage.room.held == {}


async def test_killed_while_it_rings_the_same_attempt_is_never_dialled_again(stage: Stage) -> None:
    row_id = await stage.ask()
    stage.dialler.hold()
    await stage.keeper.tick()
    await asyncio.sleep(0)
    [call] = stage.dialler.dialled
    [ringing] = stage.keeper._ringing.values()
    ringing.task.cancel()
    await asyncio.gather(ringing.task, return_exceptions=True)
    stage.dialler.let_go()

    stage.keeper = stage.new_keeper()
    stage.room.live.add(call.call_id)
    for _ in range(3):
        await stage.tick(100)
    assert len(stage.dialler.dialled) == 1, "the switch still has the call of the attempt"
    assert (await stage.of(row_id)).attempts == 1
    assert stage.room.held == {}
    stage.room.live = set()
    await stage.ledger(call.call_id, seat_answered_at=stage.clock.now())
    await stage.tick()
    assert (await stage.of(row_id)).state == CallbackState.DONE, "no row is lost"
    assert len(stage.dialler.dialled) == 1


async def test_killed_before_the_phone_rang_the_attempt_counts_and_the_next_one_comes(stage: Stage) -> None:
    row_id = await stage.ask()
    assert await stage.book.begin(row_id, "h-1.900000001")
    await stage.tick(60)
    await stage.tick(121)
    assert stage.dialler.dialled == [], "the ledger may still hear of it"
    await stage.tick(600)
    await stage.tick()
    assert len(stage.dialler.dialled) == 1
    assert (await stage.row()).attempts == 2


async def test_a_switch_that_was_lost_while_it_rang_is_settled_by_the_ledger(stage: Stage) -> None:
    stage.dialler.result = DialResult.UNKNOWN
    row_id = await stage.ask()
    await stage.tick()
    assert (await stage.row()).state == CallbackState.DIALLING
    await stage.ledger(stage.dialler.dialled[0].call_id, seat_answered_at=stage.clock.now())
    await stage.tick()
    assert (await stage.of(row_id)).state == CallbackState.DONE


async def test_with_the_switch_away_nothing_is_counted(stage: Stage) -> None:
    await stage.ask()
    stage.room.away = True
    with pytest.raises(SwitchUnavailableError):
        await stage.keeper.tick()
    assert (await stage.row()).attempts == 0


async def test_an_emergency_takes_the_seat_and_the_phone_rings_on(stage: Stage) -> None:
    await stage.ask()
    stage.dialler.hold()
    await stage.keeper.tick()
    await asyncio.sleep(0)
    stage.room.waiting = [WaitingCaller("h-1.5", 1.0, 10)]
    await stage.keeper.tick()
    assert stage.room.held == {}
    [ringing] = stage.keeper._ringing.values()
    assert ringing.flight.seat == ""
    stage.dialler.let_go()
    await ringing.task


async def test_places_are_served_in_order(stage: Stage) -> None:
    for number in ("13800000001", "13800000002", "13800000003"):
        await stage.ask(number)
        stage.clock.advance(timedelta(seconds=1))
    stage.room.seats = {"PJSIP/1001": "ready", "PJSIP/1002": "ready"}
    await stage.tick()
    assert [call.number[-1] for call in stage.dialler.dialled] == ["1", "2"]
