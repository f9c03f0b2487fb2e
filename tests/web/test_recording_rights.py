"""Rights over recordings: by role, by grant, with a reason; and what a guessed id tells."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.audit import Action
from core.tables import Account
from ivr.ledger.tables import CONFIDENTIAL, Call
from recorder.rights.model import Granted, Limit, Right, scopes
from recorder.rights.tables import RecordingGrant
from recorder.tables import Recording
from tests.web.world import AUDIO, CALLER, World
from ticketing.tables import Case
from web.api.masking import Viewer
from web.api.recording_rights import Rights


def _url(recording: Recording, rest: str = "audio") -> str:
    return f"/api/v1/recordings/{recording.id}/{rest}"


@pytest.fixture
async def recording(world: World) -> Recording:
    """Of a call that seat 1001 answered in the queue `general`."""
    return await world.add_recording(await world.add_call(seat="1001", queue="general"))


@pytest.fixture
async def secret(world: World) -> Recording:
    """Of a call whose caller asked to stay unknown."""
    return await world.add_recording(await world.add_call(seat="1001", marks=[CONFIDENTIAL]))


async def _grant(world: World, username: str, right: Right, **limits: object) -> RecordingGrant:
    async with world.sessions.begin() as db:
        who = await db.scalar(select(Account.id).where(Account.username == username))
        by = await db.scalar(select(Account.id).where(Account.username == "admin"))
        row = RecordingGrant(
            account_id=who, right_name=right, given_by=by, given_at=world.clock.now(), **limits
        )
        db.add(row)
    return row


@pytest.mark.parametrize(
    ("who", "listen", "number"),
    [("seat1", 200, 403), ("seat2", 403, 403), ("inspector", 200, 403), ("leader", 200, 200), ("", 401, 401)],
)
async def test_each_role_begins_with(
    world: World, recording: Recording, who: str, listen: int, number: int
) -> None:
    client = await world.client(who)
    assert (await client.get(_url(recording))).status == listen
    answer = await client.post(_url(recording, "number"), json={})
    assert answer.status == number
    assert len(await world.audit(Action.NUMBER_REVEALED)) == (number == 200)
    if number == 200:
        assert await answer.json() == {"caller": CALLER}


async def test_what_is_not_theirs_looks_as_what_is_not_there(world: World, recording: Recording) -> None:
    client = await world.client("seat2")
    said = []
    for known in (recording.id, 999):
        for method, rest in (("GET", "audio"), ("GET", "access"), ("POST", "number")):
            where = f"/api/v1/recordings/{known}/{rest}"
            answer = await client.request(method, where, json={} if method == "POST" else None)
            said.append((known, rest, answer.status, (await answer.json())["error"]))
    real, guessed = said[:3], said[3:]
    assert [one[1:] for one in real] == [one[1:] for one in guessed]
    assert {one[2] for one in said} == {403}


async def test_those_who_may_know_all_are_told_there_is_none(world: World) -> None:
    assert (await (await world.client("inspector")).get("/api/v1/recordings/999/access")).status == 404


async def test_an_inspector_sees_no_number(world: World, recording: Recording) -> None:
    client = await world.client("inspector")
    call = await (await client.get(f"/api/v1/calls/{recording.call_id}")).json()
    assert call["caller"] == "138****1234"
    assert CALLER not in str(call)
    assert call["may_listen"] is True


async def test_an_inspector_changes_no_case(world: World, recording: Recording) -> None:
    async with world.sessions() as db:
        call = await db.get_one(Call, recording.call_id)
    case = await world.add_case(call)
    client = await world.client("inspector")
    answer = await client.patch(f"/api/v1/cases/{case.id}", json={"version": 1, "description": "x"})
    assert answer.status == 403


async def test_a_confidential_call_asks_for_a_reason(world: World, secret: Recording) -> None:
    client = await world.client("leader")
    refused = await client.get(_url(secret))
    assert (refused.status, (await refused.json())["error"]["code"]) == (403, "reason_required")
    assert await world.audit(Action.RECORDING_PLAYED) == []
    for empty in ("", "  ", "x"):
        assert (await client.post(_url(secret, "access"), json={"reason": empty})).status == 422
    said = await client.post(_url(secret, "access"), json={"reason": "投诉复核"})
    assert (await said.json())["reason_until"] is not None
    (row,) = await world.audit(Action.RECORDING_REASON)
    assert row.detail == {"call_id": secret.call_id, "reason": "投诉复核"}
    assert await (await client.get(_url(secret))).read() == AUDIO


async def test_a_reason_is_for_one_person_one_recording_and_some_minutes(
    world: World, secret: Recording
) -> None:
    leader, admin = await world.client("leader"), await world.client("admin")
    await leader.post(_url(secret, "access"), json={"reason": "投诉复核"})
    assert (await admin.get(_url(secret))).status == 403
    other = await world.add_recording(await world.add_call(seat="1001", marks=[CONFIDENTIAL]))
    assert (await leader.get(_url(other))).status == 403
    world.clock.advance(timedelta(minutes=world.settings.retention.reason_minutes, seconds=1))
    assert (await leader.get(_url(secret))).status == 403


@pytest.mark.parametrize(
    ("limits", "status"),
    [
        ({}, 200),
        ({"queues": ["general"]}, 200),
        ({"queues": ["emergency"]}, 403),
        ({"own": True}, 403),
        ({"allowed": False}, 403),
        ({"districts": ["210202"]}, 403),
        ({"queues": ["general"], "own": True}, 403),
    ],
)
async def test_a_grant_takes_the_place_of_the_role(
    world: World, recording: Recording, limits: dict[str, object], status: int
) -> None:
    await _grant(world, "seat2", Right.LISTEN, **limits)
    assert (await (await world.client("seat2")).get(_url(recording))).status == status


async def test_a_district_is_that_of_the_case(world: World, recording: Recording) -> None:
    await _grant(world, "inspector", Right.LISTEN, districts=["210202"])
    client = await world.client("inspector")
    assert (await client.get(_url(recording))).status == 403
    async with world.sessions() as db:
        call = await db.get_one(Call, recording.call_id)
    case = await world.add_case(call)
    async with world.sessions.begin() as db:
        (await db.get_one(Case, case.id)).district = "210202"
    assert (await client.get(_url(recording))).status == 200


async def test_a_grant_ends(world: World, recording: Recording) -> None:
    soon = world.clock.now() + timedelta(minutes=5)
    await _grant(world, "seat2", Right.LISTEN, expires_at=soon)
    client = await world.client("seat2")
    assert (await client.get(_url(recording))).status == 200
    world.clock.advance(timedelta(minutes=6))
    assert (await client.get(_url(recording))).status == 403


_SCOPES = [
    (),
    (Limit(),),
    (Limit(own=True),),
    (Limit(nobodys=True),),
    (Limit(queues=frozenset({"general"})),),
    (Limit(districts=frozenset({"210202"})), Limit(queues=frozenset({"emergency"}), own=True)),
    (Limit(own=True), Limit(nobodys=True)),
]


@pytest.mark.parametrize("scope", _SCOPES)
async def test_memory_and_database_judge_alike(house: World, scope: tuple[Limit, ...]) -> None:
    calls = [
        await house.add_call(seat=seat, queue=queue, marks=marks, handed_to=after)
        for seat, after in (("1001", []), ("1002", []), ("1002", ["1003", "1001"]), ("", []))
        for queue in ("general", "emergency", "")
        for marks in ([], [CONFIDENTIAL], ["emergency"])
    ]
    districts = {}
    for call in calls[::2]:
        case = await house.add_case(call)
        districts[call.id] = "210202" if len(districts) % 2 else "210203"
        async with house.sessions.begin() as db:
            (await db.get_one(Case, case.id)).district = districts[call.id]
    rights = Rights(Viewer("seat", "1001", calls[4].started_at), {Right.LISTEN: scope})
    async with house.sessions() as db:
        found = set(await db.scalars(select(Call.id).where(rights.where(Right.LISTEN))))
    judged = {one.id for one in calls if rights.may(Right.LISTEN, one, districts.get(one.id))}
    assert found == judged


def test_one_refusal_beats_any_grant() -> None:
    lines = [Granted(Right.LISTEN, True, Limit()), Granted(Right.LISTEN, False, Limit())]
    assert scopes("administrator", lines)[Right.LISTEN] == ()
    assert scopes("administrator", lines)[Right.EXPORT] == (Limit(),)
