"""The handler of who wants to be called back: on the wire, with a real list."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial

import pytest

from agi_scripts import callback_offer
from agi_scripts.server import FastAgiServer
from agi_scripts.speech import SpokenValues
from core.calendar import OfficeCalendar
from core.clock import FixedClock
from core.db import SessionFactory
from core.settings import Settings
from ivr.callbacks.book import CallbackBook
from ivr.callbacks.hours import CallingHours
from ivr.callbacks.tables import Callback
from ivr.queues import QUEUES
from tests.agi_scripts.asterisk import FakeAsterisk
from tests.ports import free_port

OWN = "13800001234"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


class Calendar:
    current = OfficeCalendar()


class Door:
    """A FastAGI server with this one handler."""

    def __init__(self, sessions: SessionFactory, clock: FixedClock) -> None:
        settings = Settings()
        self.clock, self.port = clock, free_port()
        self.book = CallbackBook(sessions, settings.callback, clock)
        hours = CallingHours(settings, Calendar(), QUEUES, clock)
        self.desk = callback_offer.CallbackDesk(settings, self.book, SpokenValues(), hours, clock)

    async def call(self, *keys: str, caller: str = OWN, presentation: int = 0) -> FakeAsterisk:
        since = str(int(self.clock.now().timestamp()) - 40)
        asterisk = FakeAsterisk(self.port, list(keys), caller, presentation, argument=since)
        await asterisk.call("callback-offer", partial(_obey, asterisk))
        return asterisk

    async def only(self) -> Callback:
        [row] = await self.book.open()
        return row


def _obey(asterisk: FakeAsterisk, words: list[str]) -> str:
    if words[:4] == ["GET", "FULL", "VARIABLE", "${HL_CALL}"]:
        return "200 result=1 (hl-1700000000.1)"
    return asterisk.obey(words)


@pytest.fixture
async def door(sessions: SessionFactory, clock: FixedClock) -> AsyncIterator[Door]:
    door = Door(sessions, clock)
    handlers = {"callback-offer": partial(callback_offer.handle, desk=door.desk)}
    server = await asyncio.start_server(FastAgiServer(handlers)._accept, "127.0.0.1", door.port)
    yield door
    server.close()
    await server.wait_closed()


async def test_the_place_is_kept_from_when_the_caller_joined(door: Door) -> None:
    asterisk = await door.call("1")
    row = await door.only()
    assert (row.number, row.queue, row.call_id) == (OWN, "general", "hl-1700000000.1")
    assert row.joined_at == door.clock.now() - timedelta(seconds=40)
    assert asterisk.variables["HL_NEXT"] == "goodbye"
    assert asterisk.events == ["KEY,1", f"CALLBACK,{row.id}"]
    assert asterisk.played[-1] == "callback-kept"


async def test_the_number_is_read_out_digit_by_digit(door: Door) -> None:
    asterisk = await door.call("", "1")
    end = asterisk.played.index("callback-confirm")
    units = [unit.rpartition("/")[2] for unit in SpokenValues().digits("zh_CN", OWN)]
    assert asterisk.played[:end] == ["callback-offer", *units]


async def test_a_withheld_caller_must_type_a_number(door: Door) -> None:
    asterisk = await door.call(*"13900005678#", "1", presentation=32)
    assert asterisk.played[0] == "callback-withheld"
    assert (await door.only()).number == "13900005678"


@pytest.mark.parametrize("keys", [["0"], [], ["hangup"]])
async def test_without_a_call_back_the_dialplan_is_told_nothing(door: Door, keys: list[str]) -> None:
    asterisk = await door.call(*keys)
    assert "HL_NEXT" not in asterisk.variables
    assert await door.book.open() == []


async def test_who_hangs_up_after_it_was_noted_is_called(door: Door) -> None:
    await door.call("1", "hangup")
    assert (await door.only()).number == OWN


async def test_a_list_that_cannot_be_written_costs_nobody_the_place(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(**_fields: object) -> int:
        await asyncio.Event().wait()
        return 0

    monkeypatch.setattr(callback_offer, "NOTE_S", 0.05)
    monkeypatch.setattr(door.book, "ask", never)
    asterisk = await door.call("1")
    assert "HL_NEXT" not in asterisk.variables
    assert asterisk.played[-1] == "callback-lost"


@pytest.mark.parametrize("since", ["", "tomorrow", "0", "99999999999999", "1"])
def test_a_wait_that_cannot_be_begins_now(since: str, clock: FixedClock) -> None:
    assert callback_offer._since(since, clock.now()) == clock.now()


async def test_at_night_it_is_said_when(door: Door) -> None:
    door.clock.advance(timedelta(hours=14))
    asterisk = await door.call("1")
    assert asterisk.played[-1] == "callback-kept-later"
