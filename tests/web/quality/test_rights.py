"""The right to inspect reaches as far as it was given, on every door of the queue."""

from __future__ import annotations

from typing import Any

from core.tables import Account
from recorder.rights.tables import RecordingGrant
from tests.web.quality.kit import API, add_talk, drawn, full, standard
from tests.web.world import PEOPLE, World


async def _grant(world: World, who: str, right: str, **limits: Any) -> None:
    people = list(PEOPLE)
    async with world.sessions.begin() as db:
        assert await db.get(Account, people.index(who) + 1)
        db.add(
            RecordingGrant(
                account_id=people.index(who) + 1,
                right_name=right,
                given_by=people.index("admin") + 1,
                given_at=world.clock.now(),
                **limits,
            )
        )


async def test_a_right_for_one_queue_reaches_that_queue(house: World) -> None:
    sheet = await standard(house)
    await add_talk(house, queue="general")
    other, _ = await add_talk(house, queue="english", survey=5)
    admin = await house.client("admin")
    ids = {one["call_id"]: one["id"] for one in await drawn(house, admin)}
    await _grant(house, "inspector", "inspect", queues=["general"])
    inspector = await house.client("inspector")
    listed = (await (await inspector.get(f"{API}/samples")).json())["items"]
    assert [one["id"] for one in listed] == [one for call, one in ids.items() if call != other.id]
    # The weightier one is of the other queue: it is not handed out.
    taken = await (await inspector.post(f"{API}/samples/next", json={})).json()
    assert taken["call_id"] != other.id
    url = f"{API}/samples/{ids[other.id]}"
    body = {"sheet_id": sheet, "answers": full()}
    for verb, sent in (("claim", {}), ("skip", {"note": "x"}), ("release", {}), ("score", body)):
        assert (await inspector.post(f"{url}/{verb}", json=sent)).status == 403, verb
    assert (await inspector.get(url)).status == 403
    assert (await inspector.post(f"{API}/samples", json={"call_id": other.id})).status == 403
    calibration = {"title": "x", "call_id": other.id, "sheet_id": sheet, "inspectors": [4, 5]}
    assert (await inspector.post(f"{API}/calibrations", json=calibration)).status == 403


async def test_who_may_not_listen_reads_no_evidence(world: World) -> None:
    await add_talk(world)
    inspector = await world.client("inspector")
    [sample] = await drawn(world, inspector)
    url = f"{API}/samples/{sample['id']}"
    assert (await (await inspector.get(url)).json())["findings"]
    await _grant(world, "inspector", "listen", allowed=False)
    assert (await (await inspector.get(url)).json())["findings"] == []


async def test_a_right_that_was_taken_away_closes_every_door(world: World) -> None:
    await add_talk(world)
    [sample] = await drawn(world, await world.client("admin"))
    await _grant(world, "inspector", "inspect", allowed=False)
    inspector = await world.client("inspector")
    for path in ("samples", "sheets", "report", "progress", "calibrations", f"samples/{sample['id']}"):
        assert (await inspector.get(f"{API}/{path}")).status == 403, path
    assert (await (await inspector.get(f"{API}/scores")).json())["items"] == []


async def test_a_seat_that_may_inspect_by_grant_is_told_so(world: World) -> None:
    await add_talk(world, seat="1002")
    [sample] = await drawn(world, await world.client("admin"))
    seat = await world.client("seat1")
    url = f"{API}/samples/{sample['id']}"
    assert (await (await seat.get("/api/v1/session")).json())["inspects"] is False
    assert (await seat.get(url)).status == 403
    await _grant(world, "seat1", "inspect")
    assert (await (await seat.get("/api/v1/session")).json())["inspects"] is True
    assert (await seat.get(url)).status == 200
    assert (await seat.post(f"{url}/claim", json={})).status == 200
    inspector = await (await (await world.client("inspector")).get("/api/v1/session")).json()
    leader = await (await (await world.client("leader")).get("/api/v1/session")).json()
    assert (inspector["inspects"], leader["inspects"]) == (True, False)


async def test_who_inspects_by_grant_alone_is_asked_to_calibrate_and_nobody_else(world: World) -> None:
    call, _ = await add_talk(world)
    sheet = await standard(world)
    admin = await world.client("admin")

    async def offered() -> set[int]:
        return {one["id"] for one in (await (await admin.get(f"{API}/inspectors")).json())["items"]}

    people = list(PEOPLE)
    seat, leader, inspector, boss = (
        people.index(who) + 1 for who in ("seat2", "leader", "inspector", "admin")
    )
    assert await offered() == {inspector, boss}
    form = {"title": "x", "call_id": call.id, "sheet_id": sheet, "inspectors": [inspector, leader]}
    async with admin.post(f"{API}/calibrations", json=form) as refused:
        assert (refused.status, list((await refused.json())["error"]["fields"])) == (422, ["inspectors"])
    await _grant(world, "seat2", "inspect", queues=["general"])
    await _grant(world, "inspector", "inspect", allowed=False)
    assert await offered() == {seat, boss}
    form["inspectors"] = [seat, boss]
    assert (await admin.post(f"{API}/calibrations", json=form)).status == 201
