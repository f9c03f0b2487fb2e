"""Open311 GeoReport v2 as an ordinary client sees it, in XML and in JSON, and what it must never see."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from core.case_settings import Cases
from core.settings import Settings
from tests.web.open311.client import GeoReport, Refused
from tests.web.world import World
from ticketing.moves import move
from ticketing.sources import book, keys
from ticketing.sources.channels import Channel
from ticketing.sources.tables import SourceReport
from ticketing.tables import Case, Stage
from web.open311.problems import refused
from web.open311.reading import Reader, _row

COVER, LAMP, NOISE = "2013-C-0101", "2013-C-0137", "2013-E-0128"
LAMP_1 = {"service_code": LAMP, "address_string": "中山区人民路 1 号", "description": "路灯不亮"}
Connect = Callable[..., Awaitable[GeoReport]]


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


#: Tests of what answers look like go through both formats, the others through XML.
both = pytest.mark.parametrize("connect", ["xml", "json"], indirect=True)


@pytest.fixture
def connect(request: pytest.FixtureRequest, world: World, http: aiohttp.ClientSession) -> Connect:
    """A client that found its way by the discovery file; with a key of the source it is named."""

    async def make(source: str = "", **more: Any) -> GeoReport:
        key = ""
        if source:
            values = {"name": source, "channel": Channel.APP, "actor_id": None, "clock": world.clock}
            await book.add(world.sessions, code=source, values=more, **values)
            key = (await keys.make(world.sessions, source, actor_id=None, clock=world.clock))[1]
        url = str(world.server.make_url("/open311/discovery"))
        return await GeoReport.discover(http, url, getattr(request, "param", "xml"), api_key=key)

    return make


async def _refusal(asked: Awaitable[Any]) -> Refused:
    with pytest.raises(Refused) as refusal:
        await asked
    return refusal.value


async def _close(world: World, request_id: str) -> None:
    async with world.sessions.begin() as db:
        case = await db.scalar(select(Case).where(Case.number == request_id))
        assert case is not None
        case.stage, case.closed_at = Stage.CLOSED, world.clock.now()


@both
async def test_services_and_what_they_ask(connect: Connect) -> None:
    client = await connect()
    services = {one["service_code"]: one for one in await client.services()}
    assert len(services) == 119 + 78
    lamp = services[LAMP]
    assert (lamp["service_name"], lamp["group"], lamp["type"]) == ("路灯", "公用设施", "realtime")
    assert "灯不亮" in lamp["keywords"].split(", ")
    assert all(one["metadata"] == "true" for one in services.values())
    asked = {one["code"]: one for one in await client.definition(COVER)}
    assert asked["cover_state"]["required"] == "true"
    assert [one["key"] for one in asked["cover_state"]["values"]][:2] == ["missing", "broken"]
    assert asked["emergency_notice"]["variable"] == "false"
    datatypes = {one["datatype"] for code in (COVER, NOISE) for one in await client.definition(code)}
    assert datatypes >= {"string", "text", "datetime", "singlevaluelist", "multivaluelist"}
    for code in ("2013-C-9999", "nonsense", "2013-C-0101'--"):
        assert (await _refusal(client.definition(code))).status == 404


@both
async def test_a_request_is_filed_followed_and_found(world: World, connect: Connect) -> None:
    client = await connect("app")
    person = {"email": "a@example.org", "phone": "13800001234", "first_name": "芳", "last_name": "王"}
    filed = await client.post(
        service_code=COVER,
        **{"lat": 38.9207, "long": 121.6413, "address_string": "中山区人民路 1 号"} | person,
        description="井盖 <b>丢了</b> & 很危险\n请打 138 0000 1234 或 a@example.org",
        media_url="https://example.org/cover.jpg",
        attributes={"cover_state": "missing", "danger": "yes"},
    )
    assert len(filed["service_request_id"]) == 19
    one = await client.request(filed["service_request_id"])
    assert (one["status"], one["service_code"], one["service_name"]) == ("open", COVER, "上水井盖")
    assert (
        one["description"]
        == "井盖 <b>丢了</b> & 很危险\n请打 *** 或 ***\n井盖情况：缺失\n是否危及行人车辆：是"
    )
    assert (float(one["lat"]), float(one["long"])) == (38.9207, 121.6413)
    assert (one["address"], one["media_url"]) == ("中山区人民路 1 号", "")
    async with world.sessions() as db:
        case = (await db.scalars(select(Case))).one()
    assert (case.source, case.urgency, case.reporter_name) == ("app", "urgent", "王芳")
    assert (case.callback_number, case.category_code) == ("13800001234", "0101")
    world.clock.advance(timedelta(hours=1))
    second = await client.post(**LAMP_1)
    await _close(world, second["service_request_id"])
    assert [o["service_request_id"] for o in await client.requests(status="closed")] == [
        second["service_request_id"]
    ]
    assert [o["service_code"] for o in await client.requests(status="open,closed")] == [LAMP, COVER]
    assert [o["service_code"] for o in await client.requests(service_code=f"{COVER},{NOISE}")] == [COVER]
    both = ",".join([filed["service_request_id"], second["service_request_id"], "1"])
    assert len(await client.requests(service_request_id=both, status="open")) == 2


async def test_dates_bound_what_is_found(world: World, connect: Connect) -> None:
    client = await connect("app")
    ids = []
    for days in (0, 10, 91):  # the 23rd of November and of the days after it
        world.clock.advance(timedelta(days=days))
        ids.append((await client.post(**LAMP_1 | {"description": f"第 {days} 天"}))["service_request_id"])
    assert [o["service_request_id"] for o in await client.requests()] == [ids[2]]
    found = await client.requests(start_date="2026-11-23T00:00:00Z", end_date="2026-12-31T00:00:00+08:00")
    assert [o["service_request_id"] for o in found] == [ids[1], ids[0]]
    assert len(await client.requests(start_date="2026-11-24T00:00:00Z")) == 1
    assert len(await client.requests(end_date="2026-11-24T00:00:00Z")) == 1
    assert len(await client.requests(start_date="2026-11-01T00:00:00Z", page_size="1", page="2")) == 1
    refusal = await _refusal(
        client.requests(start_date="2026-11-23", end_date="soon", status="lost", page="0")
    )
    assert (refusal.status, len(refusal.errors)) == (400, 4)
    long = {"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-12-01T00:00:00Z"}
    assert (await _refusal(client.requests(**long))).status == 400


@both
async def test_a_token_until_somebody_registers_it(world: World, connect: Connect) -> None:
    client = await connect("app", registers=False)
    assert {one["type"] for one in await client.services()} == {"batch"}
    filed = await client.post(**LAMP_1)
    assert (await client.token(filed["token"]))["service_request_id"] == ""
    assert await client.requests() == []
    async with world.sessions() as db:
        case = (await db.scalars(select(Case))).one()
    await move(
        world.sessions, case_id=case.id, move="register", actor=None, version=case.version, clock=world.clock
    )
    request_id = (await client.token(filed["token"]))["service_request_id"]
    assert (await client.request(request_id))["status"] == "open"
    assert (await _refusal(client.token("nobodys"))).status == 404


async def test_without_a_place_anybody_knows_there_is_a_token(connect: Connect) -> None:
    client = await connect("app")
    assert (await client.post(**LAMP_1 | {"address_string": "老王家门口"}))["token"]
    by_id = await client.post(service_code=LAMP, address_id="210202")
    assert (await client.request(by_id["service_request_id"]))["address"] == "中山区"


@both
async def test_what_is_wrong_is_said_all_at_once(world: World, connect: Connect) -> None:
    client = await connect("app")
    wrong: tuple[tuple[dict[str, Any], int, int], ...] = (
        ({"service_code": ""}, 400, 1),
        ({"service_code": "2013-C-9999"}, 404, 1),
        ({"address_string": ""}, 400, 1),
        ({"lat": "38.9"}, 400, 1),
        ({"lat": "38.9", "long": "x"}, 400, 1),
        ({"lat": "98.9", "long": "121.6"}, 400, 1),
        ({"lat": "nan", "long": "121.6"}, 400, 1),
        ({"address_id": "999"}, 400, 1),
        ({"phone": "12"}, 400, 1),
        ({"description": "字" * 4001}, 400, 1),
        ({"description": "a\x00b"}, 400, 1),
        ({"media_url": "javascript:alert(1)"}, 400, 1),
        ({"service_code": COVER}, 400, 1),  # its required attribute is missing
        ({"service_code": COVER, "attributes": {"cover_state": "lost", "colour": "red"}}, 400, 2),
        (
            {"service_code": NOISE, "attributes": {"since": "gestern", "noise_sources": ["machine", "x"]}},
            400,
            2,
        ),
        ({"attributes": {"part": "1234567890123456"}}, 400, 1),
    )
    for change, status, count in wrong:
        refusal = await _refusal(client.post(**LAMP_1 | change))
        assert (refusal.status, len(refusal.errors)) == (status, count), (change, refusal)
        assert all(one["code"] == str(status) for one in refusal.errors)
    away = await _refusal(client.post(**LAMP_1 | {"phone": "12"}))
    assert away.errors[0]["description"] == "phone: 不是有效的电话号码"
    huge = io.BytesIO(b"description=" + b"x" * 10_000_000)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    url = f"{client.endpoint}/requests.{client.format}"
    async with client.session.post(url, data=huge, headers=form) as answer:
        assert answer.status == 400
    async with world.sessions() as db:
        assert (await db.scalars(select(SourceReport))).all() == []


async def test_what_cannot_be_read_is_refused_in_the_same_shape(
    house: World, http: aiohttp.ClientSession
) -> None:
    base = str(house.server.make_url("/open311/v2"))
    form = "application/x-www-form-urlencoded"
    for kind, body in (
        (form + "; charset=nonsense", b"a=b"),
        (form, b"a=\xff\x00"),
        ("text/plain", b"a"),
        (form, b""),
    ):
        async with http.post(f"{base}/requests.json", data=body, headers={"Content-Type": kind}) as answer:
            (error,) = await answer.json()
            assert answer.status == error["code"] in (400, 403), (kind, body)
    for path in ("requests/%00", "tokens/%00", "services/%00", "requests/\u0661", "tokens/a%27b", "x"):
        async with http.get(f"{base}/{path}.json") as answer:
            assert (answer.status, (await answer.json())[0]["code"]) == (404, 404), path
    async with http.get(f"{base}/requests.json", params={"service_request_id": "\x00,1"}) as answer:
        assert (answer.status, await answer.json()) == (200, [])
    async with http.put(f"{base}/requests.json") as answer:
        assert answer.status == 404


def test_our_own_faults_are_told_in_the_same_shape() -> None:
    away = refused(OperationalError("select", {}, Exception("gone")), "json", "/")
    assert (away.status, json.loads(away.text or "")[0]["code"]) == (503, 503)
    bug = refused(RuntimeError("secret words"), "xml", "/")
    assert bug.status == 500 and "<errors><error><code>500</code>" in (bug.text or "")
    assert "secret" not in (bug.text or "")


async def test_many_answers_to_one_question(connect: Connect) -> None:
    client = await connect("app")
    answers = {"noise_sources": ["machine", "building"], "since": "2026-11-20T22:00:00+08:00"}
    filed = await client.post(**LAMP_1 | {"service_code": NOISE}, attributes=answers)
    told = (await client.request(filed["service_request_id"]))["description"]
    assert told == "路灯不亮\n噪声来源：机械设备、施工\n开始时间：2026-11-20T22:00:00+08:00"


async def test_keys_and_jurisdictions(world: World, connect: Connect, http: aiohttp.ClientSession) -> None:
    client = await connect("app")
    for key in ("", "hs_wrong", "x" * 500):
        client_without = GeoReport(http, client.endpoint, client.format, api_key=key)
        assert (await _refusal(client_without.post(**LAMP_1))).status == 403
    client.jurisdiction_id = "elsewhere.org"
    for asked in (client.services(), client.definition(LAMP), client.requests(), client.post(**LAMP_1)):
        assert (await _refusal(asked)).status == 404
    client.jurisdiction_id = world.settings.open311.jurisdiction_id
    # An app in a browser comes from another site: no log-in counts here, so it may.
    elsewhere = {"Origin": "https://app.example.org"}
    assert (await client.post(elsewhere, **LAMP_1))["service_request_id"]
    async with http.get(f"{client.endpoint}/services.{client.format}", headers=elsewhere) as answer:
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
    for path in ("/nothing", "/requests/1/2", "/services/a.b"):
        assert (await _refusal(client._get(path))).status == 404


async def test_sent_again_it_is_one_request(world: World, connect: Connect) -> None:
    client = await connect("app")
    mine = LAMP_1 | {"device_id": "phone-1"}
    first = await client.post(**mine)
    assert await client.post(**mine) == first  # the answer was lost on the way
    keyed = {"Idempotency-Key": "abc"}
    other = await client.post(keyed, **LAMP_1 | {"device_id": "phone-2"})
    assert await client.post(keyed, **LAMP_1 | {"device_id": "phone-2"}) == other != first
    refusal = await _refusal(client.post(keyed, **LAMP_1 | {"description": "别的"}))
    assert (refusal.status, refusal.errors[0]["description"][:16]) == (400, "Idempotency-Key:")
    async with world.sessions() as db:
        assert len((await db.scalars(select(Case))).all()) == 2


async def test_too_many_are_told_when_to_come_again(connect: Connect) -> None:
    client = await connect("app", per_minute=2)
    for n in range(2):
        await client.post(**LAMP_1 | {"description": f"第 {n} 盏"})
    refusal = await _refusal(client.post(**LAMP_1))
    assert (refusal.status, refusal.headers["Retry-After"]) == (429, "30")


@both
async def test_who_wants_to_stay_unknown_is_not_shown_nor_anything_of_theirs(
    world: World, connect: Connect, http: aiohttp.ClientSession
) -> None:
    client = await connect("app")
    secret = {"phone": "13900009999", "email": "b@example.org", "last_name": "保密人"}
    hidden = await client.post(**LAMP_1 | secret, attributes={"confidential": "yes"})
    shown = await client.post(**LAMP_1 | {"phone": "13700007777", "first_name": "公开人", "device_id": "d"})
    ids = f"{hidden['service_request_id']},{shown['service_request_id']}"
    for found in (await client.requests(), await client.requests(service_request_id=ids)):
        assert [one["service_request_id"] for one in found] == [shown["service_request_id"]]
    assert (await _refusal(client.request(hidden["service_request_id"]))).status == 404
    async with http.get(f"{client.endpoint}/requests.{client.format}") as answer:
        text = await answer.text()
    for word in (*secret.values(), "13700007777", "公开人"):
        assert word not in text
    async with world.sessions() as db:
        kept = (await db.scalars(select(Case).where(Case.confidential))).one()
    assert (kept.reporter_name, kept.callback_number) == ("保密人", "13900009999")


async def test_cases_of_callers_are_not_shown(world: World, connect: Connect) -> None:
    client = await connect()
    case = await world.add_case(await world.add_call())
    fields = {"kind": "complaint", "description": "我是张三", "district": "210202"}
    seat = await world.client("seat1")
    body = fields | {"version": case.version}
    assert (await seat.post(f"/api/v1/cases/{case.id}/moves/register", json=body)).status == 200
    assert await client.requests() == []


def test_everything_may_be_published_but_words_and_confidential_ones() -> None:
    assert Settings().open311.publish == "open311"
    case = Case(
        number="1" * 19, stage=Stage.HANDLING, description="我是张三", address="张三家", longitude=121.64137,
        created_at=None, changed_at=None,
    )  # fmt: skip
    row = _row(case, None, {}, Cases())
    assert (row["description"], row["address"], row["long"]) == (None, None, 121.641)
    assert "confidential" in str(Reader(True, Cases()).published())
