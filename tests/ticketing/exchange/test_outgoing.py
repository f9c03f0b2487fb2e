"""Messages to a real receiver: cases to whom they are dispatched, states back to where they came from."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core.delivery import is_signed
from tests.ticketing.exchange.conftest import GRID, Exchanging, on_sqlite
from tests.ticketing.exchange.test_inbox import CASE
from ticketing.exchange import mapping, reconciliation
from ticketing.exchange.messages import CaseContent, DailyContent, StateContent
from ticketing.exchange.tables import Table, Way
from ticketing.tables import Case


@pytest.fixture
async def established(house: Exchanging, draft: Case, complete: dict[str, Any]) -> Case:
    """A case a caller reported."""
    more = {"category": {"edition": "2013", "kind": "事件", "code": "0112"}, "reporter_name": "王"}
    await house.move(draft, "register", "seat", fields=complete | more)
    return await house.move(draft, "establish", "shift_leader")


async def _dispatch(house: Exchanging, case: Case, unit: str = "roads") -> Case:
    return await house.move(case, "dispatch", "dispatcher", given={"unit": unit})


async def test_a_case_goes_to_the_platform_of_its_unit(house: Exchanging, established: Case) -> None:
    case = await _dispatch(house, established)
    await house.sender.drain(GRID)
    (heard,) = house.receiver.heard
    assert heard.headers["Content-Type"] == "application/xml"
    stamp, signature = heard.headers["X-Hotline-Timestamp"], heard.headers["X-Hotline-Signature"]
    assert is_signed(house.secret, stamp, signature, heard.body, house.clock.now())
    (message,) = house.heard()
    said = message.content
    assert isinstance(said, CaseContent)
    assert (said.reference, said.class_, said.place, said.unit) == (case.number, "C-403", "ZS", "U-1")
    assert (said.reporter_name, said.callback_number) == ("王", "13800001234")
    (row,) = await house.messages(Way.OUT)
    assert (row.state, row.receipt["result"]) == ("acknowledged", "accepted")


@on_sqlite
async def test_who_reported_a_confidential_case_stays_in_the_house(
    house: Exchanging, draft: Case, complete: dict[str, Any]
) -> None:
    fields = complete | {"confidential": True, "reporter_name": "王"}
    await house.move(draft, "register", "seat", fields=fields)
    await house.move(draft, "establish", "shift_leader")
    await _dispatch(house, draft)
    await house.sender.drain(GRID)
    (heard,) = house.receiver.heard
    assert "王" not in heard.body.decode()
    assert "13800001234" not in heard.body.decode()


async def test_stages_go_back_to_where_a_case_came_from(house: Exchanging) -> None:
    await house.tell(house.message("case", CASE))
    (row,) = await house.messages(Way.IN)
    case = await house.case(row.case_id)
    await house.move(case, "establish", "shift_leader")
    await _dispatch(house, case, "parks")
    await house.sender.drain(GRID)
    told = [one.content for one in house.heard()]
    assert [(one.reference, one.number, one.stage) for one in told if isinstance(one, StateContent)] == [
        ("SZ-1", case.number, "20"),
        ("SZ-1", case.number, "30"),
    ]
    await house.move(case, "accept", "parks1")  # has no code with them
    await house.sender.drain(GRID)
    held = (await house.messages(Way.OUT))[-1]
    assert (held.state, held.problem) == ("held", "没有对照的我方代码：阶段 handling")
    async with house.sessions() as session:
        assert [one.code for one in await mapping.unmapped(session, GRID)] == ["handling"]
    assert await house.sender.due() == []
    await house.platforms.put_code(
        house.by, GRID, table=Table.STAGE, way=Way.OUT, ours="handling", theirs="40", name=""
    )
    assert await house.sender.due() == [GRID]
    await house.sender.drain(GRID)
    last = house.heard()[-1].content
    assert isinstance(last, StateContent)
    assert last.stage == "40"


@on_sqlite
async def test_what_a_platform_did_itself_is_not_told_back(house: Exchanging, established: Case) -> None:
    case = await _dispatch(house, established)
    await house.platforms.put_code(
        house.by, GRID, table=Table.STAGE, way=Way.OUT, ours="handling", theirs="40", name=""
    )
    await house.move(case, "accept", "roads1")
    await house.sender.drain(GRID)
    assert [one.envelope.type for one in house.heard()] == ["case"]


@on_sqlite
async def test_away_for_a_day_nothing_is_lost_nothing_is_twice(house: Exchanging, established: Case) -> None:
    house.receiver.says(503)
    case = await _dispatch(house, established)
    for _ in range(24):
        await house.sender.drain(GRID)
        assert await house.sender.due() == []
        house.clock.advance(timedelta(hours=1))
    assert [one.kind for one in await house.sender.alarms()] == [f"platform:{GRID}"]
    house.gives_receipts()
    await house.sender.drain(GRID)
    await house.sender.drain(GRID)
    assert {one.envelope.id for one in house.heard()} == {f"case-{case.id}-4"}
    assert len({one.envelope.nonce for one in house.heard()}) == 25  # a nonce is never used again
    (row,) = await house.messages(Way.OUT)
    assert (row.state, row.attempts) == ("acknowledged", 25)
    assert await house.sender.alarms() == []


@on_sqlite
async def test_a_refusal_is_kept_and_can_be_sent_again(house: Exchanging, established: Case) -> None:
    house.gives_receipts(result="refused", reason="缺少照片")
    await _dispatch(house, established)
    await house.sender.drain(GRID)
    (row,) = await house.messages(Way.OUT)
    assert (row.state, row.problem) == ("refused", "对方拒收：缺少照片")
    assert await house.sender.due() == []
    house.gives_receipts()
    await house.platforms.resend(house.by, GRID, row.id)
    await house.sender.drain(GRID)
    assert len({one.envelope.id for one in house.heard()}) == 1
    assert (await house.messages(Way.OUT))[0].state == "acknowledged"


@on_sqlite
async def test_a_receipt_may_come_later(house: Exchanging, established: Case) -> None:
    house.receiver.says(200, "ok")
    await _dispatch(house, established)
    await house.sender.drain(GRID)
    (row,) = await house.messages(Way.OUT)
    assert row.state == "sent"
    said = {"receipt_of": row.message_id, "result": "accepted", "number": "Z-77"}
    _, receipt = await house.tell(house.message("receipt", said, "r-1"))
    assert receipt.result == "accepted"
    (row,) = await house.messages(Way.OUT)
    assert (row.state, row.receipt["number"]) == ("acknowledged", "Z-77")
    _, receipt = await house.tell(house.message("receipt", said | {"receipt_of": "x"}, "r-2"))
    assert (receipt.result, receipt.reason) == ("refused", "我方没有发过报文 x")


@on_sqlite
async def test_one_that_fits_in_no_message_holds_up_none(house: Exchanging, established: Case) -> None:
    async with house.sessions.begin() as session:
        (await session.get_one(Case, established.id)).address = "路" * 300
    await _dispatch(house, established)
    await house.outgoing.receipt(GRID, {"receipt_of": "m-1", "result": "accepted"})
    await house.sender.drain(GRID)
    assert [one.envelope.type for one in house.heard()] == ["receipt"]
    first = (await house.messages(Way.OUT))[0]
    assert (first.state, first.problem[:11]) == ("refused", "未发送：address")


async def test_the_two_sides_lists_are_compared(house: Exchanging, established: Case) -> None:
    await house.tell(house.message("case", CASE, "m-1"))
    await house.tell(house.message("case", CASE | {"reference": "SZ-2", "class": "C-9"}, "m-2"))
    await _dispatch(house, established)
    house.receiver.says(200)
    await house.sender.drain(GRID)
    (ours,) = [one.message_id for one in await house.messages(Way.OUT)]
    theirs = {"day": "2026-11-23", "sent": ["m-1", "m-3"], "received": ["case-0-0"]}
    _, receipt = await house.tell(house.message("daily", theirs, "d-1"))
    for named in (
        "我方未收 1 条（m-3）",
        f"贵方未收 1 条（{ours}）",
        "贵方未列为已发 1 条（m-2）",
        "我方未发 1 条（case-0-0）",
    ):
        assert named in receipt.reason
    async with house.sessions() as session:
        day = await reconciliation.day_of(session, GRID, "2026-11-23")
    assert (day.received, day.refused_by_us, day.sent, day.without_receipt, day.acknowledged) == (
        *(["m-1"], ["m-2"], [ours], [ours]),
        [],
    )
    assert (day.missing_here, day.missing_there) == (["m-3"], [ours])
    house.clock.advance(timedelta(days=1))
    _, receipt = await house.tell(
        house.message("daily", theirs | {"sent": ["m-1", "m-2"], "received": [ours]}, "d-2")
    )
    assert receipt.reason == "对账相符"


async def test_each_day_the_list_of_yesterday_goes_out_once(house: Exchanging) -> None:
    await house.tell(house.message("case", CASE))
    house.clock.advance(timedelta(days=1))
    assert [await house.outgoing.daily(), await house.outgoing.daily()] == [1, 0]
    await house.sender.drain(GRID)
    (told,) = [one.content for one in house.heard()]
    assert isinstance(told, DailyContent)
    assert (str(told.day), told.received, told.sent) == ("2026-11-23", ["m-1"], [])
