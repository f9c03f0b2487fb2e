"""Webhooks against real receivers on loopback: signed, in order, at least once, none held up by another."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core.audit import Action
from core.clock import FixedClock
from core.db import SessionFactory
from core.delivery import is_signed
from core.errors import InvalidError
from core.events import CaseMoved, CaseOpened
from core.keybox import KeyBox
from core.platform_settings import Webhooks
from core.tables import Account, AuditEntry
from tests.ticketing.receiver import LOOPBACK, Receiver, receiving
from ticketing import moves
from ticketing.lanes import Lanes
from ticketing.tables import Case
from ticketing.webhooks.events import Events
from ticketing.webhooks.missed import Missed
from ticketing.webhooks.sender import Sender
from ticketing.webhooks.subscriptions import By, NoSuchWebhookError, Subscriptions, TooManyWebhooksError
from ticketing.webhooks.tables import Webhook, WebhookAttempt, WebhookDelivery, WebhookState

BOX = KeyBox(b"test")
#: Nothing in it depends on the database.
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@dataclass
class Desk:
    """Everything of webhooks, and somebody who may set them up."""

    sessions: SessionFactory
    clock: FixedClock
    by: By
    subscriptions: Subscriptions
    events: Events
    sender: Sender

    async def subscribe(self, url: str, **more: Any) -> tuple[Webhook, str]:
        given: dict[str, Any] = {"name": "测试", "moves": [], "stages": []} | more
        return await self.subscriptions.make(self.by, url=url, **given)

    async def webhook(self, webhook_id: int) -> Webhook:
        async with self.sessions() as session:
            return await session.get_one(Webhook, webhook_id)

    async def deliveries(self, webhook_id: int) -> list[WebhookDelivery]:
        query = select(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook_id)
        async with self.sessions() as session:
            return list(await session.scalars(query.order_by(WebhookDelivery.sequence)))

    async def attempts(self) -> list[WebhookAttempt]:
        async with self.sessions() as session:
            return list(await session.scalars(select(WebhookAttempt).order_by(WebhookAttempt.id)))


@pytest.fixture
def desk(sessions: SessionFactory, clock: FixedClock, people: dict[str, Account]) -> Desk:
    by = By(people["administrator"].id, "127.0.0.1")
    rules = Webhooks()
    return Desk(
        sessions,
        clock,
        by,
        Subscriptions(sessions, clock, BOX, rules.most),
        Events(sessions, clock),
        Sender(sessions, clock, BOX, LOOPBACK, rules),
    )


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as made:
        yield made


@pytest.fixture
def urge(
    desk: Desk, people: dict[str, Account], draft: Case, complete: dict[str, Any]
) -> Callable[[], Awaitable[Case]]:
    """Register the draft, then urge it, again and again: one event each time."""
    held = {"case": draft}

    async def step() -> Case:
        desk.clock.advance(timedelta(seconds=1))
        case = held["case"]
        move = "register" if case.stage == "draft" else "urge"
        held["case"] = await moves.move(
            desk.sessions,
            case_id=case.id,
            move=move,
            actor=people["seat"],
            version=case.version,
            fields=complete if move == "register" else {},
            clock=desk.clock,
        )
        await desk.events.handle(CaseMoved(at=desk.clock.now(), case_id=case.id, move=move))
        return held["case"]

    return step


def bodies(receiver: Receiver) -> list[dict[str, Any]]:
    return [json.loads(one.body) for one in receiver.heard]


async def test_a_move_arrives_signed_and_once(
    desk: Desk, receiver: Receiver, urge: Callable[[], Awaitable[Case]]
) -> None:
    webhook, secret = await desk.subscribe(receiver.url)
    assert secret not in (await desk.webhook(webhook.id)).sealed_secret
    case = await urge()
    await desk.events.handle(CaseMoved(at=desk.clock.now(), case_id=case.id, move="register"))  # again
    await desk.sender.drain(webhook.id)
    (heard,) = receiver.heard
    said = json.loads(heard.body)
    assert (said["id"], said["move"], said["from_stage"], said["to_stage"], said["sequence"]) == (
        *(f"case-{case.id}-2", "register", "draft", "registered"),
        1,
    )
    assert said["case"]["number"] == case.number
    stamp, signature = heard.headers["X-Hotline-Timestamp"], heard.headers["X-Hotline-Signature"]
    assert is_signed(secret, stamp, signature, heard.body, desk.clock.now())
    assert not is_signed(secret, stamp, signature, heard.body + b" ", desk.clock.now())
    assert heard.headers["Idempotency-Key"] == said["id"]
    (attempt,) = await desk.attempts()
    assert (attempt.status, attempt.problem) == (200, "")
    assert said["id"] in attempt.request
    assert "13800001234" not in heard.body.decode()  # who called is nobody's business
    assert "路灯" not in heard.body.decode()


@on_sqlite
async def test_only_what_was_subscribed_to(
    desk: Desk, receiver: Receiver, urge: Callable[[], Awaitable[Case]], draft: Case
) -> None:
    by_move, _ = await desk.subscribe(receiver.url, moves=["urge"])
    by_stage, _ = await desk.subscribe(receiver.url, stages=["closed"])
    await desk.events.handle(CaseOpened(at=draft.created_at, case_id=draft.id, call_id=draft.call_id))
    await urge()
    await urge()
    assert [one.move for one in await desk.deliveries(by_move.id)] == ["urge"]
    assert await desk.deliveries(by_stage.id) == []


async def test_in_order_and_waiting_longer_after_each_failure(
    desk: Desk, receiver: Receiver, urge: Callable[[], Awaitable[Case]]
) -> None:
    webhook, _ = await desk.subscribe(receiver.url)
    receiver.says(503, "busy")
    waits = []
    for _ in range(3):
        await urge()
        await desk.sender.drain(webhook.id)
        row = await desk.webhook(webhook.id)
        assert row.next_at
        waits.append((row.next_at - desk.clock.now()).total_seconds())
        assert await desk.sender.due() == []
        desk.clock.advance(timedelta(seconds=waits[-1]))
        assert await desk.sender.due() == [webhook.id]
    assert waits == [10, 30, 60]
    assert {one["sequence"] for one in bodies(receiver)} == {1}  # nothing overtakes
    receiver.heard.clear()
    receiver.says(200)
    await desk.sender.drain(webhook.id)
    assert [one["sequence"] for one in bodies(receiver)] == [1, 2, 3]
    row = await desk.webhook(webhook.id)
    assert (row.failures, row.failing_since, row.next_at) == (0, None, None)
    assert [one.state for one in await desk.deliveries(webhook.id)] == ["delivered"] * 3
    assert (await desk.attempts())[0].response == "busy"


@on_sqlite
async def test_one_that_hangs_holds_up_nobody(
    desk: Desk, receiver: Receiver, urge: Callable[[], Awaitable[Case]]
) -> None:
    async with receiving() as other:
        freed = receiver.hangs()
        slow, _ = await desk.subscribe(receiver.url)
        fast, _ = await desk.subscribe(other.url)
        lanes = Lanes(desk.sender.due, desk.sender.drain, look_s=0.05)
        running = asyncio.create_task(lanes.run())
        try:
            for expected in (1, 2, 3):
                await urge()
                lanes.wake()
                async with asyncio.timeout(60):
                    while len(await desk.deliveries(fast.id)) < expected or len(other.heard) < expected:
                        other.called.clear()
                        await other.called.wait()
            assert [one["sequence"] for one in bodies(other)] == [1, 2, 3]
            assert len(receiver.heard) == 1
            assert {one.state for one in await desk.deliveries(slow.id)} == {"waiting"}
        finally:
            freed.set()
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running


async def test_nobody_there_is_waited_for_and_at_last_switched_off(
    desk: Desk, urge: Callable[[], Awaitable[Case]]
) -> None:
    async with receiving() as gone:
        webhook, _ = await desk.subscribe(gone.url)
    await urge()
    for hours in (0, 71, 2):
        desk.clock.advance(timedelta(hours=hours))
        await desk.sender.drain(webhook.id)
        assert (await desk.webhook(webhook.id)).state == ("active" if hours != 2 else "disabled")
    row = await desk.webhook(webhook.id)
    assert row.why.startswith("连续 72 小时没有一次成功")
    assert [one.kind for one in await desk.sender.alarms()] == [f"webhook:{webhook.id}"]
    async with desk.sessions() as session:
        query = select(AuditEntry.actor_id).where(AuditEntry.action == Action.WEBHOOK_DISABLED)
        assert list(await session.scalars(query)) == [None]
    await urge()  # nothing is lost meanwhile
    assert await desk.sender.due() == []
    async with receiving() as back:
        await desk.subscriptions.change(desk.by, webhook.id, {"is_active": True, "url": back.url})
        await desk.sender.drain(webhook.id)
        assert [one["sequence"] for one in bodies(back)] == [1, 2]
    assert await desk.sender.alarms() == []


@on_sqlite
async def test_an_event_refused_for_a_day_lets_the_next_one_pass(
    desk: Desk, receiver: Receiver, urge: Callable[[], Awaitable[Case]]
) -> None:
    webhook, _ = await desk.subscribe(receiver.url)
    await urge()
    receiver.says(422)
    await desk.sender.drain(webhook.id)
    desk.clock.advance(timedelta(hours=25))
    await urge()
    await desk.sender.drain(webhook.id)  # the first is given up, the second refused for the first time
    assert [one.state for one in await desk.deliveries(webhook.id)] == ["given_up", "waiting"]
    desk.clock.advance(timedelta(hours=1))
    receiver.says(204)
    await desk.sender.drain(webhook.id)
    assert [one.state for one in await desk.deliveries(webhook.id)] == ["given_up", "delivered"]


@on_sqlite
async def test_gone_means_gone(desk: Desk, receiver: Receiver, urge: Callable[[], Awaitable[Case]]) -> None:
    webhook, _ = await desk.subscribe(receiver.url)
    receiver.says(410)
    await urge()
    await desk.sender.drain(webhook.id)
    assert (await desk.webhook(webhook.id)).state == WebhookState.DISABLED


async def test_sent_again_by_hand_with_the_same_id(
    desk: Desk, receiver: Receiver, urge: Callable[[], Awaitable[Case]]
) -> None:
    webhook, _ = await desk.subscribe(receiver.url)
    await urge()
    await desk.sender.drain(webhook.id)
    (one,) = await desk.deliveries(webhook.id)
    await desk.subscriptions.resend(desk.by, webhook.id, one.id)
    await desk.sender.drain(webhook.id)
    assert receiver.heard[0].body == receiver.heard[1].body
    await desk.subscriptions.ping(desk.by, webhook.id)
    await desk.sender.drain(webhook.id)
    assert [said["type"] for said in bodies(receiver)] == ["case.moved", "case.moved", "ping"]


@on_sqlite
async def test_a_renewed_secret_signs_from_then_on(
    desk: Desk, receiver: Receiver, urge: Callable[[], Awaitable[Case]]
) -> None:
    webhook, old = await desk.subscribe(receiver.url)
    new = await desk.subscriptions.renew_secret(desk.by, webhook.id)
    await urge()
    await desk.sender.drain(webhook.id)
    (heard,) = receiver.heard
    stamp, signature = heard.headers["X-Hotline-Timestamp"], heard.headers["X-Hotline-Signature"]
    fits = [is_signed(one, stamp, signature, heard.body, desk.clock.now()) for one in (old, new)]
    assert fits == [False, True]


@on_sqlite
async def test_one_that_ended_gets_nothing(
    desk: Desk, receiver: Receiver, urge: Callable[[], Awaitable[Case]]
) -> None:
    webhook, _ = await desk.subscribe(receiver.url)
    await desk.subscriptions.end(desk.by, webhook.id)
    await urge()
    assert await desk.deliveries(webhook.id) == []
    with pytest.raises(NoSuchWebhookError):
        await desk.subscriptions.renew_secret(desk.by, webhook.id)


@on_sqlite
async def test_what_does_not_exist_is_named(desk: Desk) -> None:
    wrongs: list[dict[str, Any]] = [
        {"url": "ftp://x/"},
        {"url": "https://u:p@x/"},
        {"moves": ["fly"]},
        {"stages": ["moon"]},
    ]
    for wrong in wrongs:
        with pytest.raises(InvalidError) as caught:
            await desk.subscribe(**{"url": "https://example.org/"} | wrong)
        assert list(caught.value.details["fields"]) == list(wrong)  # type: ignore[call-overload]


@on_sqlite
async def test_there_is_a_most(desk: Desk) -> None:
    few = replace(desk.subscriptions, most=1)
    await few.make(desk.by, name="a", url="https://example.org/", moves=[], stages=[])
    with pytest.raises(TooManyWebhooksError):
        await few.make(desk.by, name="b", url="https://example.org/", moves=[], stages=[])


async def test_an_event_that_got_lost_is_found_in_the_history(
    desk: Desk, people: dict[str, Account], draft: Case, complete: dict[str, Any]
) -> None:
    webhook, _ = await desk.subscribe("https://example.org/", moves=["register"])
    desk.clock.advance(timedelta(seconds=1))
    await moves.move(
        desk.sessions,
        case_id=draft.id,
        move="register",
        actor=people["seat"],
        version=draft.version,
        fields=complete,
        clock=desk.clock,
    )
    missed = Missed(desk.sessions, desk.clock)
    assert await missed.find() == []  # still on its way
    desk.clock.advance(timedelta(minutes=3))
    (lost,) = await missed.find()
    assert await desk.events.handle(lost) == 1
    assert await missed.find() == []
    assert [one.event_id for one in await desk.deliveries(webhook.id)] == [f"case-{draft.id}-2"]
    desk.clock.advance(timedelta(days=40))
    await desk.sender.prune()
    assert await Missed(desk.sessions, desk.clock).find() == []  # what is old is not told again


async def test_old_deliveries_go(desk: Desk, receiver: Receiver, urge: Callable[[], Awaitable[Case]]) -> None:
    webhook, _ = await desk.subscribe(receiver.url)
    await urge()
    await desk.sender.drain(webhook.id)
    await urge()
    desk.clock.advance(timedelta(days=31))
    assert await desk.sender.prune() == 1  # the other still waits to be sent
    assert await desk.attempts() == []
