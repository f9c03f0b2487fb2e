"""core.delivery: signed, once, bounded, and never where it must not go."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from core import delivery
from core.clock import FixedClock
from core.delivery import Courier, Outcome
from core.delivery_settings import Delivery
from core.errors import InvalidError
from tests.ports import free_port

HERE = Delivery(private_networks=["127.0.0.0/8"])
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@pytest.fixture
async def receiver() -> AsyncIterator[Callable[[Answer], Awaitable[str]]]:
    """Starts a real receiver that answers so; its address."""
    servers: list[TestServer] = []

    async def start(answer: Answer) -> str:
        app = web.Application()
        app.router.add_post("/in", answer)
        server = TestServer(app)
        await server.start_server()
        servers.append(server)
        return str(server.make_url("/in"))

    yield start
    for one in servers:
        await one.close()


async def _post(
    url: str, clock: FixedClock, rules: Delivery = HERE, body: bytes = b'{"a":1}'
) -> delivery.Reply:
    async with Courier(rules) as courier:
        return await courier.post(url, body, key="k-1", secret="s", now=clock.now())


async def test_the_receiver_can_check_who_sent_it(
    receiver: Callable[[Answer], Awaitable[str]], clock: FixedClock
) -> None:
    seen: list[tuple[str, bool]] = []

    async def answer(request: web.Request) -> web.Response:
        body, head = await request.read(), request.headers
        signed = delivery.is_signed(
            "s", head[delivery.TIMESTAMP], head[delivery.SIGNATURE], body, clock.now()
        )
        seen.append((head[delivery.KEY], signed))
        return web.json_response({"id": "g-9"})

    reply = await _post(await receiver(answer), clock)
    assert (reply.outcome, reply.status, json.loads(reply.body)) == (Outcome.DELIVERED, 200, {"id": "g-9"})
    assert seen == [("k-1", True)]


@pytest.mark.parametrize("change", ["secret", "body", "late", "early", "no number"])
def test_a_signature_covers_secret_body_and_time(clock: FixedClock, change: str) -> None:
    at = str(int(clock.now().timestamp()))
    signature = delivery.sign("s", at, b"body")
    assert delivery.is_signed("s", at, signature, b"body", clock.now())
    moved = {"late": timedelta(minutes=6), "early": timedelta(minutes=-6)}.get(change, timedelta())
    assert not delivery.is_signed(
        "t" if change == "secret" else "s",
        "x" if change == "no number" else at,
        signature,
        b"Body" if change == "body" else b"body",
        clock.now() + (moved or timedelta()),
    )


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (204, Outcome.DELIVERED),
        (302, Outcome.RETRY),
        (401, Outcome.RETRY),
        (404, Outcome.RETRY),
        (422, Outcome.REFUSED),
        (429, Outcome.RETRY),
        (500, Outcome.RETRY),
    ],
)
async def test_what_an_answer_means(
    receiver: Callable[[Answer], Awaitable[str]], clock: FixedClock, status: int, outcome: Outcome
) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status, headers={"Location": "/elsewhere", "Retry-After": "90"})

    reply = await _post(await receiver(answer), clock)
    assert (reply.outcome, reply.status) == (outcome, status)
    assert bool(reply.why) == (outcome != Outcome.DELIVERED)
    assert reply.retry_after_s == (None if outcome == Outcome.DELIVERED else 90)


async def test_a_receiver_that_hangs_costs_the_time_limit(
    receiver: Callable[[Answer], Awaitable[str]], clock: FixedClock
) -> None:
    over = asyncio.Event()

    async def answer(_: web.Request) -> web.Response:
        await over.wait()
        return web.Response()

    url = await receiver(answer)
    rules = Delivery(private_networks=["127.0.0.0/8"], timeout_s=0.2)
    reply = await _post(url, clock, rules)
    over.set()
    assert (reply.outcome, reply.why) == (Outcome.RETRY, "0.2 秒内没有应答")


async def test_an_endless_answer_is_cut(
    receiver: Callable[[Answer], Awaitable[str]], clock: FixedClock
) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(b"x" * 8192)
        except ConnectionError:
            return response

    reply = await _post(await receiver(answer), clock)
    assert (reply.outcome, len(reply.body)) == (Outcome.DELIVERED, delivery.ANSWER_LIMIT)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/in",
        "https://[::1]/in",
        "https://[::ffff:10.0.0.1]/in",
        "https://[64:ff9b::a00:1]/in",
        "https://2130706433/in",
        "https://127.1/in",
        "https://169.254.169.254/in",
        "https://100.64.0.1/in",
        "https://localhost/in",
        "http://93.184.215.14/in",
    ],
)
async def test_no_way_inside(clock: FixedClock, url: str) -> None:
    reply = await _post(url, clock, Delivery())
    assert reply.outcome == Outcome.RETRY
    assert "地址" in reply.why or "private_networks" in reply.why


async def test_nobody_there(clock: FixedClock) -> None:
    reply = await _post(f"http://127.0.0.1:{free_port()}/in", clock)
    assert (reply.outcome, reply.why) == (Outcome.RETRY, "无法连接")


@pytest.mark.parametrize("url", ["", "ftp://a.example/x", "https://", "https://u:p@a.example/", "file:///x"])
def test_an_address_is_checked_when_it_is_entered(url: str) -> None:
    with pytest.raises(InvalidError):
        delivery.check_url(url)


def test_pauses_grow_and_end_at_an_hour() -> None:
    waits = [delivery.pause(n).total_seconds() for n in range(1, 12)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (10, 3600)
    assert delivery.pause(1, 900).total_seconds() == 900
    assert delivery.pause(1, 10**6).total_seconds() == 3600
