"""The list of call-backs, on both databases."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from core.clock import FixedClock
from core.db import SessionFactory
from core.errors import ConflictError, NotFoundError
from core.settings import Callback as Rules
from ivr.callbacks import hand
from ivr.callbacks.book import CallbackBook
from ivr.callbacks.tables import Callback, CallbackKind, CallbackState
from ivr.ledger.tables import Call, Outcome
from ivr.outbound.dialler import DialResult

NUMBER = "13800001234"
RULES = Rules(attempts=2, retry_s=600, expiry_hours=24)


@pytest.fixture
def book(sessions: SessionFactory, clock: FixedClock) -> CallbackBook:
    return CallbackBook(sessions, RULES, clock)


def call(clock: FixedClock, call_id: str = "hl-1.1", **more: Any) -> Call:
    fields = {"caller": NUMBER, "queue": "general", "outcome": Outcome.ABANDONED, **more}
    return Call(id=call_id, trunk="demo", started_at=clock.now(), queued_at=clock.now(), **fields)


async def ask(book: CallbackBook, joined_at: datetime, **more: Any) -> int:
    fields = {"number": NUMBER, "queue": "general", "call_id": "hl-1.1", **more}
    return await book.ask(joined_at=joined_at, **fields)


async def only(book: CallbackBook) -> Callback:
    [row] = await book.open()
    return row


async def closed(sessions: SessionFactory, row_id: int) -> Callback:
    async with sessions() as session:
        row = await session.get(Callback, row_id)
    assert row is not None
    return row


async def test_asked_twice_it_is_one_call_back_with_the_better_place(
    book: CallbackBook, clock: FixedClock
) -> None:
    joined = clock.now()
    first = await ask(book, joined)
    clock.advance(timedelta(minutes=5))
    assert await ask(book, clock.now(), call_id="hl-1.2") == first
    row = await only(book)
    assert (row.joined_at, row.kind, row.state) == (joined, CallbackKind.REQUESTED, CallbackState.WAITING)


async def test_asked_at_the_same_moment_it_is_still_one(book: CallbackBook, clock: FixedClock) -> None:
    ids = await asyncio.gather(*(ask(book, clock.now(), call_id=f"hl-1.{n}") for n in range(5)))
    assert len(set(ids)) == 1
    await only(book)


async def test_a_missed_call_is_on_the_list_once(book: CallbackBook, clock: FixedClock) -> None:
    assert await book.miss(call(clock)) is not None
    assert await book.miss(call(clock)) is None, "told of the same call again"
    assert await book.miss(call(clock, "hl-1.2")) is None, "the number is on the list"
    assert (await only(book)).kind == CallbackKind.MISSED


async def test_who_asks_after_being_missed_has_asked(book: CallbackBook, clock: FixedClock) -> None:
    missed = await book.miss(call(clock))
    clock.advance(timedelta(minutes=1))
    assert await ask(book, clock.now(), queue="english", language="en") == missed
    row = await only(book)
    assert (row.kind, row.queue, row.language) == (CallbackKind.REQUESTED, "english", "en")
    assert row.joined_at == clock.now(), "the place is that of the caller who stayed in line"


async def test_who_was_answered_later_is_not_called(
    book: CallbackBook, clock: FixedClock, sessions: SessionFactory
) -> None:
    row_id = await book.miss(call(clock))
    assert row_id is not None
    clock.advance(timedelta(minutes=1))
    later = call(clock, "hl-1.2", outcome=Outcome.ANSWERED, seat_answered_at=clock.now())
    assert await book.answered(later) == 1
    assert await book.answered(later) == 0
    assert (await closed(sessions, row_id)).state == CallbackState.DONE


async def test_an_answer_before_the_call_was_missed_closes_nothing(
    book: CallbackBook, clock: FixedClock
) -> None:
    earlier = call(clock, "hl-1.0", outcome=Outcome.ANSWERED, seat_answered_at=clock.now())
    clock.advance(timedelta(minutes=1))
    await book.miss(call(clock))
    assert await book.answered(earlier) == 0


async def test_places_are_in_order_and_missed_calls_come_last(book: CallbackBook, clock: FixedClock) -> None:
    now = clock.now()
    await book.miss(call(clock, caller="13800000001"))
    await ask(book, now + timedelta(seconds=9), number="13800000002", call_id="hl-1.2")
    await ask(book, now + timedelta(seconds=5), number="13800000003", call_id="hl-1.3")
    assert [row.number[-1] for row in await book.open()] == ["3", "2", "1"]


async def test_an_attempt_is_counted_before_the_phone_rings(book: CallbackBook, clock: FixedClock) -> None:
    row_id = await ask(book, clock.now())
    assert await book.begin(row_id, "hl-2.900000001")
    row = await only(book)
    assert (row.state, row.attempts, row.attempt_call_id) == (CallbackState.DIALLING, 1, "hl-2.900000001")
    assert not await book.begin(row_id, "hl-2.900000002"), "it rings already"


@pytest.mark.parametrize("result", [DialResult.BUSY, DialResult.NO_ANSWER, DialResult.FAILED])
async def test_who_is_not_reached_is_tried_again_then_given_up(
    book: CallbackBook, clock: FixedClock, sessions: SessionFactory, result: DialResult
) -> None:
    row_id = await ask(book, clock.now())
    await book.begin(row_id, "a")
    await book.dialled(row_id, "a", result)
    row = await only(book)
    assert (row.state, row.result) == (CallbackState.WAITING, result)
    assert row.next_at == clock.now() + timedelta(seconds=600)
    await book.begin(row_id, "b")
    await book.dialled(row_id, "b", result)
    assert (await closed(sessions, row_id)).state == CallbackState.FAILED
    assert await book.open() == []


async def test_no_free_channel_is_no_attempt(book: CallbackBook, clock: FixedClock) -> None:
    row_id = await ask(book, clock.now())
    await book.begin(row_id, "a")
    await book.dialled(row_id, "a", DialResult.NO_CHANNEL)
    row = await only(book)
    assert (row.attempts, row.state) == (0, CallbackState.WAITING)


async def test_a_number_that_is_refused_is_not_tried_again(
    book: CallbackBook, clock: FixedClock, sessions: SessionFactory
) -> None:
    row_id = await ask(book, clock.now())
    await book.begin(row_id, "a")
    await book.dialled(row_id, "a", DialResult.REFUSED)
    assert (await closed(sessions, row_id)).state == CallbackState.FAILED


@pytest.mark.parametrize("result", [DialResult.ANSWERED, DialResult.UNKNOWN])
async def test_an_answered_call_is_dialling_until_it_is_over(
    book: CallbackBook, clock: FixedClock, sessions: SessionFactory, result: DialResult
) -> None:
    row_id = await ask(book, clock.now())
    await book.begin(row_id, "a")
    await book.dialled(row_id, "a", result)
    assert (await only(book)).state == CallbackState.DIALLING
    await book.ended(row_id, "b", reached=True, result="answered")
    assert (await only(book)).state == CallbackState.DIALLING, "another attempt's call"
    await book.ended(row_id, "a", reached=True, result="answered")
    assert (await closed(sessions, row_id)).state == CallbackState.DONE


async def test_who_hung_up_while_waiting_for_a_seat_is_called_again(
    book: CallbackBook, clock: FixedClock
) -> None:
    row_id = await ask(book, clock.now())
    await book.begin(row_id, "a")
    await book.dialled(row_id, "a", DialResult.ANSWERED)
    await book.ended(row_id, "a", reached=False, result="abandoned")
    row = await only(book)
    assert (row.state, row.result, row.attempts) == (CallbackState.WAITING, "abandoned", 1)


async def test_who_was_answered_meanwhile_is_not_dialled(
    book: CallbackBook, clock: FixedClock, sessions: SessionFactory
) -> None:
    row_id = await ask(book, clock.now())
    clock.advance(timedelta(minutes=1))
    async with sessions.begin() as session:
        answered = call(clock, "hl-1.2", outcome=Outcome.ANSWERED)
        answered.seat_answered_at = clock.now()
        session.add(answered)
    assert not await book.begin(row_id, "a")
    assert (await closed(sessions, row_id)).state == CallbackState.DONE


async def test_what_is_not_reached_in_time_expires(
    book: CallbackBook, clock: FixedClock, sessions: SessionFactory
) -> None:
    row_id = await ask(book, clock.now())
    clock.advance(timedelta(hours=23))
    assert await book.expire() == 0
    clock.advance(timedelta(hours=1))
    assert await book.expire() == 1
    assert (await closed(sessions, row_id)).state == CallbackState.EXPIRED
    assert not await book.begin(row_id, "a")


async def test_people_cancel_and_retry(
    book: CallbackBook, clock: FixedClock, sessions: SessionFactory
) -> None:
    row_id = await ask(book, clock.now())
    how = {"sessions": sessions, "actor_id": None, "address": "", "clock": clock}
    await hand.cancel(row_id=row_id, note="已电话联系", **how)  # type: ignore[arg-type]
    assert await book.open() == []
    with pytest.raises(ConflictError):
        await hand.cancel(row_id=row_id, note="", **how)  # type: ignore[arg-type]
    await hand.retry(row_id=row_id, expiry_hours=24, **how)  # type: ignore[arg-type]
    assert (await only(book)).attempts == 0
    await book.begin(row_id, "a")
    with pytest.raises(ConflictError):
        await hand.cancel(row_id=row_id, note="", **how)  # type: ignore[arg-type]
    with pytest.raises(NotFoundError):
        await hand.retry(row_id=999, expiry_hours=24, **how)  # type: ignore[arg-type]


async def test_a_number_is_not_on_the_list_twice_by_retrying(
    book: CallbackBook, clock: FixedClock, sessions: SessionFactory
) -> None:
    row_id = await ask(book, clock.now())
    how = {"sessions": sessions, "actor_id": None, "address": "", "clock": clock}
    await hand.cancel(row_id=row_id, note="", **how)  # type: ignore[arg-type]
    await ask(book, clock.now(), call_id="hl-1.2")
    with pytest.raises(ConflictError):
        await hand.retry(row_id=row_id, expiry_hours=24, **how)  # type: ignore[arg-type]
