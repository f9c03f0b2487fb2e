"""hotline.visits: a closed case becomes a visit, and an ended call its answer; on both databases."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from core.bus import Bus
from core.clock import FixedClock
from core.db import SessionFactory
from core.events import CallChanged, CaseMoved, Event, TranscriptReady
from core.settings import Database, Paths, Redis, Settings
from hotline import visits
from hotline.visits import Listener, TicketCases
from ivr.ledger.tables import Call
from ivr.outbound.fakes import FakeDialler
from ivr.visits.book import VisitBook
from ivr.visits.tables import Visit, VisitState
from tests.conftest import poll
from ticketing.tables import Case, Stage

NUMBER = "2102002026112300001"


async def _closed(sessions: SessionFactory, clock: FixedClock, **more: object) -> Case:
    case = Case(
        number=NUMBER,
        stage=Stage.CLOSED,
        source="telephone",
        caller_number="13800001234",
        created_at=clock.now(),
        changed_at=clock.now(),
        closed_at=clock.now(),
    )
    for name, value in more.items():
        setattr(case, name, value)
    async with sessions.begin() as session:
        session.add(case)
    return case


async def _visits(sessions: SessionFactory) -> list[Visit]:
    async with sessions() as session:
        return list(await session.scalars(select(Visit)))


def _listener(sessions: SessionFactory, clock: FixedClock, settings: Settings) -> Listener:
    book = VisitBook(sessions, settings.visits, clock)
    return Listener(settings, sessions, book, TicketCases(sessions, clock))


def test_what_is_listened_to(clock: FixedClock) -> None:
    at = clock.now()
    wanted: list[Event] = [
        CallChanged(at=at, call_id="a", ended=True),
        CaseMoved(at=at, case_id=1, move="close"),
    ]
    unwanted: list[Event] = [
        CallChanged(at=at, call_id="a", ended=False),
        CaseMoved(at=at, case_id=1, move="establish"),
        TranscriptReady(at=at, call_id="a", recording_id=1),
    ]
    assert all(Listener.wants(event) for event in wanted)
    assert not any(Listener.wants(event) for event in unwanted)


async def test_the_number_to_call_back_goes_first(sessions: SessionFactory, clock: FixedClock) -> None:
    case = await _closed(sessions, clock, callback_number="041184301234")
    cases = TicketCases(sessions, clock)
    facts = await cases.closed(case.id)
    assert facts is not None
    assert (facts.phone, facts.closed_at, facts.number) == ("041184301234", clock.now(), NUMBER)
    assert await cases.closed_by_number(NUMBER) == facts
    assert await cases.closed(case.id + 1) is None
    assert await cases.closed_by_number("no such number") is None


async def test_closing_plans_and_the_ledger_answers(sessions: SessionFactory, clock: FixedClock) -> None:
    listener = _listener(sessions, clock, Settings())
    case = await _closed(sessions, clock)
    for _ in range(2):
        await listener.handle(CaseMoved(at=clock.now(), case_id=case.id, move="close"))
    [visit] = await _visits(sessions)
    assert (visit.case_id, visit.number, visit.state) == (case.id, "13800001234", VisitState.DUE)
    clock.advance(timedelta(hours=1))
    book = VisitBook(sessions, Settings().visits, clock)
    assert await book.claim(visit.id, "hl-1.9")
    async with sessions.begin() as session:
        session.add(
            Call(
                id="hl-1.9",
                direction="outbound",
                purpose=f"visit:{visit.id}",
                trunk="demo",
                started_at=clock.now(),
                visit="4",
            )
        )
        session.add(Call(id="hl-2.0", trunk="demo", started_at=clock.now(), visit="1"))
    for call_id in ("hl-1.9", "hl-2.0", "nobody"):
        await listener.handle(CallChanged(at=clock.now(), call_id=call_id, ended=True))
    [visit] = await _visits(sessions)
    assert (visit.state, visit.result) == (VisitState.SENDING_BACK, "4")


async def test_a_case_reopened_meanwhile_is_not_planned(sessions: SessionFactory, clock: FixedClock) -> None:
    case = await _closed(sessions, clock, stage=Stage.ESTABLISHED, closed_at=None)
    listener = _listener(sessions, clock, Settings())
    await listener.handle(CaseMoved(at=clock.now(), case_id=case.id, move="close"))
    assert await _visits(sessions) == []


async def test_the_works_from_the_event_to_the_phone(
    sqlite_url: str, redis_url: str, tmp_path: Path, sessions: SessionFactory, clock: FixedClock
) -> None:
    port = int(redis_url.rpartition(":")[2].split("/")[0])
    settings = Settings(
        paths=Paths(state=tmp_path),
        database=Database(url=sqlite_url),
        redis=Redis(port=port),
    )
    dialler, bus = FakeDialler(), Bus(redis_url)
    case = await _closed(sessions, clock, closed_at=clock.now() - timedelta(hours=1))
    works = [asyncio.ensure_future(work) for work in visits.works(settings, sessions, dialler, clock)]
    try:
        await bus.publish(CaseMoved(at=clock.now(), case_id=case.id, move="close"))

        async def dialled() -> bool:
            return bool(dialler.dialled)

        await poll(dialled, "the citizen is called")
    finally:
        for work in works:
            work.cancel()
        await asyncio.gather(*works, return_exceptions=True)
        await bus.close()
    assert [call.number for call in dialler.dialled] == ["13800001234"]
