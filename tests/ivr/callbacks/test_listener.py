"""Which calls are missed (漏接)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core.clock import FixedClock
from core.db import SessionFactory
from core.events import CallChanged
from core.settings import Callback as Rules
from core.settings import Settings
from ivr.callbacks.book import CallbackBook
from ivr.callbacks.listener import MissedCalls
from ivr.callbacks.tables import CallbackKind
from ivr.ledger.tables import Call, Direction, Outcome

SETTINGS = Settings.model_construct(callback=Rules(missed_after_s=10))


class Ear:
    """A listener and the list it writes."""

    def __init__(self, sessions: SessionFactory, clock: FixedClock) -> None:
        self.sessions, self.clock = sessions, clock
        self.book = CallbackBook(sessions, SETTINGS.callback, clock)
        self.missed = MissedCalls(SETTINGS, sessions, self.book)

    async def hear(self, call_id: str = "hl-1.1", **changes: Any) -> None:
        now = self.clock.now()
        fields = {
            "caller": "13800001234",
            "queue": "general",
            "queued_at": now,
            "wait_s": 12.0,
            "outcome": Outcome.ABANDONED,
            "direction": Direction.INBOUND,
            "marks": [],
            **changes,
        }
        async with self.sessions.begin() as session:
            session.add(Call(id=call_id, trunk="demo", started_at=now, ended_at=now, **fields))
        await self.missed.handle(CallChanged(at=now, call_id=call_id, ended=True))


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One sort is enough here: test_book.py tries both."""
    return sqlite_url


@pytest.fixture
def ear(sessions: SessionFactory, clock: FixedClock) -> Ear:
    return Ear(sessions, clock)


async def test_who_gave_up_waiting(ear: Ear) -> None:
    await ear.hear()
    [row] = await ear.book.open()
    assert (row.kind, row.number, row.queue) == (CallbackKind.MISSED, "13800001234", "general")


@pytest.mark.parametrize(
    "changes",
    [
        {"wait_s": 9.0},
        {"outcome": Outcome.MESSAGE},
        {"outcome": Outcome.HUNG_UP_IN_MENU, "queued_at": None, "wait_s": 0.0},
        {"caller": ""},
        {"caller": "95588"},
        {"caller": "+85221234567"},
        {"direction": Direction.OUTBOUND},
        {"marks": ["confidential"]},
    ],
)
async def test_who_is_not_missed(ear: Ear, changes: dict[str, Any]) -> None:
    await ear.hear(**changes)
    assert await ear.book.open() == []


async def test_a_later_answered_call_takes_the_number_off_the_list(ear: Ear) -> None:
    await ear.hear()
    ear.clock.advance(timedelta(minutes=3))
    await ear.hear("hl-1.2", outcome=Outcome.ANSWERED, seat_answered_at=ear.clock.now())
    assert await ear.book.open() == []


async def test_told_twice_it_is_one(ear: Ear) -> None:
    await ear.hear()
    await ear.missed.handle(CallChanged(at=ear.clock.now(), call_id="hl-1.1", ended=True))
    assert len(await ear.book.open()) == 1


async def test_a_call_nobody_knows_is_left_alone(ear: Ear) -> None:
    await ear.missed.handle(CallChanged(at=ear.clock.now(), call_id="hl-9.9", ended=True))
    assert await ear.book.open() == []


def test_only_the_end_of_a_call_is_heard(clock: FixedClock) -> None:
    assert not MissedCalls.wants(CallChanged(at=clock.now(), call_id="hl-1.1", ended=False))
