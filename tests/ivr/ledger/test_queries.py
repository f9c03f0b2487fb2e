"""Reading the ledger, on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from core.db import SessionFactory
from core.errors import InvalidError, NotFoundError
from ivr.ledger import queries
from ivr.ledger.tables import Call, Outcome, Seat

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


async def _add(sessions: SessionFactory, call_id: str, at: datetime = NOON, **more: Any) -> None:
    outcome = more.pop("outcome", Outcome.ANSWERED)
    async with sessions.begin() as db:
        db.add(Call(id=call_id, trunk="demo", started_at=at, outcome=outcome, **more))


async def test_pages_meet_without_gap_or_overlap(sessions: SessionFactory) -> None:
    for number in range(7):
        await _add(sessions, f"hl-{number}.1", NOON + timedelta(microseconds=number // 2))
    seen: list[str] = []
    cursor, pages = "", 0
    while pages == 0 or cursor:
        async with sessions() as db:
            page = await queries.list_calls(db, limit=2, cursor=cursor)
        seen += [call.id for call in page.calls]
        cursor, pages = page.next or "", pages + 1
    assert seen == [f"hl-{number}.1" for number in reversed(range(7))]
    assert pages == 4


async def test_a_full_last_page_has_no_next(sessions: SessionFactory) -> None:
    await _add(sessions, "hl-1.1")
    async with sessions() as db:
        assert (await queries.list_calls(db, limit=1)).next is None


async def test_a_day_is_a_day_in_china(sessions: SessionFactory) -> None:
    await _add(sessions, "hl-before.1", datetime(2026, 11, 22, 15, 59, 59, 999999, tzinfo=UTC))
    await _add(sessions, "hl-first.1", datetime(2026, 11, 22, 16, 0, tzinfo=UTC))
    await _add(sessions, "hl-after.1", datetime(2026, 11, 23, 16, 0, tzinfo=UTC))
    async with sessions() as db:
        page = await queries.list_calls(db, day=date(2026, 11, 23))
        counts = await queries.count_by_outcome(db, date(2026, 11, 23))
    assert [call.id for call in page.calls] == ["hl-first.1"]
    assert counts == {"answered": 1}


async def test_the_load_counts_who_waits_for_a_person(sessions: SessionFactory) -> None:
    queued = {"queue": "general", "queued_at": NOON}
    await _add(sessions, "hl-menu.1")
    await _add(sessions, "hl-waits.1", **queued)
    await _add(sessions, "hl-talks.1", seat_answered_at=NOON, **queued)
    await _add(sessions, "hl-message.1", message_at=NOON, **queued)
    await _add(sessions, "hl-over.1", ended_at=NOON, **queued)
    async with sessions() as db:
        load = await queries.load(db)
    assert (load.live, dict(load.waiting)) == (4, {"general": 1})


async def test_one_call_and_several(sessions: SessionFactory) -> None:
    await _add(sessions, "hl-1.1")
    async with sessions() as db:
        assert (await queries.call_detail(db, "hl-1.1")).trunk == "demo"
        assert (await queries.calls_by_id(db, ["hl-1.1", "nobody"])).keys() == {"hl-1.1"}
        assert await queries.calls_by_id(db, []) == {}
        with pytest.raises(NotFoundError):
            await queries.call_detail(db, "nobody")


async def test_seats_by_extension(sessions: SessionFactory) -> None:
    async with sessions.begin() as db:
        db.add_all([Seat(extension=e, display_name=e, sip_secret="s") for e in ("1002", "1001")])
    async with sessions() as db:
        assert [seat.extension for seat in await queries.list_seats(db)] == ["1001", "1002"]


@pytest.mark.parametrize("cursor", ["x", "é", "AAAA", "MjAyNi0wMS0wMSBhAA=="])
async def test_a_cursor_that_is_not_ours(sessions: SessionFactory, cursor: str) -> None:
    async with sessions() as db:
        with pytest.raises(InvalidError) as refused:
            await queries.list_calls(db, cursor=cursor)
    assert refused.value.details["fields"] == {"cursor": "不是有效的翻页位置"}
