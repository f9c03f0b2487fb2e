"""Supervision over the API: who may, what is written down first, what the switch is told."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import update

from core.tables import Account
from ivr.ledger.tables import Seat
from ivr.switch.lines import ChannelLine, WaitingCaller
from tests.web.world import Client, World

CALL = "h1-100.1"
CITIZEN, SEAT, LEADER = "PJSIP/trunk-demo-00000001", "PJSIP/1001-00000002", "PJSIP/1900-0000000f"
ASKED = {"extension": "1001", "mode": "listen"}
API = "/api/v1/supervision"
SPYING = {
    "HL_SPY": SEAT,
    "HL_SPY_SEAT": "1001",
    "HL_SPY_CALL": CALL,
    "HL_PEER": CITIZEN,
    "HL_BARGES": "",
}


def line(
    name: str, unique: str, linked: str = CALL, context: str = "hl-queue", exten: str = "s"
) -> ChannelLine:
    bridge = "b" if linked == CALL else ""
    return ChannelLine(name, True, bool(bridge), linked, unique, context, exten, "", bridge, "Up")


TALKING = [line(CITIZEN, CALL), line(SEAT, "h1-100.2")]


@pytest.fixture
async def leader(world: World) -> Client:
    """A leader with a telephone at 1900, while seat 1001 talks."""
    async with world.sessions.begin() as db:
        db.add(Seat(extension="1900", display_name="值班长", sip_secret="s"))
        await db.execute(update(Account).where(Account.username == "leader").values(extension="1900"))
    world.switch.devices = {"PJSIP/1900": "NOT_INUSE", "PJSIP/1900w": "UNAVAILABLE"}
    world.switch.lines_up = list(TALKING)
    return await world.client("leader")


def _listening(world: World, mode: str) -> None:
    """As the switch shows a leader who listens."""
    world.switch.lines_up = [*TALKING, line(LEADER, "h1-101.3", "h1-101.3", "hl-spy", mode)]
    world.switch.variables = {(LEADER, "HL_SPY_SEAT"): "1001", (LEADER, "HL_SPY_CALL"): CALL}


async def test_listening_is_written_down_before_the_telephone_rings(world: World, leader: Client) -> None:
    said = await leader.post(API, json=ASKED)
    assert await said.json() == {"extension": "1001", "mode": "listen", "call_id": CALL}
    [entry] = await world.audit("supervision:asked")
    assert (entry.subject, entry.detail) == ("seat:1001", {"call_id": CALL, "mode": "listen"})
    assert world.switch.orders == [("ring", "PJSIP/1900", "hl-spy", "listen", SPYING)]


async def test_nothing_is_rung_when_it_cannot_be_written_down(
    world: World, leader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OSError("the trail is full")

    monkeypatch.setattr("core.audit.record", broken)
    assert (await leader.post(API, json=ASKED)).status == 500
    assert world.switch.orders == []


async def test_a_telephone_nobody_answers_is_said_so(world: World, leader: Client) -> None:
    world.switch.results.append("no_answer")
    said = await leader.post(API, json=ASKED)
    assert (said.status, (await said.json())["error"]["message"]) == (409, "您的话机没有接听。")


async def test_another_way_while_listening(world: World, leader: Client) -> None:
    _listening(world, "listen")
    said = await leader.patch(API, json={"mode": "whisper"})
    assert (await said.json())["mode"] == "whisper"
    told = [("setvar", LEADER, name, value) for name, value in SPYING.items()]
    assert world.switch.orders == [*told, ("redirect", (LEADER, "hl-spy", "whisper"))]
    [entry] = await world.audit("supervision:changed")
    assert entry.detail == {"call_id": CALL, "mode": "whisper"}


async def test_what_one_does_and_the_end_of_it(world: World, leader: Client) -> None:
    assert (await leader.get(API)).status == 204
    assert (await leader.patch(API, json={"mode": "barge"})).status == 409
    _listening(world, "barge")
    assert await (await leader.get(API)).json() == {"extension": "1001", "mode": "barge", "call_id": CALL}
    assert (await leader.delete(API)).status == 204
    assert world.switch.orders == [("setvar", LEADER, "HL_BARGES", ""), ("hangup", LEADER)]
    assert len(await world.audit("supervision:ended")) == 1


async def test_both_are_fetched_to_be_barged_in_on_and_let_go(world: World, leader: Client) -> None:
    _listening(world, "listen")
    assert (await leader.patch(API, json={"mode": "barge"})).status == 200
    moves = [order[1:] for order in world.switch.orders if order[0] == "redirect"]
    assert moves == [
        ((CITIZEN, "hl-conf", "caller"), (SEAT, "hl-conf", "person")),
        ((LEADER, "hl-spy", "barge"),),
    ]
    _listening(world, "barge")
    together = [line(CITIZEN, CALL, context="hl-conf"), line(SEAT, "h1-100.2", context="hl-conf")]
    world.switch.lines_up = [*together, *world.switch.lines_up[2:]]
    world.switch.orders.clear()
    assert (await leader.delete(API)).status == 204
    assert world.switch.orders[-2:] == [
        ("redirect", (CITIZEN, "hl-join", "talk"), (SEAT, "hl-desk", "s")),
        ("hangup", LEADER),
    ]


async def test_nobody_is_barged_in_on_who_waits(world: World, leader: Client) -> None:
    _listening(world, "listen")
    apart = [line(CITIZEN, CALL, context="hl-held"), line(SEAT, "h1-100.2", context="hl-desk")]
    world.switch.lines_up = [*(replace(one, bridgeid="") for one in apart), *world.switch.lines_up[2:]]
    assert (await leader.patch(API, json={"mode": "barge"})).status == 409
    assert [order for order in world.switch.orders if order[0] == "redirect"] == []


async def test_taking_over_while_listening(world: World, leader: Client) -> None:
    _listening(world, "listen")
    at_desk = ChannelLine(LEADER, True, True, "h1-101.3", "h1-101.3", "hl-desk", "wait", "", "w", "Up")
    world.switch.after_redirect = [*TALKING, at_desk]
    said = await leader.post(f"{API}/take-over", json={"extension": "1001"})
    assert said.status == 204
    assert world.switch.orders[-1] == (
        "redirect",
        (CITIZEN, "hl-take-over", "s"),
        (SEAT, "hl-freed", "s"),
    )
    assert world.switch.variables[CITIZEN, "HL_PEER"] == LEADER
    assert world.switch.variables[CITIZEN, "HL_BY"] == "1900"
    assert len(await world.audit("call:taken_over")) == 1


async def test_ending_a_call(world: World, leader: Client) -> None:
    said = await leader.post(f"{API}/hang-up", json={"extension": "1001", "note": "辱骂"})
    assert said.status == 204
    assert world.switch.orders == [("redirect", (CITIZEN, "hl-goodbye", "s")), ("hangup", SEAT)]
    [entry] = await world.audit("call:ended")
    assert entry.detail == {"call_id": CALL, "note": "辱骂"}


@pytest.mark.parametrize("path", ["", "/take-over", "/hang-up"])
async def test_there_must_be_a_call(world: World, leader: Client, path: str) -> None:
    world.switch.lines_up = []
    assert (await leader.post(API + path, json={"extension": "1001"})).status == 409
    assert world.switch.orders == []
    assert await world.audit("supervision:asked") == []


async def test_who_may_not(world: World, leader: Client) -> None:
    seat, admin = await world.client("seat2"), await world.client("admin")
    for path in ("", "/take-over", "/hang-up"):
        assert (await seat.post(API + path, json={"extension": "1001"})).status == 403
    assert (await seat.get(API)).status == 403
    assert (await admin.post(API, json=ASKED)).status == 403, "without a telephone of one's own"
    assert (await leader.post(API, json={"extension": "1900"})).status == 409, "nobody listens to oneself"
    assert (await leader.post(API, json={"extension": "1001;x"})).status == 422
    assert world.switch.orders == []


async def test_a_switch_that_is_away(world: World, leader: Client) -> None:
    world.switch.away = True
    assert (await leader.post(API, json=ASKED)).status == 503


MOVE = f"/api/v1/queues/general/waiting/{CALL}/move"


async def test_moving_a_waiting_caller(world: World, leader: Client) -> None:
    world.switch.waiting = {"general": (WaitingCaller(CALL, 5.0, 0, CITIZEN),), "english": ()}
    assert (await leader.post(MOVE, json={"queue": "english"})).status == 204
    assert world.switch.orders[-1] == ("withdraw", "general", CITIZEN, "moved:english")
    [entry] = await world.audit("caller:moved")
    assert entry.detail == {"from": "general", "to": "english", "first": False}
    assert (await leader.post(MOVE, json={"queue": "nowhere"})).status == 404
    assert (await leader.post(MOVE.replace(CALL, "gone"), json={"first": True})).status == 409
    assert (await (await world.client("seat1")).post(MOVE, json={"first": True})).status == 403
    assert len(await world.audit("caller:moved")) == 1
