"""The one intake: what a report becomes, what repeats another, what is refused; nothing lost or twice."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from core.clock import FixedClock
from core.db import SessionFactory
from core.errors import InvalidError
from core.tables import OutboxEntry
from tests.ticketing.sources.conftest import Send
from ticketing.sources import book, intake
from ticketing.sources.keys import NoSuchSourceError, SourceShutError
from ticketing.sources.limits import TooManyReportsError
from ticketing.sources.reports import Report
from ticketing.sources.tables import ReportState, Source, SourceReport
from ticketing.tables import Case, CaseHistory, Stage


async def _case(sessions: SessionFactory, case_id: int | None) -> Case:
    async with sessions() as session:
        return await session.get_one(Case, case_id)


async def _count(sessions: SessionFactory, table: type[Any]) -> int:
    async with sessions() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def test_a_complete_report_is_registered(sessions: SessionFactory, send: Send) -> None:
    said = {"callback_number": "138 0000 1234", "reporter_name": "王女士", "address": "人民路 1 号"}
    taken = await send("mailbox", "m-1", **said)
    case = await _case(sessions, taken.case_id)
    assert (taken.state, taken.case_number) == (ReportState.OPENED, case.number)
    assert (case.stage, case.source, case.kind, case.version) == (Stage.REGISTERED, "web", "complaint", 2)
    assert (case.callback_number, case.reporter_name) == ("13800001234", "王女士")
    async with sessions() as session:
        history = (await session.scalars(select(CaseHistory).order_by(CaseHistory.seq))).all()
        told = list(await session.scalars(select(OutboxEntry.type).order_by(OutboxEntry.id)))
    assert [(one.move, one.actor_id) for one in history] == [("open_draft", None), ("register", None)]
    assert history[0].note == "市长信箱来件 m-1"
    assert told == ["CaseOpened", "CaseMoved"]


async def test_an_address_that_names_one_district_places_the_case(
    sessions: SessionFactory, send: Send
) -> None:
    for n, (address, district, street) in enumerate(
        (
            ("西岗区新开路 99 号", "210203", None),
            ("大连市中山区海军广场街道", "210202", "210202001"),
            ("海军广场街道 5 号", "210202", "210202001"),
            ("西岗区海军广场街道", None, None),
            ("中山区与西岗区交界", None, None),
        )
    ):
        taken = await send("mailbox", f"m-{n}", district=None, address=address)
        case = await _case(sessions, taken.case_id)
        assert (case.district, case.street) == (district, street), address


async def test_what_is_incomplete_or_to_be_looked_at_waits_for_a_seat(
    sessions: SessionFactory, send: Send
) -> None:
    for taken in (await send("mailbox", "m-1", district=None), await send("paper", "p-1")):
        case = await _case(sessions, taken.case_id)
        assert (case.stage, case.number, taken.case_number) == (Stage.DRAFT, None, None)


async def test_an_alarm_says_what_was_read(sessions: SessionFactory, send: Send) -> None:
    taken = await send("noise", "n-1", description="", device="ZM-07", value=78.5, unit="dB")
    case = await _case(sessions, taken.case_id)
    assert case.description == "噪声自动监测：设备 ZM-07，读数 78.5 dB，阈值 55 dB"
    assert (case.source, case.kind, case.category_code, case.wants_visit) == (
        "sensor",
        "report",
        "0101",
        False,
    )


async def test_a_reading_below_the_threshold_is_kept_and_opens_nothing(
    sessions: SessionFactory, send: Send
) -> None:
    assert (await send("noise", "n-1", value=54.9)).state == ReportState.NOTED
    assert (await send("noise", "n-2", value=60, threshold=65)).state == ReportState.NOTED
    assert (await _count(sessions, Case), await _count(sessions, SourceReport)) == (0, 2)


async def test_the_same_id_is_taken_once(sessions: SessionFactory, send: Send) -> None:
    first = await send("mailbox", "m-1")
    again = await send("mailbox", "m-1")
    assert (again.state, again.case_id, again.duplicate_of) == (
        ReportState.REPEATED,
        first.case_id,
        first.case_id,
    )
    assert (await _count(sessions, Case), await _count(sessions, SourceReport)) == (1, 1)
    other = await send("noise", "m-1", value=60)  # ids are the source's own
    assert other.state == ReportState.OPENED


async def test_an_id_used_for_something_else_is_refused(sessions: SessionFactory, send: Send) -> None:
    await send("mailbox", "m-1")
    with pytest.raises(InvalidError) as refusal:
        await send("mailbox", "m-1", description="井盖丢失")
    assert refusal.value.details["fields"] == {"id": "这个编号已用于另一份内容不同的来件"}
    assert await _count(sessions, SourceReport) == 1


async def test_two_deliveries_of_one_report_at_once_open_one_case(
    sessions: SessionFactory, send: Send
) -> None:
    taken = await asyncio.gather(*(send("mailbox", "m-1") for _ in range(6)))
    assert sorted(one.state for one in taken) == ["opened", *["repeated"] * 5]
    assert len({one.case_id for one in taken}) == await _count(sessions, Case) == 1


async def test_an_alarm_that_goes_on_stays_one_case_until_that_is_closed(
    sessions: SessionFactory, clock: FixedClock, send: Send
) -> None:
    first = await send("noise", "n-1", device="ZM-07", value=70)
    for hours in range(1, 60, 20):
        clock.advance(timedelta(hours=20))
        again = await send("noise", f"n-{1 + hours}x", device="ZM-07", value=70 + hours)
        assert (again.state, again.duplicate_of) == (ReportState.SIMILAR, first.case_id)
    assert (await send("noise", "n-o", device="ZM-08", value=70)).state == ReportState.OPENED
    async with sessions.begin() as session:
        (await session.get_one(Case, first.case_id)).stage = Stage.CLOSED
    anew = await send("noise", "n-new", device="ZM-07", value=71)
    assert anew.state == ReportState.OPENED and anew.case_id != first.case_id


async def test_after_the_window_an_alarm_is_a_new_case(clock: FixedClock, send: Send) -> None:
    first = await send("noise", "n-1", device="ZM-07", value=70)
    clock.advance(timedelta(hours=25))
    assert (await send("noise", "n-2", device="ZM-07", value=70)).case_id != first.case_id


#: What is said another time, and whether it is another matter.
_AGAIN: tuple[tuple[dict[str, Any], ReportState], ...] = (
    ({"description": "路灯 不亮。"}, ReportState.SIMILAR),
    ({"callback_number": "+86 138-0000-1234"}, ReportState.SIMILAR),
    ({"callback_number": "13900001111"}, ReportState.OPENED),  # a neighbour is heard too
    ({"description": "井盖丢失"}, ReportState.OPENED),
    ({"longitude": 121.6412}, ReportState.OPENED),  # 100 m
    ({"longitude": 121.6401}, ReportState.SIMILAR),  # 8 m
    ({"longitude": None, "latitude": None}, ReportState.OPENED),
)


async def test_a_person_repeats_themself_only_in_the_same_words_and_place(send: Send) -> None:
    said = {"callback_number": "13800001234", "longitude": 121.64, "latitude": 38.91}
    await send("mailbox", "m-0", **said)
    for n, (change, state) in enumerate(_AGAIN, 1):
        assert (await send("mailbox", f"m-{n}", **said | change)).state == state, change


_WRONG: tuple[tuple[dict[str, Any], list[str]], ...] = (
    ({"longitude": 121.6}, ["latitude"]),
    ({"district": "999999"}, ["district"]),
    ({"street": "210203001", "district": "210202"}, ["street"]),
    ({"category": {"kind": "事件", "code": "9999"}}, ["category"]),
    ({"callback_number": "12"}, ["callback_number"]),
    ({"at": "2026-11-23T02:30:00Z"}, ["at"]),
)


async def test_what_there_is_not_is_named(sessions: SessionFactory, send: Send) -> None:
    for said, fields in _WRONG:
        with pytest.raises(InvalidError) as refusal:
            await send("mailbox", "m-1", **said)
        named = refusal.value.details["fields"]
        assert isinstance(named, dict) and list(named) == fields
    assert await _count(sessions, Case) == await _count(sessions, SourceReport) == 0


async def test_a_batch_is_taken_whole_or_not_at_all(
    sessions: SessionFactory, clock: FixedClock, sources: dict[str, Source]
) -> None:
    lines = [Report(id=f"m-{n}", description=f"第 {n} 处路灯不亮", district="210202") for n in range(10)]
    bad = [*lines[:3], Report(id="b-1", district="999999"), *lines[3:8], Report(id="m-1", description="别的")]
    with pytest.raises(InvalidError) as refusal:
        await intake.accept_all(sessions, "mailbox", bad, clock)
    assert refusal.value.details["fields"] == {
        "reports.3.district": "第 4 件：没有这个区县",
        "reports.9.id": "第 10 件：这个编号已用于另一份内容不同的来件",
    }
    assert await _count(sessions, Case) == await _count(sessions, OutboxEntry) == 0
    for state in (ReportState.OPENED, ReportState.REPEATED):
        taken = await intake.accept_all(sessions, "mailbox", lines, clock)
        assert [(one.external_id, one.state) for one in taken] == [(line.id, state) for line in lines]
    assert await _count(sessions, Case) == 10
    with pytest.raises(InvalidError, match="批次过大"):
        await intake.accept_all(sessions, "mailbox", lines * 11, clock)


async def test_a_source_sends_so_much_a_minute_and_is_told_when_to_come_again(
    sessions: SessionFactory, clock: FixedClock, sources: dict[str, Source], send: Send
) -> None:
    values = {"per_minute": 6}
    await book.change(sessions, "mailbox", version=1, values=values, actor_id=None, clock=clock)
    for n in range(6):
        await send("mailbox", f"m-{n}", description=f"第 {n} 处路灯不亮")
    with pytest.raises(TooManyReportsError) as refusal:
        await send("mailbox", "m-6")
    assert refusal.value.details["retry_after"] == 10
    clock.advance(timedelta(seconds=-3600))  # a clock moved back gives nothing
    with pytest.raises(TooManyReportsError):
        await send("mailbox", "m-6")
    clock.advance(timedelta(seconds=3620))
    batch = [Report(id=f"b-{n}", description=f"井盖 {n}", district="210202") for n in range(3)]
    with pytest.raises(TooManyReportsError) as refusal:
        await intake.accept_all(sessions, "mailbox", batch, clock)
    assert refusal.value.details["retry_after"] == 10
    clock.advance(timedelta(seconds=10))
    assert len(await intake.accept_all(sessions, "mailbox", batch, clock)) == 3


async def test_who_is_shut_or_unknown_reports_nothing(
    sessions: SessionFactory, clock: FixedClock, sources: dict[str, Source], send: Send
) -> None:
    await book.change(sessions, "mailbox", version=1, values={"is_active": False}, actor_id=None, clock=clock)
    with pytest.raises(SourceShutError):
        await send("mailbox", "m-1")
    with pytest.raises(NoSuchSourceError):
        await send("nobody", "m-1")
