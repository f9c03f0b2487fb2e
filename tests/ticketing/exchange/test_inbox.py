"""Messages that come in: signed, of now, once; unmapped codes refused by name; a receipt for each."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from core.delivery import sign
from core.errors import InvalidError
from tests.ticketing.exchange.conftest import GRID, Exchanging, on_sqlite
from ticketing.exchange import mapping
from ticketing.exchange.codec import encode
from ticketing.exchange.inbox import ExchangeSignatureError, ReplayedError
from ticketing.exchange.tables import Format, Table, Way
from ticketing.tables import Case, CaseHistory

CASE: dict[str, Any] = {
    "reference": "SZ-1",
    "kind": "report",
    "class": "C-403",
    "place": "ZS",
    "description": "路灯不亮",
    "reporter_name": "王",
    "callback_number": "13800001234",
}


async def _count(house: Exchanging) -> int:
    async with house.sessions() as session:
        return await session.scalar(select(func.count()).select_from(Case)) or 0


@on_sqlite
@pytest.mark.parametrize("form", list(Format))
async def test_a_case_comes_in_and_is_told_its_number(house: Exchanging, form: Format) -> None:
    answer, receipt = await house.tell(house.message("case", CASE), form)
    assert receipt.reason == ""
    (row,) = await house.messages(Way.IN)
    case = await house.case(row.case_id)
    assert (answer.status, receipt.result, receipt.receipt_of) == (200, "accepted", "m-1")
    assert receipt.number == case.number
    assert (case.stage, case.source, case.district, case.category_code, case.callback_number) == (
        *("registered", "platform", "210202", "0112"),
        "13800001234",
    )
    assert (row.state, row.reference) == ("accepted", "SZ-1")


async def test_a_code_without_mapping_is_refused_by_name_and_listed(house: Exchanging) -> None:
    said = CASE | {"class": "C-999", "place": "XX"}
    answer, receipt = await house.tell(house.message("case", said))
    assert (answer.status, receipt.result) == (422, "refused")
    assert receipt.reason == "没有对照的对方代码：类别 C-999、区划 XX"
    assert [(one.table, one.code) for one in receipt.unmapped] == [("class", "C-999"), ("place", "XX")]
    await house.tell(house.message("case", said))
    async with house.sessions() as session:
        listed = await mapping.unmapped(session, GRID)
    assert {(one.kind, one.way, one.code, one.times) for one in listed} == {
        ("class", "in", "C-999", 2),
        ("place", "in", "XX", 2),
    }
    assert await _count(house) == 0
    for table, ours, theirs in ((Table.CLASS, "2013:事件:0113", "C-999"), (Table.PLACE, "210203", "XX")):
        await house.platforms.put_code(
            house.by, GRID, table=table, way=Way.IN, ours=ours, theirs=theirs, name=""
        )
    _, receipt = await house.tell(house.message("case", said))  # the same message again
    assert receipt.result == "accepted"
    (row,) = await house.messages(Way.IN)
    assert (row.state, row.attempts) == ("accepted", 3)
    async with house.sessions() as session:
        assert await mapping.unmapped(session, GRID) == []


@on_sqlite
async def test_a_refused_one_can_be_taken_here_and_its_sender_is_told(house: Exchanging) -> None:
    await house.tell(house.message("case", CASE | {"class": "C-999"}))
    await house.platforms.put_code(
        house.by, GRID, table=Table.CLASS, way=Way.IN, ours="2013:事件:0113", theirs="C-999", name=""
    )
    (row,) = await house.messages(Way.IN)
    receipt = await house.inbox.again(await house.platform(), row)
    assert receipt.result == "accepted"
    assert receipt.number
    assert await house.outgoing.receipt(GRID, receipt.model_dump(mode="json")) == 1
    await house.sender.drain(GRID)
    (told,) = house.heard()
    assert told.content == receipt


async def test_sent_twice_it_is_taken_once(house: Exchanging) -> None:
    _, first = await house.tell(house.message("case", CASE))
    house.clock.advance(timedelta(hours=2))
    answer, again = await house.tell(house.message("case", CASE), Format.XML)
    assert (answer.status, again.result, again.number) == (200, "duplicate", first.number)
    _, other = await house.tell(house.message("case", CASE | {"description": "别的"}))
    assert (other.result, "内容不同" in other.reason) == ("refused", True)
    assert await _count(house) == 1


async def test_two_at_one_time_make_one_case(house: Exchanging) -> None:
    answers = await asyncio.gather(*(house.tell(house.message("case", CASE)) for _ in range(3)))
    assert {receipt.result for _, receipt in answers} <= {"accepted", "duplicate"}
    assert len({receipt.number for _, receipt in answers}) == 1
    assert await _count(house) == 1


async def test_a_replay_is_refused(house: Exchanging) -> None:
    message = house.message("case", CASE)
    await house.tell(message)
    with pytest.raises(ReplayedError):
        await house.tell(message)


async def _take(house: Exchanging, **more: Any) -> None:
    body = encode(house.message("case", CASE), Format.JSON)
    stamp = more.pop("timestamp", str(int(house.clock.now().timestamp())))
    given = {"signature": sign(house.secret, stamp, body), "body": body, "code": GRID} | more
    await house.inbox.take(given.pop("code"), content_type="application/json", timestamp=stamp, **given)


@on_sqlite
async def test_nobody_else_gets_in(house: Exchanging) -> None:
    now = int(house.clock.now().timestamp())
    wrongs: list[dict[str, Any]] = [
        {"code": "nobody"},
        {"signature": "sha256=0"},
        {"signature": ""},
        {"body": b"{}"},
        {"timestamp": str(now - 400)},
        {"timestamp": str(now + 400)},
        {"timestamp": "soon"},
    ]
    for wrong in wrongs:
        with pytest.raises(ExchangeSignatureError):
            await _take(house, **wrong)
    await _take(house)
    await house.platforms.renew_secret(house.by, GRID)
    with pytest.raises(ExchangeSignatureError):
        await _take(house)
    await house.platforms.change(house.by, GRID, {"is_active": False})
    with pytest.raises(ExchangeSignatureError):
        await _take(house)


async def _dispatched(house: Exchanging) -> Case:
    _, _ = await house.tell(house.message("case", CASE))
    (row,) = await house.messages(Way.IN)
    case = await house.case(row.case_id)
    await house.move(case, "establish", "shift_leader")
    return await house.move(case, "dispatch", "dispatcher", given={"unit": "roads"})


async def test_a_platform_moves_its_cases_in_its_accounts_name(house: Exchanging) -> None:
    case = await _dispatched(house)
    said = {"reference": "SZ-1", "stage": "A"}
    _, receipt = await house.tell(house.message("state", said, "s-1"))
    assert (receipt.result, receipt.number) == ("accepted", case.number)
    done = {"reference": "SZ-1", "stage": "D", "note": "已修复"}
    _, receipt = await house.tell(house.message("state", done, "s-2"))
    assert receipt.result == "accepted"
    assert (await house.case(case.id)).stage == "reported"
    async with house.sessions() as session:
        query = select(CaseHistory.actor_id, CaseHistory.note).where(CaseHistory.move == "report_done")
        assert list(await session.execute(query)) == [(house.people["roads1"].id, "网格平台：已修复")]
    _, receipt = await house.tell(house.message("state", done, "s-3"))
    assert (receipt.result, "不能进行“办结反馈”" in receipt.reason) == ("refused", True)


@on_sqlite
async def test_a_state_that_cannot_be_is_refused_in_words(house: Exchanging) -> None:
    await _dispatched(house)
    for said, why in (
        ({"reference": "SZ-9", "stage": "A"}, "没有与贵方往来的案卷 SZ-9"),
        ({"reference": "SZ-1", "stage": "Z"}, "没有对照的对方代码：阶段 Z"),
    ):
        _, receipt = await house.tell(house.message("state", said, f"s-{said['stage']}"))
        assert (receipt.result, receipt.reason) == ("refused", why)
    await house.platforms.change(house.by, GRID, {"account": ""})
    _, receipt = await house.tell(house.message("state", {"reference": "SZ-1", "stage": "A"}, "s-1"))
    assert (receipt.result, "没有接口账号" in receipt.reason) == ("accepted", True)


@on_sqlite
async def test_one_code_has_one_meaning_each_way(house: Exchanging) -> None:
    wrongs = (
        (Table.CLASS, Way.IN, "2013:事件:0113", "C-403", "theirs"),
        (Table.CLASS, Way.OUT, "2013:事件:0112", "C-1", "ours"),
        (Table.CLASS, Way.IN, "0112", "C-1", "ours"),
        (Table.STAGE, Way.IN, "fly", "1", "ours"),
        (Table.STAGE, Way.OUT, "accept", "1", "ours"),
        (Table.STAGE, Way.BOTH, "closed", "1", "way"),
    )
    for table, way, ours, theirs, field in wrongs:
        with pytest.raises(InvalidError) as caught:
            await house.platforms.put_code(
                house.by, GRID, table=table, way=way, ours=ours, theirs=theirs, name=""
            )
        assert list(caught.value.details["fields"]) == [field]  # type: ignore[call-overload]
    await house.platforms.put_code(  # several of theirs may be one of ours
        house.by, GRID, table=Table.CLASS, way=Way.IN, ours="2013:事件:0112", theirs="C-1", name=""
    )
