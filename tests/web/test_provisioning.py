"""Setting up a seat's devices, and letting locked addresses in again."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import timedelta

from ivr.lockout import book
from ivr.lockout.counter import Attempt
from ivr.provisioning.phone import ice_servers
from tests.web.world import World


async def test_the_browsers_phone_is_told_what_it_needs(world: World) -> None:
    answer = await (await world.client("seat1")).get("/api/v1/seats/me/phone")
    seats = world.settings.seats
    assert await answer.json() == {
        "extension": "1001",
        "user": "1001w",
        "password": "s",
        "ws_url": f"ws://{seats.ws_host}:{seats.ws_port}/ws",
        "uri": f"sip:1001w@{world.settings.sip.host}",
        "realm": "hotline",
        "ice_servers": [],
        "codecs": seats.browser_codecs,
    }
    assert (await (await world.client("leader")).get("/api/v1/seats/me/phone")).status == 403


async def test_a_seat_sees_its_own_password_and_leaders_see_all(world: World) -> None:
    seat, leader = await world.client("seat1"), await world.client("leader")
    assert (await seat.get("/api/v1/provisioning/1002")).status == 403
    assert (await leader.get("/api/v1/provisioning/4711")).status == 404
    shown = await (await seat.get("/api/v1/provisioning/1001")).json()
    assert shown["plain"] == {
        "server": world.settings.sip.host,
        "port": world.settings.sip.port,
        "user": "1001",
        "password": "s",
        "transport": "udp",
    }
    assert shown["zoiper"]["text"].splitlines()[1] == "s"
    assert shown["linphone"]["qr_svg"].startswith("<svg") and shown["zoiper"]["qr_svg"].startswith("<svg")
    assert [entry.subject for entry in await world.audit("phone:shown")] == ["seat:1001"]


async def test_a_phone_fetches_its_file_for_an_hour_without_a_cookie(world: World) -> None:
    shown = await (await (await world.client("leader")).get("/api/v1/provisioning/1001")).json()
    phone = await world.client()
    for url, holds in (
        (shown["linphone"]["url"], '<entry name="passwd" overwrite="true">s</entry>'),
        (shown["yealink"]["url"], "account.1.password = s"),
    ):
        path = "/" + url.split("/", 3)[3]
        fetched = await phone.get(path)
        assert fetched.status == 200 and holds in await fetched.text()
        assert fetched.headers["Cache-Control"] == "no-store"
        other = path[:-4] + (".cfg" if path.endswith(".xml") else ".xml")
        assert (await phone.get(other)).status == 404, "a token is good for one kind of file"
    assert len(await world.audit("phone:fetched")) == 2
    keys = [key async for key in world.redis.scan_iter("hotline:phone_file:*")]
    for key in keys:
        assert 0 < await world.redis.ttl(key) <= 3600
    await world.redis.delete(*keys)
    assert (await phone.get("/" + shown["yealink"]["url"].split("/", 3)[3])).status == 404


async def test_leaders_let_a_locked_address_in_again(world: World) -> None:
    now = world.clock.now()
    await book.begin(world.sessions, Attempt("10.0.0.7", "1001"), 5, now, 15)
    seat, leader = await world.client("seat1"), await world.client("leader")
    assert (await seat.get("/api/v1/lockouts")).status == 403
    [row] = (await (await leader.get("/api/v1/lockouts")).json())["items"]
    assert (row["address"], row["extension"], row["attempts"]) == ("10.0.0.7", "1001", 5)
    assert (await leader.delete("/api/v1/lockouts/10.0.0.8")).status == 404
    assert (await leader.delete("/api/v1/lockouts/nonsense")).status == 404
    assert (await leader.delete("/api/v1/lockouts/10.0.0.7")).status == 204
    assert (await (await leader.get("/api/v1/lockouts")).json())["items"] == []
    [entry] = await world.audit("lockout:ended")
    assert (entry.subject, entry.actor_id) == ("address:10.0.0.7", 3)


async def test_turn_passwords_are_good_for_some_hours(world: World) -> None:
    seats = world.settings.seats.model_copy(
        update={"turn_servers": ["turn:turn.example:3478"], "stun_servers": ["stun:stun.example"]}
    )
    settings = world.settings.model_copy(update={"seats": seats})
    now = world.clock.now()
    stun, turn = ice_servers(settings, "1001", "shared", now)
    assert stun.urls == ["stun:stun.example"] and not stun.credential
    ends = int((now + timedelta(hours=seats.turn_hours)).timestamp())
    assert turn.username == f"{ends}:1001"
    digest = hmac.new(b"shared", turn.username.encode(), hashlib.sha1).digest()
    assert turn.credential == base64.b64encode(digest).decode()
    assert [server.urls for server in ice_servers(settings, "1001", "", now)] == [["stun:stun.example"]]
