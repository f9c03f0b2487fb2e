"""Keyword lists and alerts: who keeps them, who is told, who has seen them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core.audit import Action
from core.events import EventCodec
from core.settings import Settings
from core.tables import OutboxEntry
from hotline.indexing import Indexing
from ivr.ledger.tables import CONFIDENTIAL
from tests.web.live_world import listen, running, told, told_nothing
from tests.web.world import World

LISTS, ALERTS = "/api/v1/keyword-lists", "/api/v1/keyword-alerts"


@pytest.fixture
async def live(world: World) -> AsyncIterator[World]:
    async with running(world):
        yield world


async def _alert(world: World, **call: Any) -> int:
    """A call in which 路灯 is said, which a list of this test listens for; the recording's id."""
    leader = await world.client("leader")
    body = {"name": "路灯", "words": ["路灯"], "severity": "high"}
    assert (await leader.post(LISTS, json=body)).status in (201, 409)
    recording = await world.add_recording(await world.add_call(**call))
    await Indexing(Settings(), world.sessions, world.clock).put(recording.id)
    return recording.id


async def _publish(world: World) -> None:
    """As the outbox's relay does."""
    async with world.sessions.begin() as db:
        for row in await db.scalars(select(OutboxEntry).where(OutboxEntry.published_at.is_(None))):
            await world.bus.publish(EventCodec.decode({"type": row.type, "body": row.body}))
            row.published_at = world.clock.now()


async def _alerts(world: World, who: str, **params: str) -> dict[str, Any]:
    answer = await (await world.client(who)).get(ALERTS, params=params)
    assert answer.status == 200, await answer.text()
    page: dict[str, Any] = await answer.json()
    return page


async def test_delivered_lists_name_what_cannot_wait(world: World) -> None:
    items = (await (await (await world.client("inspector")).get(LISTS)).json())["items"]
    words = {word: one["severity"] for one in items for word in one["words"]}
    for word in ("爆炸", "漏气", "燃气泄漏", "自杀", "轻生", "投毒", "塌陷"):
        assert words[word] == "critical"


async def test_leaders_keep_lists_and_the_trail_knows(world: World) -> None:
    leader = await world.client("leader")
    body = {"name": "噪音", "words": ["噪音", " 噪声 ", "噪音", ""], "severity": "normal"}
    made = await (await leader.post(LISTS, json=body)).json()
    assert made["words"] == ["噪音", "噪声"]
    assert (await leader.post(LISTS, json=body)).status == 409
    path = f"{LISTS}/{made['id']}"
    changed = await (await leader.patch(path, json={"severity": "high", "active": False})).json()
    assert (changed["severity"], changed["active"], changed["words"]) == ("high", False, ["噪音", "噪声"])
    assert (await leader.delete(path)).status < 300
    assert (await leader.delete(path)).status == 404
    first, second = await world.audit(Action.KEYWORDS_SET)
    assert second.detail["changes"] == {"severity": ["normal", "high"], "active": [True, False]}
    assert first.subject == f"keyword_list:{made['id']}"
    (removed,) = await world.audit(Action.KEYWORDS_REMOVED)
    assert removed.detail["words"] == ["噪音", "噪声"]


async def test_a_sentence_is_tried_against_the_lists_or_against_words(world: World) -> None:
    leader = await world.client("leader")
    off = {"name": "噪音", "words": ["噪音"], "severity": "normal"}
    made = await (await leader.post(LISTS, json=off)).json()
    await leader.patch(f"{LISTS}/{made['id']}", json={"active": False})

    async def tried(text: str, **more: Any) -> list[tuple[str, str, list[str]]]:
        answer = await leader.post(f"{LISTS}/try", json={"text": text, **more})
        assert answer.status == 200, await answer.text()
        return [(one["name"], one["severity"], one["words"]) for one in (await answer.json())["lists"]]

    assert await tried("楼下噪音，怕是漏 气了") == [("燃气与爆炸", "critical", ["漏气"])]
    assert await tried("楼下噪音", words=["噪音", "，", "爆炸"]) == [("", "normal", ["噪音"])]
    assert await tried("没有什么") == await tried("漏气", words=[]) == []
    answer = await leader.post(f"{LISTS}/try", json={"text": "怕是漏 气了"})
    (hit,) = (await answer.json())["lists"][0]["hits"]
    assert [hit["text"][slice(*mark)] for mark in hit["marks"]] == ["漏 气"]
    assert (await leader.post(f"{LISTS}/try", json={"text": "长" * 501})).status == 422
    assert (await (await world.client("seat1")).post(f"{LISTS}/try", json={"text": "漏气"})).status == 403


