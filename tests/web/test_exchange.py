"""Other platforms over the API: signed messages over HTTP, the mapping tables, the day's list."""

from __future__ import annotations

import io
import json
import secrets
from collections.abc import AsyncIterator
from typing import Any
from xml.etree.ElementTree import fromstring

from aiohttp import ClientResponse

from core.audit import Action
from core.delivery import sign
from tests.web.world import Client, World

PLATFORMS, INTO = "/api/v1/platforms", "/api/v1/exchange/grid/messages"
FORM = {"code": "grid", "name": "网格平台", "kind": "grid", "format": "json"}
CODES = (("class", "2013:事件:0112", "C-1"), ("place", "210202", "ZS"))


async def _platform(admin: Client) -> str:
    made = await (await admin.post(PLATFORMS, json=FORM)).json()
    for table, ours, theirs in CODES:
        line = {"table": table, "way": "both", "ours": ours, "theirs": theirs}
        assert (await admin.post(f"{PLATFORMS}/grid/codes", json=line)).status == 201
    secret: str = made["secret"]
    return secret


def _message(world: World, message_id: str = "m-1", **case: Any) -> dict[str, Any]:
    said = {
        "reference": "SZ-1",
        "kind": "report",
        "class": "C-1",
        "place": "ZS",
        "description": "路面脏",
    } | case
    return {
        "version": "1",
        "id": message_id,
        "nonce": secrets.token_hex(8),
        "at": world.clock.now().isoformat(),
        "type": "case",
        "case": said,
    }


async def _send(
    world: World, client: Client, secret: str, body: bytes, content_type: str = "application/json"
) -> ClientResponse:
    stamp = str(int(world.clock.now().timestamp()))
    headers = {
        "Content-Type": content_type,
        "X-Hotline-Timestamp": stamp,
        "X-Hotline-Signature": sign(secret, stamp, body),
    }
    return await client.post(INTO, data=body, headers=headers)


async def test_a_platform_needs_no_log_in_but_the_secret(world: World) -> None:
    admin, nobody = await world.client("admin"), await world.client()
    secret = await _platform(admin)
    body = json.dumps(_message(world)).encode()
    answer = await _send(world, nobody, secret, body)
    text = await answer.read()
    receipt = json.loads(text)["receipt"]
    assert (answer.status, receipt["result"], len(receipt["number"])) == (200, "accepted", 19)
    stamp = answer.headers["X-Hotline-Timestamp"]
    assert answer.headers["X-Hotline-Signature"] == sign(secret, stamp, text)
    assert (await _send(world, nobody, secret, body)).status == 409  # a replay
    assert (await _send(world, nobody, "wrong", body)).status == 401
    (line,) = (await (await admin.get(f"{PLATFORMS}/grid/messages?way=in")).json())["items"]
    detail = await (await admin.get(f"{PLATFORMS}/grid/messages/{line['id']}")).json()
    assert (detail["state"], detail["content"]["reference"]) == ("accepted", "SZ-1")
    assert detail["receipt"]["number"] == receipt["number"]


async def test_xml_is_answered_with_xml(world: World) -> None:
    admin = await world.client("admin")
    secret = await _platform(admin)
    said = _message(world)
    case = "".join(f"<{name}>{value}</{name}>" for name, value in said["case"].items())
    head = "".join(f"<{name}>{said[name]}</{name}>" for name in ("id", "nonce", "at", "type"))
    body = f'<message version="1">{head}<case>{case}</case></message>'.encode()
    answer = await _send(world, admin, secret, body, "application/xml; charset=utf-8")
    assert (answer.status, answer.content_type) == (200, "application/xml")
    assert fromstring(await answer.text()).findtext("receipt/result") == "accepted"  # noqa: S314 - our own


