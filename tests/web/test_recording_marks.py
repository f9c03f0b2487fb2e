"""Marks and shared moments: only for who may listen, only one's own, all of it in the audit trail."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core.audit import Action
from recorder import marks
from recorder.tables import Recording
from tests.web.schema import mistakes
from tests.web.world import Client, World


@pytest.fixture
async def recording(house: World) -> Recording:
    """Half a minute of a call that seat 1001 answered."""
    return await house.add_recording(await house.add_call(seat="1001"))


def _marks(recording: Recording, more: str = "") -> str:
    return f"/api/v1/recordings/{recording.id}/marks{more}"


def _shares(recording: Recording, more: str = "") -> str:
    return f"/api/v1/recordings/{recording.id}/shares{more}"


async def _listed(client: Client, recording: Recording) -> list[dict[str, Any]]:
    answer = await client.get(_marks(recording))
    assert answer.status == 200
    items: list[dict[str, Any]] = (await answer.json())["items"]
    return items


async def test_marks_are_written_changed_and_removed_by_their_author(
    house: World, recording: Recording
) -> None:
    seat = await house.client("seat1")
    later = await (await seat.post(_marks(recording), json={"at_s": 20, "text": " 语气好 "})).json()
    first = await (await seat.post(_marks(recording), json={"at_s": 3.5, "until_s": 6})).json()
    assert [(one["at_s"], one["until_s"], one["text"]) for one in await _listed(seat, recording)] == [
        (3.5, 6.0, ""),
        (20.0, None, "语气好"),
    ]
    change = {"at_s": 4, "text": "报了地址"}
    assert (await seat.patch(_marks(recording, f"/{first['id']}"), json=change)).status == 200
    assert (await seat.delete(_marks(recording, f"/{later['id']}"))).status == 204
    (left,) = await _listed(seat, recording)
    assert (left["text"], left["author"], left["mine"], left["until_s"]) == ("报了地址", "Seat1", True, None)
    assert left["changed_at"] is not None
    for action, text in (
        (Action.RECORDING_MARKED, "语气好"),
        (Action.MARK_CHANGED, "报了地址"),
        (Action.MARK_REMOVED, "语气好"),
    ):
        row = (await house.audit(action))[0]
        assert (row.actor_id, row.subject, row.detail["text"]) == (1, f"recording:{recording.id}", text)


async def test_others_marks_are_read_and_left_alone(house: World, recording: Recording) -> None:
    leader, seat = await house.client("leader"), await house.client("seat1")
    made = await (await leader.post(_marks(recording), json={"at_s": 1, "text": "请听"})).json()
    (read,) = await _listed(seat, recording)
    assert (read["author"], read["mine"]) == ("Leader", False)
    assert (await seat.patch(_marks(recording, f"/{made['id']}"), json={"at_s": 2})).status == 403
    assert (await seat.delete(_marks(recording, f"/{made['id']}"))).status == 403
    assert [one["text"] for one in await _listed(leader, recording)] == ["请听"]


async def test_who_may_not_listen_may_not_read_or_write(house: World, recording: Recording) -> None:
    other = await house.client("seat2")
    assert (await other.get(_marks(recording))).status == 403
    assert (await other.post(_marks(recording), json={"at_s": 1})).status == 403
    assert (await other.post(_shares(recording), json={"at_s": 1})).status == 403
    assert (await (await house.client()).get(_marks(recording))).status == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"at_s": 99}, 422),
        ({"at_s": 5, "until_s": 4}, 422),
        ({"at_s": 5, "until_s": 99}, 422),
        ({"at_s": -1}, 422),
        ({"at_s": 1, "text": "字" * 501}, 422),
        ({"at_s": 1, "text": "<b>" + "字" * 400}, 201),
        ({"at_s": 30.4}, 201),
    ],
)
async def test_places_and_texts(house: World, recording: Recording, body: Any, status: int) -> None:
    assert (await (await house.client("leader")).post(_marks(recording), json=body)).status == status


async def test_a_mark_is_not_found_under_another_recording(house: World, recording: Recording) -> None:
    other = await house.add_recording(await house.add_call(seat="1001"))
    seat = await house.client("seat1")
    made = await (await seat.post(_marks(recording), json={"at_s": 1})).json()
    assert (await seat.delete(_marks(other, f"/{made['id']}"))).status == 404


async def test_a_link_leads_who_may_listen_to_the_moment(house: World, recording: Recording) -> None:
    made = await (await (await house.client("seat1")).post(_shares(recording), json={"at_s": 12.5})).json()
    token = {"token": made["token"]}
    leader = await house.client("leader")
    answer = await leader.post(_shares(recording, "/open"), json=token)
    assert await answer.json() == {"call_id": recording.call_id, "at_s": 12.5}
    refused = await (await house.client("seat2")).post(_shares(recording, "/open"), json=token)
    assert refused.status == 403
    assert [row.actor_id for row in await house.audit(Action.SHARE_OPENED)] == [3]
    assert [row.actor_id for row in await house.audit(Action.SHARE_REFUSED)] == [2]
    assert made["token"] not in str([row.detail for row in await house.audit(Action.RECORDING_SHARED)])


async def test_a_link_ends_when_it_is_revoked_or_old(house: World, recording: Recording) -> None:
    seat, leader = await house.client("seat1"), await house.client("leader")
    made = [await (await seat.post(_shares(recording), json={"at_s": 1, "hours": 2})).json() for _ in "ab"]

    async def opened(share: dict[str, Any]) -> int:
        return (await leader.post(_shares(recording, "/open"), json={"token": share["token"]})).status

    assert (await leader.delete(_shares(recording, f"/{made[0]['id']}"))).status == 403
    assert [await opened(one) for one in made] == [200, 200]
    assert (await seat.delete(_shares(recording, f"/{made[0]['id']}"))).status == 204
    assert [await opened(one) for one in made] == [410, 200]
    house.clock.advance(timedelta(hours=3))
    assert [await opened(one) for one in made] == [410, 410]
    listed = await (await seat.get(_shares(recording))).json()
    assert [(one["id"], one["revoked_at"] is None) for one in listed["items"]] == [
        (made[1]["id"], True),
        (made[0]["id"], False),
    ]
    assert (await (await leader.get(_shares(recording))).json())["items"] == []


async def test_a_token_fits_its_own_recording_alone(house: World, recording: Recording) -> None:
    other = await house.add_recording(await house.add_call(seat="1001"))
    seat = await house.client("seat1")
    token = (await (await seat.post(_shares(recording), json={"at_s": 1})).json())["token"]
    assert (await seat.post(_shares(other, "/open"), json={"token": token})).status == 410
    assert (await seat.post(_shares(recording, "/open"), json={"token": "x" * 43})).status == 410


async def test_a_deleted_recording_is_forgotten(house: World, recording: Recording) -> None:
    seat = await house.client("seat1")
    kept = await house.add_recording(await house.add_call(seat="1001"))
    for one in (recording, kept):
        await seat.post(_marks(one), json={"at_s": 1})
        await seat.post(_shares(one), json={"at_s": 1})
    async with house.sessions.begin() as db:
        await marks.forget(db, recording.id)
    assert await _listed(seat, recording) == []
    assert (await (await seat.get(_shares(recording))).json())["items"] == []
    assert len(await _listed(seat, kept)) == 1


async def test_answers_are_as_the_document_says(house: World, recording: Recording) -> None:
    seat = await house.client("seat1")
    document = await (await seat.get("/api/v1/openapi.json")).json()
    made = await (await seat.post(_marks(recording), json={"at_s": 1})).json()
    shared = await (await seat.post(_shares(recording), json={"at_s": 1})).json()
    schemas = document["components"]["schemas"]
    assert mistakes(made, schemas["MarkAnswer"], document) == []
    assert mistakes(shared, schemas["NewShare"], document) == []
