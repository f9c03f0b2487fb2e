"""Webhooks over the API: only administrators, a secret once, every change in the audit trail."""

from __future__ import annotations

from core.audit import Action
from core.events import CaseOpened
from core.keybox import KeyBox
from tests.ticketing.receiver import LOOPBACK, receiving
from tests.web.world import World
from ticketing.webhooks.events import Events
from ticketing.webhooks.sender import Sender

HOOKS = "/api/v1/webhooks"
FORM = {
    "name": "城市大脑",
    "url": "https://example.org/hook",
    "moves": ["register"],
    "stages": ["registered"],
}


async def test_a_secret_is_shown_once(world: World) -> None:
    admin = await world.client("admin")
    answer = await admin.post(HOOKS, json=FORM)
    made = await answer.json()
    assert (answer.status, len(made["secret"]) >= 32) == (201, True)
    (kept,) = (await (await admin.get(HOOKS)).json())["items"]
    assert "secret" not in kept
    assert (kept["name"], kept["moves"], kept["state"], kept["waiting"]) == (
        *("城市大脑", ["register"], "active"),
        0,
    )
    renewed = await (await admin.post(f"{HOOKS}/{made['id']}/secret", json={})).json()
    assert renewed["secret"] != made["secret"]
    entries = [*await world.audit(Action.WEBHOOK_MADE), *await world.audit(Action.WEBHOOK_CHANGED)]
    assert len(entries) == 2
    assert not any(
        secret in str(one.detail) for one in entries for secret in (made["secret"], renewed["secret"])
    )


async def test_pause_go_on_and_end(world: World) -> None:
    admin = await world.client("admin")
    made = await (await admin.post(HOOKS, json=FORM)).json()
    place = f"{HOOKS}/{made['id']}"
    for is_active, state in ((False, "paused"), (True, "active")):
        answer = await admin.patch(place, json={"is_active": is_active})
        assert (answer.status, (await answer.json())["state"]) == (200, state)
    assert (await (await admin.patch(place, json={"name": "新名"})).json())["moves"] == ["register"]
    assert (await admin.delete(place)).status == 204
    assert (await admin.delete(place)).status == 404
    assert (await (await admin.get(HOOKS)).json())["items"] == []
    assert (await admin.get(f"{place}/deliveries")).status == 404


async def test_what_is_wrong_is_named(world: World) -> None:
    admin = await world.client("admin")
    for wrong, field in (
        ({"url": "ftp://example.org/"}, "url"),
        ({"moves": ["fly"]}, "moves"),
        ({"stages": ["x"]}, "stages.0"),
    ):
        answer = await admin.post(HOOKS, json=FORM | wrong)
        assert (answer.status, list((await answer.json())["error"]["fields"])) == (422, [field])


async def test_only_administrators(world: World) -> None:
    for who in ("leader", "seat1", "inspector"):
        client = await world.client(who)
        assert (await client.get(HOOKS)).status == 403
        assert (await client.post(HOOKS, json=FORM)).status == 403


async def test_the_log_shows_request_and_answer_and_sends_again(world: World) -> None:
    admin = await world.client("admin")
    async with receiving() as receiver:
        receiver.says(503, "maintenance")
        made = await (
            await admin.post(HOOKS, json=FORM | {"url": receiver.url, "moves": [], "stages": []})
        ).json()
        case = await world.add_case(await world.add_call())
        opened = CaseOpened(at=case.created_at, case_id=case.id, call_id=case.call_id)
        await Events(world.sessions, world.clock).handle(opened)
        settings = world.settings
        sender = Sender(world.sessions, world.clock, KeyBox.of(settings), LOOPBACK, settings.webhooks)
        await sender.drain(made["id"])
        place = f"{HOOKS}/{made['id']}/deliveries"
        (line,) = (await (await admin.get(f"{place}?state=waiting")).json())["items"]
        detail = await (await admin.get(f"{place}/{line['id']}")).json()
        (attempt,) = detail["log"]
        assert (attempt["status"], attempt["response"]) == (503, "maintenance")
        assert detail["body"] in attempt["request"]
        assert made["secret"] not in str(detail)
        receiver.says(200)
        assert (await admin.post(f"{place}/{line['id']}/resend", json={})).status == 204
        await sender.drain(made["id"])
        assert (await (await admin.get(f"{place}/{line['id']}")).json())["state"] == "delivered"
        assert (await admin.post(f"{HOOKS}/{made['id']}/test", json={})).status == 204
        await sender.drain(made["id"])
        assert b'"ping"' in receiver.heard[-1].body
    assert len(await world.audit(Action.WEBHOOK_RESENT)) == 2
    assert (await admin.get(f"{HOOKS}/{made['id']}/deliveries/999")).status == 404