@pytest.mark.parametrize(
    "words",
    [[], ["灯"], ["，，，"], ["长" * 33], [f"词语{n}" for n in range(201)]],
    ids=lambda words: str(len(words)),
)
async def test_words_that_do_not_fit(world: World, words: list[str]) -> None:
    body = {"name": "不行", "words": words, "severity": "normal"}
    answer = await (await world.client("leader")).post(LISTS, json=body)
    assert answer.status == 422
    assert "words" in (await answer.json())["error"]["fields"]


async def test_inspectors_read_and_seats_do_not(world: World) -> None:
    inspector, seat = await world.client("inspector"), await world.client("seat1")
    body = {"name": "噪音", "words": ["噪音"], "severity": "normal"}
    assert (await inspector.post(LISTS, json=body)).status == 403
    assert (await seat.get(LISTS)).status == 403
    assert (await seat.get(ALERTS)).status == 403
    assert (await seat.post(f"{ALERTS}/1/seen", json={})).status == 403


async def test_leaders_and_inspectors_are_told_at_once(live: World) -> None:
    leader, inspector, seat = [await listen(live, name) for name in ("leader", "inspector", "seat1")]
    recording_id = await _alert(live, seat="1001")
    await _publish(live)
    for one in (leader, inspector):
        message = await told(one, "keyword_alert")
        assert (message["recording_id"], message["seen"]) == (recording_id, False)
    await told_nothing(seat, "keyword_alert")


async def test_an_alert_says_what_was_said_and_who_has_seen_it(world: World) -> None:
    recording_id = await _alert(world, seat="1001", queue="general")
    page = await _alerts(world, "inspector")
    (one,) = page["items"]
    assert page["unseen"] == 1
    assert (one["recording_id"], one["words"], one["severity"]) == (recording_id, ["路灯"], "high")
    assert one["hits"] == [{"side": "caller", "at_s": 1.0, "text": "路灯", "marks": [[0, 2]]}]
    assert (one["seat"], one["caller"], one["seen_by"]) == ("1001", "138****1234", [])
    for name in ("inspector", "leader", "leader"):
        world.clock.advance(timedelta(seconds=1))
        answer = await (await world.client(name)).post(f"{ALERTS}/{one['id']}/seen", json={})
        assert answer.status == 200, await answer.text()
    page = await _alerts(world, "leader")
    assert page["unseen"] == 0
    assert [seen["name"] for seen in page["items"][0]["seen_by"]] == ["Inspector", "Leader"]
    assert (await _alerts(world, "leader", unseen="true"))["items"] == []
    assert len(await world.audit(Action.ALERT_SEEN)) == 3
    assert (await (await world.client("leader")).post(f"{ALERTS}/99/seen", json={})).status == 404


async def test_alerts_are_paged_and_by_severity(world: World) -> None:
    ids = [await _alert(world, seat="1001") for _ in range(3)]
    first = await _alerts(world, "leader", limit="2")
    rest = await _alerts(world, "leader", limit="2", cursor=first["next"])
    assert [one["recording_id"] for one in [*first["items"], *rest["items"]]] == ids[::-1]
    assert rest["next"] is None and first["unseen"] == 3
    assert (await _alerts(world, "leader", severity="critical"))["items"] == []


async def test_a_confidential_caller_stays_unknown(world: World) -> None:
    await _alert(world, seat="1001", marks=[CONFIDENTIAL])
    (one,) = (await _alerts(world, "inspector"))["items"]
    assert one["caller"] == "****"


async def test_words_of_a_removed_list_stay_in_its_alerts(world: World) -> None:
    await _alert(world, seat="1001")
    leader = await world.client("leader")
    items = (await (await leader.get(LISTS)).json())["items"]
    await leader.delete(f"{LISTS}/{items[-1]['id']}")
    (one,) = (await _alerts(world, "leader"))["items"]
    assert (one["list_name"], one["words"]) == ("路灯", ["路灯"])
