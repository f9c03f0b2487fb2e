"""The console's files: the page for any address, files as they are, nothing outside."""

from __future__ import annotations

import asyncio
from http.client import HTTPConnection

import pytest

from tests.web.world import World
from web.services import SERVICES


@pytest.fixture
def built(world: World) -> World:
    dist = world.app[SERVICES].console
    (dist / "assets").mkdir(parents=True)
    (dist / "index.html").write_text("<title>console</title>")
    (dist / "assets" / "main-1234.js").write_text("run()")
    (dist.parent / "secret.txt").write_text("secret")
    (dist / "link.txt").symlink_to(dist.parent / "secret.txt")
    return world


async def test_not_built_says_so(world: World) -> None:
    answer = await (await world.client()).get("/")
    assert answer.status == 503
    text = await answer.text()
    assert "控制台尚未构建" in text
    assert "make run" in text


@pytest.mark.parametrize("path", ["/", "/calls", "/cases/12", "/calls/hl-1700000000.1"])
async def test_any_page_is_the_page(built: World, path: str) -> None:
    answer = await (await built.client()).get(path)
    assert (answer.status, await answer.text()) == (200, "<title>console</title>")
    assert answer.headers["Cache-Control"] == "no-cache"


async def test_hashed_files_are_kept_for_ever(built: World) -> None:
    answer = await (await built.client()).get("/assets/main-1234.js")
    assert await answer.text() == "run()"
    assert "javascript" in answer.headers["Content-Type"]
    assert "immutable" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    "path",
    [
        "/assets/gone.js",
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "/link.txt",
        "//etc/passwd.txt",
        "/a%00b.txt",
    ],
)
async def test_nothing_outside(built: World, path: str) -> None:
    def ask() -> tuple[int, bytes]:
        raw = HTTPConnection(built.server.host, built.server.port or 0)
        raw.request("GET", path)
        answer = raw.getresponse()
        found = answer.status, answer.read()
        raw.close()
        return found

    status, body = await asyncio.to_thread(ask)
    assert status == 404 or body == b"<title>console</title>"
    assert b"secret" not in body
