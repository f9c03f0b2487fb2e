"""What no page of ours sends is refused before it is read; what leaves carries its headers."""

from __future__ import annotations

from io import BytesIO

import pytest
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from core.errors import HotlineError
from tests.web.world import PASSWORD, World
from web.errors import BY_CODE
from web.services import SERVICES

SESSION = "/api/v1/session"
BODY = {"username": "seat1", "password": PASSWORD}


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1", ""])
async def test_another_sites_post_is_refused(world: World, origin: str) -> None:
    client = await world.client()
    answer = await client.post(SESSION, json=BODY, headers={"Origin": origin})
    assert answer.status == 403
    assert (await answer.json())["error"]["code"] == "cross_origin"


async def test_our_own_origin_is_welcome(world: World) -> None:
    client = await world.client()
    origin = f"http://{world.server.host}:{world.server.port}"
    assert (await client.post(SESSION, json=BODY, headers={"Origin": origin})).status == 200


async def test_another_sites_log_out_is_refused(world: World) -> None:
    client = await world.client("seat1")
    assert (await client.delete(SESSION, headers={"Origin": "http://evil.example"})).status == 403
    assert (await client.get(SESSION)).status == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
async def test_what_a_form_can_send_is_refused(world: World, kind: str) -> None:
    client = await world.client("seat1")
    answer = await client.post("/api/v1/seats/me/log-in", data=b"{}", headers={"Content-Type": kind})
    assert answer.status == 415
    assert world.switch.members == {}


@pytest.mark.parametrize("body", [b"{", b"not json", b"\xff\xfe", b'{"username": "\\ud800"}', b"[" * 50_000])
async def test_broken_json(world: World, body: bytes) -> None:
    client = await world.client()
    answer = await client.post(SESSION, data=body, headers={"Content-Type": "application/json"})
    assert answer.status in (400, 422)
    assert (await answer.json())["error"]["code"] in ("bad_json", "invalid")


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"null", b"7"])
async def test_json_that_is_no_object(world: World, body: bytes) -> None:
    client = await world.client()
    answer = await client.post(SESSION, data=body, headers={"Content-Type": "application/json"})
    assert answer.status == 422
    assert "body" in (await answer.json())["error"]["fields"]


async def test_ten_megabytes(world: World) -> None:
    client = await world.client()
    body = b'{"username": "' + b"a" * 10_000_000 + b'"}'
    answer = await client.post(SESSION, data=BytesIO(body), headers={"Content-Type": "application/json"})
    assert answer.status == 413
    assert (await answer.json())["error"]["code"] == "too_large"


async def test_a_body_that_hides_its_length(world: World) -> None:
    async def pieces():  # type: ignore[no-untyped-def]
        for _ in range(20):
            yield b"a" * 50_000

    client = await world.client()
    answer = await client.post(SESSION, data=pieces(), headers={"Content-Type": "application/json"})
    assert answer.status == 413


@pytest.mark.parametrize("path", ["/api/v1/session", "/healthz", "/metrics", "/", "/api/v1/nothing"])
async def test_security_headers(world: World, path: str) -> None:
    answer = await (await world.client()).get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "worker-src 'self' blob:" in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "aiohttp" not in answer.headers["Server"]
    if path.startswith("/api/"):
        assert answer.headers["Cache-Control"] == "no-store"


async def test_unknown_addresses_and_methods_are_json(world: World) -> None:
    client = await world.client()
    missing = await client.get("/api/v1/nothing")
    assert (missing.status, (await missing.json())["error"]["code"]) == (404, "not_found")
    wrong = await client.put("/api/v1/calls", json={})
    assert (wrong.status, (await wrong.json())["error"]["code"]) == (405, "method_not_allowed")


async def test_an_unforeseen_error_tells_its_number_and_nothing_else(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    client = await world.client("seat1")

    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the secret of the house")

    monkeypatch.setattr("web.api.catalogue.catalogue.places", broken)
    answer = await client.get("/api/v1/catalogue/places")
    text = await answer.text()
    assert answer.status == 500
    assert "secret" not in text
    assert "Traceback" not in text
    assert "编号" in (await answer.json())["error"]["message"]


async def test_redis_away_is_503_and_it_recovers(world: World) -> None:
    client = await world.client("seat1")
    services = world.app[SERVICES]
    pool = services.redis.connection_pool
    services.redis.connection_pool = Redis(port=1, retry=Retry(NoBackoff(), 0)).connection_pool
    answer = await client.get(SESSION)
    assert (answer.status, (await answer.json())["error"]["code"]) == (503, "unavailable")
    services.redis.connection_pool = pool
    assert (await client.get(SESSION)).status == 200


def test_every_error_class_has_a_chinese_sentence() -> None:
    def family(kind: type[HotlineError]) -> list[type[HotlineError]]:
        return [kind, *(below for one in kind.__subclasses__() for below in family(one))]

    ours = [kind for kind in family(HotlineError) if kind.__module__.startswith(("core.errors", "web."))]
    assert {kind.code for kind in ours} <= BY_CODE.keys()
