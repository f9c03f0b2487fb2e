"""Quality inspection over the API, from the sample to the report."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from recorder.quality import scored
from tests.web.quality.kit import API, add_talk, drawn, full, score, standard, week
from tests.web.world import World


async def test_from_sample_to_report(house: World) -> None:
    call, recording = await add_talk(house, survey=5)
    inspector, seat, leader = [await house.client(one) for one in ("inspector", "seat1", "leader")]
    sheet = await standard(house)
    [sample] = await drawn(house, inspector)
    assert {one["rule"] for one in sample["reasons"]} >= {"random", "low_survey"}
    assert (sample["call_id"], sample["agent"], sample["state"]) == (call.id, "Seat1", "waiting")

    claimed = await (await inspector.post(f"{API}/samples/next", json={})).json()
    assert (claimed["id"], claimed["is_mine"]) == (sample["id"], True)
    detail = await (await inspector.get(f"{API}/samples/{sample['id']}")).json()
    findings = {one["check"]: one for one in detail["findings"]}
    assert findings["greeting"]["verdict"] == "good"
    assert findings["greeting"]["evidence"] == [{"at_s": 6.0, "words": "您好", "length_s": 0.0}]
    assert findings["forbidden"]["evidence"][0] == {"at_s": 10.0, "words": "不知道", "length_s": 0.0}
    assert [one["id"] for one in detail["sheets"]] == [sheet]

    given = {
        "sheet_id": sheet,
        "answers": full(greeting={"yes": False, "note": "没有报工号"}),
        "comment": "注意开头语",
        "marks": [{"at_s": 6.2, "item": "greeting", "text": "此处"}],
    }
    made = await (await inspector.post(f"{API}/samples/{sample['id']}/score", json=given)).json()
    assert (made["total"], made["passed"]) == (92.0, True)

    own = await (await seat.get(f"{API}/mine")).json()
    assert own == {"count": 1, "average": 92.0, "unseen": 1, "appealed": 0}
    [listed] = (await (await seat.get(f"{API}/scores")).json())["items"]
    assert listed["may_appeal"] is True
    seen = await (await seat.post(f"{API}/scores/{made['score_id']}/seen", json={})).json()
    assert seen["marks"] == [{"at_s": 6.2, "item": "greeting", "text": "此处"}]
    assert seen["answers"]["greeting"]["note"] == "没有报工号"

    url = f"{API}/scores/{made['score_id']}"
    appealed = await seat.post(f"{url}/appeal", json={"reason": "我说了您好"})
    assert (await appealed.json())["state"] == "appealed"
    [waiting] = (await (await leader.get(f"{API}/scores", params={"state": "appealed"})).json())["items"]
    assert waiting["may_review"] is True
    review = {"note": "录音中有开头语", "answers": full()}
    reviewed = await (await leader.post(f"{url}/review", json=review)).json()
    assert (reviewed["state"], reviewed["total"]) == ("changed", 100.0)
    assert [(one["what"], one["total"]) for one in reviewed["history"]] == [
        ("submitted", 92.0),
        ("appealed", 92.0),
        ("changed", 100.0),
    ]
    assert (await (await seat.get(f"{API}/mine")).json())["unseen"] == 1

    report = await (await leader.get(f"{API}/report")).json()
    assert (report["whole"]["count"], report["whole"]["average"]) == (1, 100.0)
    assert (report["whole"]["appeal_rate"], report["whole"]["changed_rate"]) == (100.0, 100.0)
    assert [(one["key"], one["average"]) for one in report["by_seat"]] == [("1001", 100.0)]
    assert report["by_week"][0]["key"] == week(house)
    for action in ("claimed", "submitted", "seen", "appealed", "reviewed:changed"):
        thing = "quality_sample" if action == "claimed" else "quality_score"
        assert len(await house.audit(f"{thing}:{action}")) == 1, action
    assert recording.id == sample["recording_id"]


async def test_the_seat_is_told_at_once(house: World) -> None:
    await add_talk(house)
    inspector = await house.client("inspector")
    await drawn(house, inspector)
    async with house.redis.pubsub(ignore_subscribe_messages=True) as channel:
        await channel.subscribe("hotline:live")
        assert await channel.get_message(timeout=5) is None  # the confirmation is swallowed
        made = await score(house, inspector)
        async for message in channel.listen():
            news = json.loads(message["data"])
            if news["type"] == "quality":
                break
    assert news == {"type": "quality", "to": ["1001"], "score_id": made["score_id"], "state": "submitted"}


async def test_what_the_test_model_heard_is_worth_nothing(world: World) -> None:
    await add_talk(world, is_test_model=True)
    inspector = await world.client("inspector")
    [sample] = await drawn(world, inspector)
    found = (await (await inspector.get(f"{API}/samples/{sample['id']}")).json())["findings"]
    worthless = {one["check"] for one in found if one["is_worthless"]}
    assert worthless == {"greeting", "closing", "forbidden"}


async def test_seats_see_their_own_and_nothing_else(world: World) -> None:
    await add_talk(world)
    inspector, other, leader = [await world.client(one) for one in ("inspector", "seat2", "leader")]
    [sample] = await drawn(world, inspector)
    made = await score(world, inspector)
    url = f"{API}/scores/{made['score_id']}"
    assert (await (await other.get(f"{API}/scores")).json())["items"] == []
    for path in ("samples", "progress", "sheets", "report", "report.csv", f"samples/{sample['id']}"):
        assert (await other.get(f"{API}/{path}")).status == 403, path
    assert (await other.get(url)).status == 403
    for verb, body in (("appeal", {"reason": "x"}), ("review", {"note": "x"})):
        assert (await other.post(f"{url}/{verb}", json=body)).status == 403, verb
    # A leader looks and reviews, but has no right to inspect.
    assert (await leader.get(f"{API}/samples")).status == 200
    for path in ("samples/next", f"samples/{sample['id']}/claim"):
        assert (await leader.post(f"{API}/{path}", json={})).status == 403, path


@pytest.mark.parametrize(("hours", "status"), [(14, 200), (15, 409)])
async def test_an_appeal_has_its_time(world: World, hours: int, status: int) -> None:
    await add_talk(world)
    inspector, seat = await world.client("inspector"), await world.client("seat1")
    await drawn(world, inspector)
    made = await score(world, inspector)
    # It is Monday 09:30 in China: five workdays later is the next Monday, up to its midnight.
    world.clock.advance(timedelta(days=7, hours=hours))
    answer = await seat.post(f"{API}/scores/{made['score_id']}/appeal", json={"reason": "不同意"})
    assert answer.status == status


async def test_an_appeal_is_made_once_and_not_reviewed_by_who_scored(world: World) -> None:
    await add_talk(world)
    inspector, seat, leader = [await world.client(one) for one in ("inspector", "seat1", "leader")]
    await drawn(world, inspector)
    url = f"{API}/scores/{(await score(world, inspector))['score_id']}"
    assert (await leader.post(f"{url}/review", json={"note": "x"})).status == 409
    assert (await seat.post(f"{url}/appeal", json={"reason": "不同意"})).status == 200
    assert (await seat.post(f"{url}/appeal", json={"reason": "不同意"})).status == 409
    assert (await inspector.post(f"{url}/review", json={"note": "x"})).status == 403
    upheld = await (await leader.post(f"{url}/review", json={"note": "评分无误"})).json()
    assert (upheld["state"], upheld["appeal"]["reviewed_by"]) == ("upheld", "Leader")
    assert (await seat.post(f"{url}/appeal", json={"reason": "再申诉"})).status == 409


async def test_the_report_as_a_table(world: World) -> None:
    await add_talk(world)
    inspector = await world.client("inspector")
    await drawn(world, inspector)
    await score(world, inspector, abuse={"yes": True})
    answer = await inspector.get(f"{API}/report.csv", params={"by": "seat"})
    body = await answer.read()
    assert body.startswith(b"\xef\xbb\xbf")
    head, line, *_ = body.decode("utf-8-sig").splitlines()
    assert head.startswith("坐席,名称,质检数,平均分")
    assert line == "1001,坐席1001,1,0.0,0.0,0.0,0.0,100.0,0.0,0.0"
    items = (await (await inspector.get(f"{API}/report.csv")).read()).decode("utf-8-sig").splitlines()
    assert "abuse,辱骂、讽刺市民,1,0.0,100.0" in items
    assert [line.split(",")[0] for line in items[1:4]] == ["greeting", "closing", "tone"]
    assert len(await world.audit("quality:exported")) == 2


async def test_a_report_too_large_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await add_talk(world)
    await add_talk(world)
    inspector = await world.client("inspector")
    await drawn(world, inspector)
    await score(world, inspector)
    await score(world, inspector)
    year = {"from": "2026-01-01", "to": "2027-01-01"}
    assert (await inspector.get(f"{API}/report", params=year)).status == 200
    for path in ("report", "report.csv"):
        days = await inspector.get(f"{API}/{path}", params=year | {"to": "2027-01-02"})
        assert (await days.json())["error"]["fields"] == {"from": "一份报表最多 366 天"}
    monkeypatch.setattr(scored, "MOST_SCORES", 1)
    many = await inspector.get(f"{API}/report", params=year)
    assert (many.status, list((await many.json())["error"]["fields"])) == (422, ["from"])
