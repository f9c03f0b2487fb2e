"""Sheets, queue and calibration over the API; answers are as the document says."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from hotline.indexing import Indexing
from hotline.recording_commands.reindex import empty
from recorder.quality.standard import STANDARD
from recorder.search.query import Reach, Wanted, search
from recorder.search.tables import SearchRow
from tests.web.quality.kit import API, add_talk, drawn, full, score, standard, week
from tests.web.schema import mistakes
from tests.web.world import World

BODY = STANDARD.model_dump(mode="json")


async def test_a_sheet_from_draft_to_retirement(world: World) -> None:
    first = await standard(world)
    inspector, seat = await world.client("inspector"), await world.client("seat1")
    form = {"name": "新表", "body": BODY, "copy_of": first}
    assert (await seat.post(f"{API}/sheets", json=form)).status == 403
    made = await (await inspector.post(f"{API}/sheets", json=form)).json()
    assert (made["version"], made["state"], made["body"]["pass_mark"]) == (2, "draft", 80.0)
    url = f"{API}/sheets/{made['id']}"
    change = {"revision": 1, "name": "改名", "body": BODY}
    assert (await (await inspector.patch(url, json=change)).json())["revision"] == 2
    late = await inspector.patch(url, json=change)
    assert (late.status, (await late.json())["error"]["code"]) == (409, "conflict")
    published = await inspector.post(f"{url}/publish", json={"valid_from": "2026-12-01"})
    assert (await published.json())["state"] == "published"
    rows = {one["id"]: one for one in (await (await inspector.get(f"{API}/sheets")).json())["items"]}
    assert rows[first]["valid_until"] == "2026-11-30"
    assert (await (await inspector.post(f"{url}/retire", json={})).json())["state"] == "retired"


async def test_an_unsound_sheet_is_refused(world: World) -> None:
    inspector = await world.client("inspector")
    item = {"code": "a", "title": "一"}
    twice = {"groups": [{"code": "g", "title": "组", "items": [item, item]}]}
    fatal = {"groups": [{"code": "g", "title": "组", "items": [item | {"kind": "fatal"}]}]}
    empty: dict[str, Any] = {"groups": []}
    for body in (twice, fatal, empty, {"groups": [{"code": "G!", "title": "", "items": []}]}):
        assert (await inspector.post(f"{API}/sheets", json={"name": "x", "body": body})).status == 422


async def test_the_queue_has_locks(world: World) -> None:
    await add_talk(world)
    first, second = await world.client("inspector"), await world.client("admin")
    [sample] = await drawn(world, first)
    url = f"{API}/samples/{sample['id']}"
    assert (await first.post(f"{url}/claim", json={})).status == 200
    assert (await second.post(f"{url}/claim", json={})).status == 409
    assert (await second.post(f"{API}/samples/next", json={})).status == 404
    draft = {"draft": {"comment": "一半"}}
    assert (await second.patch(url, json=draft)).status == 409
    assert (await first.patch(url, json=draft)).status == 200
    assert (await (await first.get(url)).json())["draft"] == {"comment": "一半"}
    assert (await (await second.get(url)).json())["draft"] == {}
    short = {"sheet_id": await standard(world), "answers": {}}
    refused = await first.post(f"{url}/score", json=short)
    assert refused.status == 422
    assert (await refused.json())["error"]["fields"]["answers.greeting"] == "尚未评分"
    assert (await first.post(f"{url}/skip", json={"note": "空号"})).status == 200
    assert (await first.post(f"{url}/claim", json={})).status == 409


async def test_lists_are_filtered(house: World) -> None:
    await add_talk(house, survey=5)
    await add_talk(house, seat="1002")
    inspector = await house.client("inspector")
    assert len(await drawn(house, inspector)) == 2
    for params, count in (
        ({"rule": "low_survey"}, 1),
        ({"rule": "keyword"}, 0),
        ({"seat": "1002"}, 1),
        ({"state": "scored"}, 0),
        ({"week": week(house)}, 2),
        ({"mine": "true"}, 0),
    ):
        found = await (await inspector.get(f"{API}/samples", params=params)).json()
        assert len(found["items"]) == count, params
    page = await (await inspector.get(f"{API}/samples", params={"limit": 1})).json()
    rest = await (await inspector.get(f"{API}/samples", params={"cursor": page["next"]})).json()
    assert (len(rest["items"]), rest["next"]) == (1, None)


async def test_a_call_is_chosen(world: World) -> None:
    call, _ = await add_talk(world)
    leader = await world.client("leader")
    made = await (await leader.post(f"{API}/samples", json={"call_id": call.id, "note": "听听"})).json()
    assert made["reasons"] == [{"rule": "manual", "detail": "听听"}]
    assert (await leader.post(f"{API}/samples", json={"call_id": "nobody"})).status == 404


async def test_calibration_shows_nothing_before_the_end(world: World) -> None:
    call, _ = await add_talk(world)
    sheet = await standard(world)
    first, second, leader = [await world.client(name) for name in ("inspector", "admin", "leader")]
    people = (await (await first.get(f"{API}/inspectors")).json())["items"]
    ids = [one["id"] for one in people if one["role"] in ("inspector", "administrator")]
    form = {"title": "校准", "call_id": call.id, "sheet_id": sheet, "inspectors": ids}
    made = await (await first.post(f"{API}/calibrations", json=form)).json()
    url = f"{API}/calibrations/{made['id']}"
    given = {"sheet_id": sheet, "answers": full()}
    assert (await first.post(f"{url}/score", json=given)).status == 200
    blind = await (await second.get(url)).json()
    assert (blind["done"], blind["scores"], blind["agreement"]) == (1, [], None)
    wrong = {"sheet_id": sheet, "answers": full(greeting={"yes": False})}
    own = await (await second.post(f"{url}/score", json=wrong)).json()
    assert [one["total"] for one in own["scores"]] == [92.0]
    assert (await (await world.client("seat1")).post(f"{url}/close", json={})).status == 403
    # A leader who takes no part sees nothing either, and may end it.
    seen = await (await leader.get(url)).json()
    assert (seen["scores"], seen["agreement"], seen["may_close"]) == ([], None, True)
    closed = await (await leader.post(f"{url}/close", json={})).json()
    assert [one["total"] for one in closed["scores"]] == [100.0, 92.0]
    assert (closed["agreement"]["spread"], closed["agreement"]["same_verdict"]) == (8.0, True)
    # A calibration is nobody's score.
    assert (await (await first.get(f"{API}/scores")).json())["items"] == []
    listed = (await (await first.get(f"{API}/calibrations")).json())["items"]
    assert [(one["done"], one["has_scored"]) for one in listed] == [(2, True)]


async def test_answers_are_as_documented(world: World) -> None:
    await add_talk(world)
    inspector, seat = await world.client("inspector"), await world.client("seat1")
    [sample] = await drawn(world, inspector)
    made = await score(world, inspector, tone={"points": 7.5})
    await seat.post(f"{API}/scores/{made['score_id']}/appeal", json={"reason": "x"})
    document = await (await inspector.get("/api/v1/openapi.json")).json()
    for path, one in (
        ("/sheets", ""),
        ("/samples", ""),
        ("/samples/{id}", sample["id"]),
        ("/progress", ""),
        ("/mine", ""),
        ("/scores", ""),
        ("/scores/{id}", made["score_id"]),
        ("/scores/{id}", 999),
        ("/inspectors", ""),
        ("/calibrations", ""),
        ("/report", ""),
    ):
        answer = await inspector.get(API + path.replace("{id}", str(one)))
        responses = document["paths"][API + path]["get"]["responses"]
        schema = responses[str(answer.status)]["content"]["application/json"]["schema"]
        assert mistakes(await answer.json(), schema, document) == [], path


async def test_lists_do_not_ask_once_a_row(world: World) -> None:
    inspector = await world.client("inspector")
    counts = []
    for _ in range(2):
        for _ in range(3):
            await add_talk(world)
        await drawn(world, inspector)
        async with world.counting() as seen:
            await inspector.get(f"{API}/samples")
        counts.append(len(seen))
    assert counts[0] == counts[1]


async def test_the_score_is_in_the_search_index(world: World) -> None:
    _, recording = await add_talk(world)
    await Indexing(world.settings, world.sessions, world.clock).put(recording.id)
    inspector = await world.client("inspector")
    await drawn(world, inspector)
    await score(world, inspector, tone={"points": 5})
    async with world.sessions() as db:
        row = await db.scalar(select(SearchRow).where(SearchRow.recording_id == recording.id))
    assert row is not None and row.score == 95.0


async def test_a_score_is_in_the_index_whichever_came_first_and_whatever_is_emptied(world: World) -> None:
    """Scored before it was indexed; then the index is emptied and made anew, as `reindex --clear` does."""
    _, recording = await add_talk(world)
    inspector = await world.client("inspector")
    await drawn(world, inspector)
    await score(world, inspector, tone={"points": 5})
    indexing = Indexing(world.settings, world.sessions, world.clock)

    async def found() -> list[int]:
        async with world.sessions() as db:
            page = await search(db, Wanted(score_min=94, score_max=96), Reach())
        return [one.row.recording_id for one in page.items]

    await indexing.put(recording.id)
    assert await found() == [recording.id]
    await empty(world.sessions)
    assert await found() == []
    assert [done async for done in indexing.everything()] == [1]
    assert await found() == [recording.id]
