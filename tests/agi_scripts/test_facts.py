"""Questions to the database for a caller who waits: answered in time, or given up."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import core.tables  # noqa: F401 - cases refer to accounts
from agi_scripts.facts import CaseFile, bounded
from core.db import SessionFactory, make_engine, make_sessions
from ivr.flows.ports import CaseFacts, LookupFailedError
from ticketing.tables import Case, CaseHistory, Stage

NUMBER = "2102022026112300001"
PHONE = "13800001234"
AT = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)  # already the 21st in China


def _case(number: str | None, **fields: object) -> Case:
    common: dict[str, object] = {
        "stage": Stage.ESTABLISHED,
        "source": "telephone",
        "caller_number": PHONE,
        "created_at": AT,
    }
    common["registered_at"] = AT if number else None
    return Case(number=number, changed_at=AT, **(common | fields))


@pytest.fixture
async def cases(sessions: SessionFactory) -> CaseFile:
    async with sessions.begin() as db:
        first = _case(NUMBER, callback_number="13900005678")
        db.add_all(
            [
                first,
                _case("2102022026112300002", confidential=True),
                _case("2102022026112300003", caller_number="13700000000"),
                _case(None, stage=Stage.DRAFT),
            ]
        )
        await db.flush()
        moved = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
        for seq, (before, after, at) in enumerate(
            [("registered", "established", moved), ("established", "established", datetime.now(UTC))], start=1
        ):
            db.add(CaseHistory(case_id=first.id, seq=seq, at=at, move="x", from_stage=before, to_stage=after))
    return CaseFile(sessions, 2)


async def test_a_case_by_its_number(cases: CaseFile) -> None:
    assert await cases.by_number(NUMBER) == CaseFacts(
        NUMBER, "established", date(2026, 11, 21), date(2026, 11, 22), (PHONE, "13900005678")
    ), "days are those in China; since when tells the last move, not the last edit"
    assert await cases.by_number("2102022026112399999") is None


async def test_cases_of_a_phone_without_drafts_and_confidential_ones(cases: CaseFile) -> None:
    assert [case.number for case in await cases.of_caller(PHONE)] == [NUMBER]
    assert [case.number for case in await cases.of_caller("13900005678")] == [NUMBER], "call-back number"
    assert await cases.of_caller("13611111111") == []


async def test_a_case_that_was_answered_at_once_is_found(cases: CaseFile, sessions: SessionFactory) -> None:
    """It was never registered; it may be reopened."""
    async with sessions.begin() as db:
        db.add(
            _case("2102022026112300009", stage=Stage.CLOSED, registered_at=None, caller_number="13511112222")
        )
    found = await cases.by_number("2102022026112300009")
    assert found is not None and found.stage == "closed"


async def test_a_confidential_case_says_so(cases: CaseFile) -> None:
    found = await cases.by_number("2102022026112300002")
    assert found is not None
    assert found.confidential


async def test_a_database_that_is_not_there(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite+aiosqlite:///{tmp_path / 'nowhere' / 'x.db'}")
    with pytest.raises(LookupFailedError):
        await CaseFile(make_sessions(engine), 2).by_number(NUMBER)
    await engine.dispose()


async def test_a_question_that_hangs_is_given_up_in_time() -> None:
    """Even one that does not let itself be cancelled."""

    async def hang() -> None:
        while True:
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                if over.is_set():
                    raise

    over = asyncio.Event()
    started = time.monotonic()
    task = asyncio.ensure_future(hang())
    with pytest.raises(LookupFailedError, match="no answer"):
        await bounded(task, 0.05, "x")
    assert time.monotonic() - started < 1
    over.set()
    task.cancel()


async def test_whatever_fails_is_a_lookup_that_failed() -> None:
    async def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(LookupFailedError, match="ZeroDivisionError"):
        await bounded(fail(), 1, "x")
