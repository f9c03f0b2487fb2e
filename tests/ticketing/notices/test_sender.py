"""ticketing.notices.sender: when messages go, how often, and that none is lost or sent twice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from core.clock import FixedClock
from core.db import SessionFactory
from core.delivery import Outcome
from core.notice_settings import Notices
from core.tables import Account
from tests.ticketing.notices.conftest import Remembering
from ticketing.notices import queue
from ticketing.notices.adapters import Result
from ticketing.notices.sender import Sender
from ticketing.notices.tables import Held, OutgoingAttempt, OutgoingMessage, SendState
from ticketing.tables import Case

Put = Callable[..., Awaitable[list[int]]]
AWAY = Result(Outcome.RETRY, why="无法连接", is_down=True)
BUSY = Result(Outcome.RETRY, 429, "对方应答 429", retry_after_s=120)
NEVER = Result(Outcome.REFUSED, 422, "对方应答 422")


@pytest.fixture
async def case_id(sessions: SessionFactory, clock: FixedClock) -> int:
    """A bare case: a sender asks no more of it."""
    now = clock.now()
    case = Case(stage="registered", source="telephone", number="21", created_at=now, changed_at=now)
    async with sessions() as session:
        session.add(case)
        await session.commit()
    return case.id


@pytest.fixture
def put(sessions: SessionFactory, clock: FixedClock, case_id: int) -> Put:
    """Add waiting messages, each to a number of its own unless `person` is given."""

    async def add(count: int = 1, **other: object) -> list[int]:
        rows = []
        async with sessions() as session:
            last = len((await session.scalars(select(OutgoingMessage.id))).all())
            for n in range(last, last + count):
                values: dict[str, object] = {
                    "recipient": f"138{n:08}",
                    "person": f"138{n:08}",
                    "channel": "sms",
                    "audience": "reporter",
                    "text": f"第{n}条",
                }
                values |= other
                row = OutgoingMessage(
                    key=f"key-{n}",
                    case_id=case_id,
                    move="register",
                    language="zh",
                    state=SendState.WAITING,
                    created_at=clock.now(),
                    since=clock.now(),
                    next_at=clock.now(),
                    **values,
                )
                session.add(row)
                rows.append(row)
            await session.commit()
        return [row.id for row in rows]

    return add


async def _all(sessions: SessionFactory) -> list[OutgoingMessage]:
    async with sessions() as session:
        return list(await session.scalars(select(OutgoingMessage).order_by(OutgoingMessage.id)))


async def _rounds(sender: Sender) -> None:
    """Until nothing is due."""
    for _ in range(200):
        if not await sender.once():
            return
    raise AssertionError("the sender never comes to rest")


async def test_what_is_due_is_sent_and_written_down(
    sessions: SessionFactory, put: Put, sender: Sender, adapter: Remembering, clock: FixedClock
) -> None:
    await put(20)
    await _rounds(sender)
    rows = await _all(sessions)
    assert {(one.state, one.sent_at, one.reference, one.attempts) for one in rows} == {
        (SendState.SENT, clock.now(), "g-1", 1)
    }
    assert sorted(one.key for one in adapter.given) == sorted(one.key for one in rows)
    async with sessions() as session:
        attempts = (await session.scalars(select(OutgoingAttempt))).all()
    assert {(one.outcome, one.status) for one in attempts} == {("delivered", 200)}
    assert len(attempts) == 20


async def test_at_night_messages_wait_for_the_morning_and_urgent_ones_do_not(
    sessions: SessionFactory, put: Put, sender: Sender, adapter: Remembering, clock: FixedClock
) -> None:
    clock.advance(datetime(2026, 11, 23, 14, 0, tzinfo=UTC) - clock.now())  # 22:00 in China
    await put(2)
    await put(1, urgent=True)
    await _rounds(sender)
    assert [one.text for one in adapter.given] == ["第2条"]
    waiting = (await _all(sessions))[0]
    assert (waiting.state, waiting.held, waiting.why) == (
        "waiting",
        "quiet",
        "夜间免打扰，11-24 08:00 后发送",
    )
    clock.advance(timedelta(hours=9, minutes=59))
    await _rounds(sender)
    assert len(adapter.given) == 1
    clock.advance(timedelta(minutes=1))
    await _rounds(sender)
    assert len(adapter.given) == 3


async def test_urgent_ones_wait_too_where_the_setting_says_so(
    put: Put, sender: Sender, adapter: Remembering, clock: FixedClock
) -> None:
    clock.advance(timedelta(hours=13))
    await put(1, urgent=True)
    sender.rules = Notices(urgent_at_once=False)
    await _rounds(sender)
    assert adapter.given == []


async def test_what_is_over_a_persons_limit_is_said_and_kept(
    sessions: SessionFactory, put: Put, sender: Sender, adapter: Remembering, clock: FixedClock
) -> None:
    await put(5, person="13800009999")
    await _rounds(sender)
    assert len(adapter.given) == 3
    held = [one for one in await _all(sessions) if one.state == SendState.WAITING]
    assert {(one.held, one.why) for one in held} == {("limit", "1 小时内已发 3 条，每人限 3 条")}
    clock.advance(timedelta(minutes=59))
    await _rounds(sender)
    assert len(adapter.given) == 3
    clock.advance(timedelta(minutes=1))
    await _rounds(sender)
    assert {one.state for one in await _all(sessions)} == {SendState.SENT}


async def test_the_limit_of_a_day_counts_all_channels(
    sessions: SessionFactory, put: Put, sender: Sender, adapter: Remembering, clock: FixedClock
) -> None:
    sender.rules = Notices(per_hour=2, per_day=3)
    await put(3, person="p")
    await put(2, person="p", channel="email")
    await _rounds(sender)
    clock.advance(timedelta(hours=1))
    await _rounds(sender)
    assert len(adapter.given) == 3
    assert {one.why for one in await _all(sessions) if one.state == SendState.WAITING} == {
        "24 小时内已发 3 条，每人限 3 条"
    }


async def test_our_own_people_have_limits_of_their_own(
    sessions: SessionFactory, put: Put, sender: Sender, adapter: Remembering, clock: FixedClock
) -> None:
    one = Account(username="p", display_name="p", role="department", password_hash="", created_at=clock.now())
    async with sessions() as session:
        session.add(one)
        await session.commit()
    await put(20, person="account:1", account_id=one.id, audience="unit")
    await _rounds(sender)
    assert len(adapter.given) == 20


async def test_a_channel_that_is_off_skips(sessions: SessionFactory, put: Put, sender: Sender) -> None:
    sender.adapters = {}
    await put(1)
    await _rounds(sender)
    (row,) = await _all(sessions)
    assert (row.state, row.why, row.attempts) == (SendState.SKIPPED, "该通道未开通", 0)


async def test_a_refused_message_is_not_repeated(
    sessions: SessionFactory, put: Put, sender: Sender, adapter: Remembering, clock: FixedClock
) -> None:
    await put(1)
    adapter.answers = [NEVER]
    await _rounds(sender)
    clock.advance(timedelta(hours=2))
    await _rounds(sender)
    (row,) = await _all(sessions)
    assert (row.state, row.why, len(adapter.given)) == (SendState.FAILED, "对方应答 422", 1)


async def test_a_busy_gateway_is_given_the_time_it_asks_for_and_others_go_on(
    sessions: SessionFactory, put: Put, sender: Sender, adapter: Remembering, clock: FixedClock
) -> None:
    sender.rules = Notices(at_once=1)
    await put(2)
    adapter.answers = [BUSY]
    await _rounds(sender)
    first, second = await _all(sessions)
    assert (first.held, first.next_at, second.state) == (
        Held.RETRY,
        clock.now() + timedelta(seconds=120),
        SendState.SENT,
    )


async def test_an_outage_of_a_day_costs_few_attempts_and_no_message(
    sessions: SessionFactory, put: Put, sender: Sender, adapter: Remembering, clock: FixedClock
) -> None:
    sender.rules = Notices(hours="always", at_once=4)
    await put(24)
    end = clock.now() + timedelta(days=1)
    adapter.answers = [AWAY] * 10_000
    while clock.now() < end:
        await _rounds(sender)
        clock.advance(timedelta(minutes=15))
    assert len(adapter.given) < 150  # a probe at each look, not all messages again and again
    assert {one.state for one in await _all(sessions)} == {SendState.WAITING}
    adapter.answers, tried = [], len(adapter.given)
    clock.advance(timedelta(minutes=5))
    await _rounds(sender)
    assert {one.state for one in await _all(sessions)} == {SendState.SENT}
    assert sorted(one.key for one in adapter.given[tried:]) == sorted(f"key-{n}" for n in range(24))


async def test_another_channel_goes_on_while_one_is_down(
    sessions: SessionFactory, put: Put, sender: Sender, clock: FixedClock
) -> None:
    down, up = Remembering(answers=[AWAY] * 50), Remembering()
    sender.adapters = {"sms": down, "email": up}
    await put(10)
    await put(10, channel="email")
    await _rounds(sender)
    assert len(up.given) == 10
    assert {one.state for one in await _all(sessions) if one.channel == "sms"} == {SendState.WAITING}


async def test_nobody_for_three_days_is_given_up_and_said(
    sessions: SessionFactory, put: Put, sender: Sender, adapter: Remembering, clock: FixedClock
) -> None:
    sender.rules = Notices(hours="always")
    await put(1)
    adapter.answers = [AWAY] * 500
    for _ in range(80):
        await _rounds(sender)
        clock.advance(timedelta(hours=1))
    (row,) = await _all(sessions)
    assert (row.state, row.why) == (SendState.FAILED, "72 小时内未能发出，已停止重试：无法连接")


async def test_a_killed_senders_message_is_taken_over_under_the_same_key(
    sessions: SessionFactory, put: Put, sender: Sender, adapter: Remembering, clock: FixedClock
) -> None:
    class Killed(BaseException):
        pass

    async def die(*_: object) -> Result:
        raise Killed

    await put(1)
    dying = replace(sender, adapters={"sms": type("Dying", (), {"send": die})()})
    with pytest.raises(Killed):
        await dying.once()
    await _rounds(sender)
    assert adapter.given == []  # the lease is the dead one's still
    clock.advance(queue.LEASE)
    await _rounds(sender)
    assert [one.key for one in adapter.given] == ["key-0"]
    (row,) = await _all(sessions)
    assert (row.state, row.attempts) == (SendState.SENT, 1)


async def test_who_lost_the_lease_writes_nothing(
    sessions: SessionFactory, put: Put, sender: Sender, adapter: Remembering, clock: FixedClock
) -> None:
    """A sender that was stopped (SIGSTOP) in the middle, and goes on when another has sent the message."""
    await put(1)

    class Slow:
        async def send(self, *_: object) -> Result:
            clock.advance(queue.LEASE)
            await _rounds(sender)
            return NEVER

    await replace(sender, adapters={"sms": Slow()}).once()
    (row,) = await _all(sessions)
    assert (row.state, row.reference, row.attempts) == (SendState.SENT, "g-1", 1)


async def test_two_senders_share_the_work(
    sessions: SessionFactory, put: Put, sender: Sender, adapter: Remembering
) -> None:
    await put(30)
    await asyncio.gather(*(_rounds(one) for one in (sender, replace(sender))))
    await _rounds(sender)
    assert sorted(one.key for one in adapter.given) == sorted(f"key-{n}" for n in range(30))


@pytest.mark.parametrize("held", [Held.NOTHING, Held.RETRY, Held.LIMIT])
async def test_a_clock_put_back_keeps_no_message_waiting(
    sessions: SessionFactory,
    put: Put,
    sender: Sender,
    adapter: Remembering,
    clock: FixedClock,
    held: Held,
) -> None:
    (message_id,) = await put(1)
    async with sessions() as session:
        row = await session.get_one(OutgoingMessage, message_id)
        row.next_at, row.held = clock.now() + timedelta(days=3), held
        await session.commit()
    await _rounds(sender)
    assert len(adapter.given) == 1


async def test_a_bug_in_an_adapter_keeps_the_message(
    sessions: SessionFactory, put: Put, sender: Sender
) -> None:
    sender.adapters = {"sms": object()}  # type: ignore[dict-item]
    await put(1)
    await _rounds(sender)
    (row,) = await _all(sessions)
    assert (row.state, row.held, row.why) == (SendState.WAITING, Held.RETRY, "程序错误：AttributeError")
