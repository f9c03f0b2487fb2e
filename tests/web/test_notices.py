"""Notices: who gets them at once, who finds them later, and what is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core.audit import Action
from core.events import EventCodec
from core.tables import OutboxEntry
from ivr.queues import skills
from tests.web.live_world import listen, running, told, told_nothing
from tests.web.world import World

NOTICES = "/api/v1/notices"


@pytest.fixture
async def live(world: World) -> AsyncIterator[World]:
    async with running(world):
        yield world


async def _send(world: World, to: Any, text: str = "请注意") -> dict[str, Any]:
    answer = await (await world.client("leader")).post(NOTICES, json={"text": text, "to": to})
    assert answer.status == 200, await answer.text()
    sent: dict[str, Any] = await answer.json()
    return sent


async def _read(world: World, username: str, since: str = "") -> list[str]:
    answer = await (await world.client(username)).get(NOTICES, params={"since": since})
    return [one["text"] for one in (await answer.json())["items"]]


async def _publish(world: World) -> None:
    """As the outbox's relay does."""
    async with world.sessions() as db:
        for row in await db.scalars(select(OutboxEntry).where(OutboxEntry.type == "NoticeSent")):
            await world.bus.publish(EventCodec.decode({"type": row.type, "body": row.body}))


async def test_those_meant_are_told_at_once(live: World) -> None:
    meant, other, leader = [await listen(live, name) for name in ("seat1", "seat2", "admin")]
    sent = await _send(live, {"seats": ["1001"]})
    await _publish(live)
    message = await told(meant, "notice")
    assert message["notice"] == sent and sent["from"] == "Leader"
    assert (await told(leader, "notice"))["notice"]["id"] == sent["id"]
    await told_nothing(other, "notice")


async def test_who_comes_later_the_same_day_finds_them(house: World) -> None:
    async with house.sessions.begin() as db:
        await skills.put(db, "1001", {"english": 1})
    await _send(house, "all", "全体")
    house.clock.advance(timedelta(minutes=1))
    later = house.clock.now()
    house.clock.advance(timedelta(minutes=1))
    await _send(house, {"queue": "english"}, "英语")
    await _send(house, {"queue": "general"}, "普通")
    await _send(house, {"seats": ["1002"]}, "二号")
    assert await _read(house, "seat1") == ["英语", "全体"]
    assert await _read(house, "seat2") == ["二号", "普通", "全体"]
    assert await _read(house, "leader") == ["二号", "普通", "英语", "全体"]
    assert await _read(house, "seat1", later.isoformat()) == ["英语"]
    house.clock.advance(timedelta(hours=25))
    assert await _read(house, "seat1") == []
    assert len(await house.audit(Action.NOTICE_SENT)) == 4


@pytest.mark.parametrize(
    ("text", "to"),
    [
        ("", "all"),
        ("   ", "all"),
        ("x" * 501, "all"),
        ("x", "nobody"),
        ("x", {"queue": "unknown"}),
        ("x", {"seats": []}),
        ("x", {"seats": ["9999"]}),
        ("x", {"seats": ["1001; drop"]}),
        ("a\x00b", "all"),
    ],
)
async def test_what_cannot_be_sent(world: World, text: str, to: Any) -> None:
    answer = await (await world.client("leader")).post(NOTICES, json={"text": text, "to": to})
    assert answer.status == 422
    assert await world.audit(Action.NOTICE_SENT) == []


async def test_a_seat_sends_none_and_markup_stays_text(world: World) -> None:
    seat = await world.client("seat1")
    assert (await seat.post(NOTICES, json={"text": "x", "to": "all"})).status == 403
    text = "<script>alert(1)</script>"
    await _send(world, "all", text)
    assert await _read(world, "seat1") == [text]