async def test_unmapped_codes_are_listed_and_taken_again(world: World) -> None:
    admin = await world.client("admin")
    secret = await _platform(admin)
    body = json.dumps(_message(world, **{"class": "C-9"})).encode()
    answer = await _send(world, admin, secret, body)
    receipt = (await answer.json())["receipt"]
    assert (answer.status, receipt["unmapped"]) == (422, [{"table": "class", "code": "C-9"}])
    (row,) = (await (await admin.get(PLATFORMS)).json())["items"]
    assert row["unmapped"] == 1
    (code,) = (await (await admin.get(f"{PLATFORMS}/grid/unmapped")).json())["items"]
    assert (code["table"], code["way"], code["code"]) == ("class", "in", "C-9")
    line = {"table": "class", "way": "in", "ours": "2013:事件:0113", "theirs": "C-9"}
    kept = await (await admin.post(f"{PLATFORMS}/grid/codes", json=line)).json()
    (message,) = (await (await admin.get(f"{PLATFORMS}/grid/messages?state=refused")).json())["items"]
    again = await admin.post(f"{PLATFORMS}/grid/messages/{message['id']}/resend", json={})
    assert (again.status, (await again.json())["state"]) == (200, "accepted")
    assert (await admin.delete(f"{PLATFORMS}/grid/codes/{kept['id']}")).status == 204
    assert len((await (await admin.get(f"{PLATFORMS}/grid/codes")).json())["items"]) == len(CODES)
    assert len(await world.audit(Action.PLATFORM_RESENT)) == 1


async def test_a_days_list(world: World) -> None:
    admin = await world.client("admin")
    secret = await _platform(admin)
    await _send(world, admin, secret, json.dumps(_message(world)).encode())
    leader = await world.client("leader")
    day = await (await leader.get(f"{PLATFORMS}/grid/days/2026-11-23")).json()
    assert (day["received"], day["is_compared"], day["words"]) == (["m-1"], False, "")
    theirs = _message(world, "d-1") | {
        "type": "daily",
        "daily": {"day": "2026-11-23", "sent": ["m-1", "m-2"]},
    }
    del theirs["case"]
    assert (await _send(world, admin, secret, json.dumps(theirs).encode())).status == 200
    day = await (await leader.get(f"{PLATFORMS}/grid/days/2026-11-23")).json()
    assert (day["missing_here"], day["words"]) == (["m-2"], "对账不符：我方未收 1 条（m-2）")
    for never in ("never", "0001-01-01", "9999-12-31"):
        assert (await leader.get(f"{PLATFORMS}/grid/days/{never}")).status == 404
    assert (await leader.get(f"{PLATFORMS}/nobody/days/2026-11-23")).status == 404


async def test_a_message_has_a_size(world: World) -> None:
    admin = await world.client("admin")
    await _platform(admin)

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(64):
            yield b"[" * 65_536

    for data, status in ((io.BytesIO(b"[" * 4_000_000), 413), (endless(), 413), (b"[" * 200_000, 401)):
        answer = await admin.post(INTO, data=data, headers={"Content-Type": "application/json"})
        assert answer.status == status


async def test_nobody_changes_platforms_but_administrators(world: World) -> None:
    admin, leader, seat = [await world.client(who) for who in ("admin", "leader", "seat1")]
    await _platform(admin)
    assert (await leader.get(PLATFORMS)).status == 200
    assert (await seat.get(PLATFORMS)).status == 403
    for method, path in (
        *(("post", PLATFORMS), ("patch", f"{PLATFORMS}/grid"), ("post", f"{PLATFORMS}/grid/secret")),
        *(("post", f"{PLATFORMS}/grid/codes"), ("get", f"{PLATFORMS}/grid/messages/1")),
    ):
        assert (await leader.request(method, path, json=FORM)).status == 403, path
    changed = await admin.patch(f"{PLATFORMS}/grid", json={"url": "https://example.org/in", "account": ""})
    assert (changed.status, (await changed.json())["account"]) == (200, "")
    for account, why in (("nobody", "没有这个账号"), ("seat1", "接口账号须为专业部门或区级派遣员的账号")):
        answer = await admin.patch(f"{PLATFORMS}/grid", json={"account": account})
        assert (await answer.json())["error"]["fields"] == {"account": why}
    assert (await admin.post(PLATFORMS, json=FORM)).status == 422
