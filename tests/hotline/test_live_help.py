"""hotline.live_help: who is listened to, what is marked, what is suggested and to whom it is told."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from redis.asyncio import Redis

from core.clock import SystemClock
from core.db import SessionFactory
from hotline.live_help import Messages, marked, talking
from hotline.live_help_hints import Hints
from ivr.board import channel
from ivr.house.tables import ArticleRow
from recorder.legs import Side
from recorder.live import keys
from recorder.live.side import Said
from ticketing import catalogue

CALL = "hl-1700000000.1"


def _seat(extension: str, state: str | None, call_id: str = CALL) -> str:
    call = {"call_id": call_id, "state": state} if state else None
    return json.dumps({"extension": extension, "state": state or "ready", "call": call})


def test_talk_is_listened_to_and_ringing_is_not() -> None:
    seats = [
        _seat("1001", "talking"),
        _seat("1002", "consult"),
        _seat("1003", "ringing"),
        _seat("1004", None),
    ]
    assert talking(seats) == {CALL: {"1001", "1002"}}


def test_keywords_are_marked_wherever_they_stand() -> None:
    assert marked("漏气了，真的漏气", ["爆炸", "漏气", ""]) == [
        {"start": 0, "end": 2, "word": "漏气"},
        {"start": 6, "end": 8, "word": "漏气"},
    ]


@pytest.fixture
async def hints(sessions: SessionFactory) -> Hints:
    async with sessions.begin() as session:
        await catalogue.load(session)
        now = SystemClock().now()
        for number, published in enumerate((True, False)):
            session.add(
                ArticleRow(
                    title="路灯报修",
                    text="路灯不亮请说明灯杆编号，一般三个工作日修复。",
                    key_order=number,
                    published=published,
                    sound="",
                    created_at=now,
                    changed_at=now,
                )
            )
    found = Hints(sessions)
    await found.read()
    return found


async def test_hints_name_a_class_and_only_published_articles(hints: Hints) -> None:
    found = hints.of("中山区人民路有一个路灯不亮")
    assert found["categories"][0]["name"] == "路灯"
    assert [article["title"] for article in found["articles"]] == ["路灯报修"]
    assert hints.of("你好") == {"categories": [], "articles": []}


@pytest.fixture
async def heard(redis_url: str) -> AsyncIterator[tuple[Redis, Any]]:
    redis: Redis = Redis.from_url(redis_url)
    async with redis.pubsub(ignore_subscribe_messages=True) as pubsub:
        await pubsub.subscribe(channel.LIVE)
        yield redis, pubsub
    await redis.aclose()


async def _next(pubsub: Any) -> dict[str, Any]:
    while True:
        message = await pubsub.get_message(timeout=5)
        if message:
            return dict(json.loads(message["data"]))


async def test_a_sentence_is_told_kept_and_hinted_at(hints: Hints, heard: tuple[Redis, Any]) -> None:
    redis, pubsub = heard
    messages = Messages(redis, hints, ["着火"])
    seats = frozenset({"1001"})
    await messages.tell(CALL, seats, Said(Side.CALLER, 0, "路灯", False, 1, 2))
    first = await _next(pubsub)
    assert (first["final"], first["to"], "categories" in first) == (False, ["1001"], False)
    await messages.tell(CALL, seats, Said(Side.CALLER, 0, "路灯不亮还着火", True, 1, 3))
    second = await _next(pubsub)
    assert second["categories"][0]["name"] == "路灯"
    assert second["keywords"] == [{"start": 5, "end": 7, "word": "着火"}]
    assert [json.loads(text)["text"] for text in await redis.lrange(keys.said_in(CALL), 0, -1)] == [
        "路灯不亮还着火"
    ]
    await messages.over(CALL, seats)
    assert (await _next(pubsub))["type"] == "help_over"


async def test_redis_away_is_no_reason_to_fail(hints: Hints) -> None:
    redis: Redis = Redis.from_url("redis://127.0.0.1:1")
    await Messages(redis, hints, []).tell(CALL, frozenset(), Said(Side.CALLER, 0, "路灯", True, 1, 2))
    await redis.aclose()
