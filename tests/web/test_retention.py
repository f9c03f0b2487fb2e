"""Rules, holds, deletions, personal data and grants through the API: who may, and what a guess tells."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest

from core.audit import Action
from hotline.personal_data import LedgerPerson
from recorder.capture import sides
from recorder.retention.deletion import Eraser
from recorder.retention.requests import Bundler
from recorder.tables import Recording, RecordingState
from tests.web.world import CALLER, Client, World
from web.retention_facts import LedgerFacts

API = "/api/v1"
WHY = {"reason": "诉讼保全"}


@pytest.fixture
async def recording(world: World) -> Recording:
    """Of a call long ago, without a case."""
    made = await world.add_recording(await world.add_call(seat="1001", queue="general"))
    world.clock.advance(timedelta(days=800))
    return made


async def _ok(client: Client, method: str, path: str, status: int = 200, **body: Any) -> Any:
    answer = await client.request(method, API + path, json=body if method != "GET" else None)
    found = await answer.json()
    assert answer.status == status, found
    return found


async def _erase(world: World) -> None:
    eraser = Eraser(world.settings, world.sessions, world.clock, LedgerFacts())
    while await eraser.run_one():
        pass


async def test_the_whole_way_of_a_deletion(world: World, recording: Recording) -> None:
    inspector, admin = await world.client("inspector"), await world.client("admin")
    made = await _ok(inspector, "POST", "/deletions", 201, recording_ids=[recording.id], why="已超期限")
    assert (made["state"], made["first_by"], made["may_sign"]) == ("proposed", "Inspector", False)
    assert made["sign_bar"] == "own"
    (seen,) = (await _ok(admin, "GET", "/deletions"))["items"]
    assert (seen["may_sign"], seen["counts"]) == (True, {"waiting": 1})
    signed = await _ok(admin, "POST", f"/deletions/{made['id']}/sign", note="同意")
    assert (signed["state"], signed["second_by"]) == ("approved", "Admin")
    await _erase(world)
    (item,) = (await _ok(admin, "GET", f"/deletions/{made['id']}/items"))["items"]
    assert (item["state"], item["call_id"]) == ("deleted", recording.call_id)
    proof = item["proof"]
    assert (proof["first_by"], proof["second_by"]) == ("Inspector", "Admin")
    assert proof["archive_sha256"] == recording.archive_sha256
    gone = await admin.get(f"{API}/recordings/{recording.id}/audio")
    assert gone.status == 404
    call = await _ok(admin, "GET", f"/calls/{recording.call_id}")
    assert (call["recording"]["state"], call["recording"]["audio_url"], call["transcripts"]) == (
        RecordingState.DELETED,
        None,
        [],
    )
    assert [len(await world.audit(one)) for one in (Action.DELETION_PROPOSED, Action.DELETION_APPROVED)] == [
        1,
        1,
    ]


async def test_one_person_does_not_delete(world: World, recording: Recording) -> None:
    inspector, admin = await world.client("inspector"), await world.client("admin")
    made = await _ok(inspector, "POST", "/deletions", 201, recording_ids=[recording.id], why="已超期限")
    assert (await _ok(inspector, "POST", f"/deletions/{made['id']}/sign", 403))["error"][
        "code"
    ] == "forbidden"
    leader = await world.client("leader")
    await _ok(leader, "POST", f"/deletions/{made['id']}/sign", 403)
    await _ok(leader, "POST", f"/deletions/{made['id']}/refuse", 403, note="不可以")
    refused = await _ok(admin, "POST", f"/deletions/{made['id']}/refuse", note="仍需保留")
    assert (refused["state"], refused["refused_by"]) == ("refused", "Admin")
    await _ok(admin, "POST", f"/deletions/{made['id']}/sign", 409)


async def test_why_a_person_cannot_sign(world: World, recording: Recording) -> None:
    admin = await world.client("admin")
    made = await _ok(admin, "POST", "/deletions", 201, recording_ids=[recording.id], why="已超期限")
    people = {one["username"]: one["id"] for one in (await _ok(admin, "GET", "/recording-rights"))["items"]}

    async def bar(who: str) -> str | None:
        (seen,) = (await _ok(await world.client(who), "GET", "/deletions"))["items"]
        assert seen["may_sign"] is (seen["sign_bar"] is None)
        found: str | None = seen["sign_bar"]
        return found

    assert [await bar(who) for who in ("admin", "leader", "inspector")] == ["own", "role", None]
    taken = {"account_id": people["inspector"], "right": "delete", "allowed": False, "note": "调岗"}
    await _ok(admin, "POST", "/recording-grants", 201, **taken)
    assert await bar("inspector") == "right"
    await _ok(admin, "POST", f"/deletions/{made['id']}/refuse", note="撤回")
    assert await bar("inspector") == "decided"


async def _beside(world: World, recording: Recording) -> Recording:
    """A consultation recorded beside the same call, with a row of its own."""
    call = await world.call(recording.call_id)
    side_id = f"{call.id}-consult-{int(call.started_at.timestamp()) + 5}"
    await sides.note(world.sessions, side_id)
    return await world.add_recording(call, call_id=side_id)


@pytest.mark.parametrize("scope", ["call", "case", "number"])
async def test_a_hold_covers_what_was_recorded_beside_a_call(
    world: World, recording: Recording, scope: str
) -> None:
    beside, admin = await _beside(world, recording), await world.client("admin")
    case = await world.add_case(await world.call(recording.call_id))
    target = {"call": recording.call_id, "case": str(case.id), "number": CALLER}[scope]
    held = await _ok(admin, "POST", "/holds", 201, scope=scope, target=target, **WHY)
    await _ok(admin, "POST", "/deletions", 409, recording_ids=[beside.id], why="已超期限")
    assert held["may_lift"] is False  # who set it does not lift it


@pytest.mark.parametrize(("who", "status"), [("seat1", 403), ("leader", 403), ("", 401)])
async def test_who_proposes_nothing(world: World, recording: Recording, who: str, status: int) -> None:
    client = await world.client(who)
    for guess in (recording.id, 999):
        await _ok(client, "POST", "/deletions", status, recording_ids=[guess], why="试一试")
    assert await world.audit(Action.DELETION_PROPOSED) == []


async def test_a_hold_stops_it(world: World, recording: Recording) -> None:
    leader, admin = await world.client("leader"), await world.client("admin")
    held = await _ok(leader, "POST", "/holds", 201, scope="number", target=f"+86 {CALLER}", **WHY)
    assert (held["target"], held["may_lift"]) == ("138****1234", False)
    await _ok(admin, "POST", "/deletions", 409, recording_ids=[recording.id], why="已超期限")
    await _ok(leader, "POST", f"/holds/{held['id']}/lift", 403, **WHY)
    (seen,) = (await _ok(admin, "GET", "/holds"))["items"]
    assert (seen["may_lift"], seen["set_by"]) == (True, "Leader")
    lifted = await _ok(admin, "POST", f"/holds/{held['id']}/lift", reason="判决生效")
    assert (lifted["lifted_by"], lifted["lift_reason"]) == ("Admin", "判决生效")
    await _ok(admin, "POST", "/deletions", 201, recording_ids=[recording.id], why="已超期限")


@pytest.mark.parametrize(
    ("scope", "target", "status"),
    [
        ("recording", "999", 404),
        ("recording", "../1", 404),
        ("recording", "١", 404),
        ("call", "hl-1.1", 404),
        ("case", "2102002026112300001", 404),
        ("number", "not a number", 422),
        ("number", "", 422),
        ("everything", "1", 422),
    ],
)
async def test_what_cannot_be_held(
    world: World, recording: Recording, scope: str, target: str, status: int
) -> None:
    await _ok(await world.client("leader"), "POST", "/holds", status, scope=scope, target=target, **WHY)


async def test_holds_of_calls_and_cases(world: World) -> None:
    leader = await world.client("leader")
    call = await world.add_call(seat="1001")
    case = await world.add_case(call)
    for scope, target in (("call", call.id), ("case", str(case.id))):
        held = await _ok(leader, "POST", "/holds", 201, scope=scope, target=target, **WHY)
        assert held["target"] == target
    first = await _ok(leader, "GET", "/holds?limit=1")
    second = await _ok(leader, "GET", f"/holds?limit=1&cursor={first['next']}")
    assert [one["scope"] for one in first["items"] + second["items"]] == ["case", "call"]
    assert second["next"] is None


async def test_a_rule_and_what_it_would_delete(world: World, recording: Recording) -> None:
    admin, leader = await world.client("admin"), await world.client("leader")
    rule = {"name": "人工接听", "kinds": ["answered"], "months": 6}
    shown = await _ok(admin, "POST", "/retention/preview", **rule)
    assert (shown["seen"], shown["due"], shown["held"], shown["complete"]) == (1, 1, 0, True)
    assert shown["sample"][0]["call_id"] == recording.call_id
    assert (await _ok(admin, "POST", "/retention/preview", **rule | {"kinds": ["visit"]}))["due"] == 0
    await _ok(leader, "POST", "/retention/rules", 403, **rule)
    made = await _ok(admin, "POST", "/retention/rules", 201, **rule)
    page = await _ok(leader, "GET", "/retention")
    assert (page["case_months"], [one["name"] for one in page["rules"]]) == (24, ["人工接听"])
    ended = await _ok(admin, "POST", f"/retention/rules/{made['id']}/end")
    assert ended["ended_by"] == "Admin"
    await _ok(admin, "POST", f"/retention/rules/{made['id']}/end", 409)
    assert len(await world.audit(Action.RETENTION_RULE_SET)) == 1


@pytest.mark.parametrize("wrong", [{"months": -1}, {"months": 2000}, {"name": " "}, {"kinds": ["all"]}])
async def test_rules_that_make_no_sense(world: World, wrong: dict[str, Any]) -> None:
    rule = {"name": "规则", "months": 6} | wrong
    await _ok(await world.client("admin"), "POST", "/retention/rules", 422, **rule)


async def test_personal_data_is_fetched_once(world: World, recording: Recording) -> None:
    leader, admin = await world.client("leader"), await world.client("admin")
    asked = await _ok(leader, "POST", "/personal-data", 201, number=CALLER, reason="本人到场核验")
    assert (asked["number"], asked["state"]) == ("138****1234", "waiting")
    fetch = f"{API}/personal-data/{asked['id']}/fetch"
    assert (await leader.post(fetch, json={})).status == 404
    await Bundler(world.settings, world.sessions, world.clock, LedgerPerson()).run_one()
    (ready,) = (await _ok(leader, "GET", "/personal-data"))["items"]
    assert (ready["state"], ready["may_fetch"], ready["calls"]) == ("ready", True, 1)
    assert (await admin.post(fetch, json={})).status == 403
    answer = await leader.post(fetch, json={})
    assert answer.headers["Content-Type"] == "application/zip"
    found = zipfile.ZipFile(io.BytesIO(await answer.read()))
    assert f"recordings/{recording.call_id}.ogg" in found.namelist()
    assert (await leader.post(fetch, json={})).status == 404
    (row,) = await world.audit(Action.PERSONAL_DATA_FETCHED)
    assert row.subject == f"personal_data:{asked['id']}"


async def test_personal_data_has_what_was_recorded_beside_a_call(world: World, recording: Recording) -> None:
    beside, leader = await _beside(world, recording), await world.client("leader")
    asked = await _ok(leader, "POST", "/personal-data", 201, number=CALLER, reason="本人到场核验")
    await Bundler(world.settings, world.sessions, world.clock, LedgerPerson()).run_one()
    (ready,) = (await _ok(leader, "GET", "/personal-data"))["items"]
    assert (ready["calls"], ready["recordings"]) == (1, 2)
    answer = await leader.post(f"{API}/personal-data/{asked['id']}/fetch", json={})
    found = zipfile.ZipFile(io.BytesIO(await answer.read())).namelist()
    assert {f"recordings/{one.call_id}.ogg" for one in (recording, beside)} <= set(found)
    assert f"transcripts/{beside.call_id}-caller.txt" in found


@pytest.mark.parametrize(("who", "status"), [("seat1", 403), ("inspector", 403), ("", 401)])
async def test_who_gets_no_personal_data(world: World, who: str, status: int) -> None:
    client = await world.client(who)
    await _ok(client, "GET", "/personal-data", status)
    await _ok(client, "POST", "/personal-data", status, number=CALLER, reason="随便看看")
    for guess in ("1", "999"):
        await _ok(client, "POST", f"/personal-data/{guess}/fetch", status)


@pytest.mark.parametrize("guess", ["0", "x", "..%2f..%2fsecrets", "99999999999999999999"])
async def test_guessed_ids(world: World, guess: str) -> None:
    admin = await world.client("admin")
    for path in (
        "/personal-data/{}/fetch",
        "/deletions/{}/sign",
        "/holds/{}/lift",
        "/recording-grants/{}/end",
    ):
        answer = await admin.post(API + path.format(guess), json={"reason": "猜一猜"})
        assert answer.status in (404, 422)


async def test_grants_through_the_page(world: World, recording: Recording) -> None:
    admin, seat2 = await world.client("admin"), await world.client("seat2")
    url = f"{API}/recordings/{recording.id}/audio"
    assert (await seat2.get(url)).status == 403
    people = {one["username"]: one for one in (await _ok(admin, "GET", "/recording-rights"))["items"]}
    assert people["seat2"]["rights"]["export"] == []
    assert people["inspector"]["rights"]["delete"] != []
    given = await _ok(
        admin, "POST", "/recording-grants", 201, account_id=people["seat2"]["id"], right="listen", note="培训"
    )
    assert (await seat2.get(url)).status == 200
    await _ok(admin, "POST", f"/recording-grants/{given['id']}/end", 422)
    ended = await _ok(admin, "POST", f"/recording-grants/{given['id']}/end", note="培训结束")
    assert (ended["given_by"], ended["ended_by"]) == ("Admin", "Admin")
    assert (await seat2.get(url)).status == 403
    (line,) = (await _ok(admin, "GET", "/recording-grants"))["items"]
    assert (line["note"], line["ended_at"] is None) == ("培训", False)
    assert len(await world.audit(Action.RECORDING_GRANTED)) == 1
    (row,) = await world.audit(Action.RECORDING_GRANT_ENDED)
    assert row.detail["why"] == "培训结束"


async def test_rights_over_a_call_reach_what_was_recorded_beside_it(
    world: World, recording: Recording
) -> None:
    beside = await _beside(world, recording)
    url = f"{API}/recordings/{beside.id}/audio"
    admin, seat1, seat2 = [await world.client(one) for one in ("admin", "seat1", "seat2")]
    assert [(await one.get(url)).status for one in (seat1, seat2)] == [200, 403]
    people = {one["username"]: one["id"] for one in (await _ok(admin, "GET", "/recording-rights"))["items"]}
    limit = {"account_id": people["seat2"], "right": "listen", "queues": ["general"], "note": "跟班培训"}
    await _ok(admin, "POST", "/recording-grants", 201, **limit)
    assert (await seat2.get(url)).status == 200


async def test_nobody_grants_themselves(world: World) -> None:
    admin = await world.client("admin")
    people = {one["username"]: one["id"] for one in (await _ok(admin, "GET", "/recording-rights"))["items"]}
    await _ok(
        admin, "POST", "/recording-grants", 403, account_id=people["admin"], right="listen", note="试试"
    )
    await _ok(admin, "POST", "/recording-grants", 404, account_id=999, right="listen", note="试试")
    fine = {"account_id": people["seat1"], "right": "listen", "note": "试试"}
    for wrong in ({"right": "everything"}, {"allowed": False, "own": True}, {"note": " "}):
        await _ok(admin, "POST", "/recording-grants", 422, **fine | wrong)
    for who in ("leader", "inspector", "seat1"):
        client = await world.client(who)
        await _ok(client, "GET", "/recording-rights", 403)
        await _ok(client, "POST", "/recording-grants", 403, account_id=1, right="listen", note="试试")


async def test_a_right_that_was_taken_signs_nothing(world: World, recording: Recording) -> None:
    inspector, admin = await world.client("inspector"), await world.client("admin")
    people = {one["username"]: one["id"] for one in (await _ok(admin, "GET", "/recording-rights"))["items"]}
    taken = {"account_id": people["inspector"], "right": "delete", "allowed": False, "note": "调岗"}
    await _ok(admin, "POST", "/recording-grants", 201, **taken)
    made = await _ok(admin, "POST", "/deletions", 201, recording_ids=[recording.id], why="已超期限")
    await _ok(inspector, "POST", f"/deletions/{made['id']}/sign", 403)
