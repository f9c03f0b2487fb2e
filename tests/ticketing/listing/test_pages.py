"""Lists of cases: every filter and order, pages that miss nothing, words, and what cannot be asked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from core.clock import FixedClock
from core.db import SessionFactory
from core.errors import InvalidError
from core.tables import Account
from tests.ticketing.statements import counted
from ticketing import drafts, moves
from ticketing.listing import pages, words
from ticketing.listing.wanted import Sort, Wanted
from ticketing.tables import Case, Stage

Draft = Callable[..., Awaitable[Case]]


@pytest.fixture
async def session(sessions: SessionFactory) -> AsyncIterator[AsyncSession]:
    async with sessions() as session:
        yield session


async def _walk(session: AsyncSession, clock: FixedClock, sort: Sort, **more: Any) -> list[int]:
    """All ids, two to a page."""
    seen, cursor = list[int](), None
    while True:
        page = await pages.page(session, now=clock.now(), sort=sort, limit=2, cursor=cursor, **more)
        seen += [case.id for case in page.items]
        cursor = page.next
        if cursor is None:
            return seen


async def _ids(session: AsyncSession, clock: FixedClock, q: str = "", **wanted: Any) -> list[int]:
    page = await pages.page(session, Wanted(**wanted), now=clock.now(), q=q, sort=Sort.OLDEST)
    return [case.id for case in page.items]


async def test_pages_come_newest_first_and_miss_nothing(
    session: AsyncSession, open_draft: Draft, clock: FixedClock
) -> None:
    made = [(await open_draft(f"a-{n}")).id for n in range(5)]
    seen, cursor = list[int](), None
    while True:
        page = await pages.page(session, now=clock.now(), limit=2, cursor=cursor)
        seen += [case.id for case in page.items]
        await open_draft(f"meanwhile-{len(seen)}")
        cursor = page.next
        if cursor is None:
            break
    assert seen == made[::-1]


async def test_each_order_walks_through_all_also_where_times_are_equal(
    sessions: SessionFactory, session: AsyncSession, people: dict[str, Account], clock: FixedClock
) -> None:
    due = [None, 3, 1, 1, 1, 2, None]
    made = []
    async with sessions() as writing:
        for n, hours in enumerate(due):
            at = clock.now() + timedelta(hours=hours) if hours else None
            changed = clock.now() - timedelta(minutes=n // 3)
            made.append(
                Case(stage=Stage.HANDLING, source="x", created_at=clock.now(), changed_at=changed, due_at=at)
            )
        writing.add_all(made)
        await writing.commit()
    ids = [case.id for case in made]
    assert await _walk(session, clock, Sort.OLDEST) == ids
    assert await _walk(session, clock, Sort.NEWEST) == ids[::-1]
    assert await _walk(session, clock, Sort.DUE) == [ids[n] for n in (2, 3, 4, 5, 1)]
    assert await _walk(session, clock, Sort.CHANGED) == [ids[n] for n in (2, 1, 0, 5, 4, 3, 6)]


async def test_every_filter(
    sessions: SessionFactory,
    session: AsyncSession,
    people: dict[str, Account],
    clock: FixedClock,
    complete: dict[str, Any],
) -> None:
    ids = []
    for n, more in enumerate(
        ({}, {"kind": "report", "urgency": "urgent"}, {"district": "210203", "address": "五一广场加油站"})
    ):
        case, _ = await drafts.open_draft(
            sessions, call_id=f"a-{n}", caller_number=f"1380000123{n}", transcript="", clock=clock
        )
        case = await moves.move(
            sessions,
            case_id=case.id,
            move="register",
            actor=people["seat"],
            version=case.version,
            fields=complete | more,
            clock=clock,
        )
        ids.append(case.id)
        clock.advance(timedelta(hours=1))
    one, two, three = ids
    for move, role, given in (
        ("establish", "shift_leader", {}),
        ("dispatch", "dispatcher", {"unit": "parks"}),
    ):
        case = await moves.move(
            sessions,
            case_id=one,
            move=move,
            actor=people[role],
            version=case.version if move == "dispatch" else 2,
            given=given,
            clock=clock,
        )
    assert case.number and case.due_at
    now = clock.now()
    expected: list[tuple[dict[str, Any], list[int]]] = [
        ({"stages": ("registered",)}, [two, three]),
        ({"stages": ("registered", "dispatched")}, ids),
        ({"kind": "report"}, [two]),
        ({"urgency": "urgent"}, [two]),
        ({"source": "telephone"}, ids),
        ({"source": "web"}, []),
        ({"unit": "parks"}, [one]),
        ({"district": "210203"}, [three]),
        ({"street": "210202001"}, []),
        ({"number": case.number}, [one]),
        ({"number": case.number[:14]}, ids),
        ({"number": "99"}, []),
        ({"phone": "13800001232"}, [three]),
        ({"created_from": now - timedelta(hours=2)}, [two, three]),
        ({"created_to": now - timedelta(hours=2)}, [one]),
        ({"is_open": True}, ids),
        ({"is_open": False}, []),
        ({"is_overdue": True}, []),
        ({"is_overdue": False}, ids),
    ]
    for wanted, found in expected:
        assert await _ids(session, clock, **wanted) == found, wanted
    clock.advance(timedelta(days=60))
    assert await _ids(session, clock, is_overdue=True) == [one]
    assert await _ids(session, clock, q="加油站", district="210203") == [three]
    assert await _ids(session, clock, q="加油站", district="210202") == []


async def test_words_are_found_and_forgotten_with_the_text(
    sessions: SessionFactory, session: AsyncSession, people: dict[str, Account], clock: FixedClock
) -> None:
    case, _ = await drafts.open_draft(
        sessions, call_id="a", caller_number="", transcript="中山路１２号路灯不亮", clock=clock
    )
    for q, found in (
        ("路灯", True),
        ("不亮 中山路", True),
        ("12号", True),
        ("路灯 漏水", False),
        ("灯路", False),
        ("亮", None),
        ('路灯" OR "x', None),
        ("%_路灯", True),
    ):
        if found is not None:
            assert (await _ids(session, clock, q=q) == [case.id]) is found, q
    case = await moves.edit_draft(
        sessions,
        case_id=case.id,
        actor=people["seat"],
        version=case.version,
        fields={"description": "井盖丢失", "address": "星海广场"},
        clock=clock,
    )
    assert [await _ids(session, clock, q=q) for q in ("路灯", "井盖", "星海", "失星")] == [
        [],
        [case.id],
        [case.id],
        [],
    ]
    async with sessions() as writing:
        assert await words.reindex(writing) == 1
        await writing.commit()
    assert [await _ids(session, clock, q=q) for q in ("路灯", "井盖")] == [[], [case.id]]


STRANGE: list[tuple[dict[str, Any], str]] = [
    ({"wanted": Wanted(stages=("x",))}, "stage"),
    ({"limit": 0}, "limit"),
    ({"limit": 201}, "limit"),
    ({"cursor": "x"}, "cursor"),
    ({"cursor": "9" * 30}, "cursor"),
    ({"cursor": "5", "sort": Sort.DUE}, "cursor"),
    ({"cursor": "5-5"}, "cursor"),
    ({"q": "路"}, "q"),
    ({"q": "!!! ???"}, "q"),
    ({"q": "路灯 " * 9}, "q"),
]


async def test_strange_queries(session: AsyncSession, clock: FixedClock) -> None:
    for query, field in STRANGE:
        with pytest.raises(InvalidError) as refusal:
            await pages.page(session, now=clock.now(), **query)
        assert set(refusal.value.details["fields"]) == {field}  # type: ignore[call-overload]


async def test_three_rows_cost_as_many_statements_as_one(
    engine: AsyncEngine, session: AsyncSession, open_draft: Draft, clock: FixedClock
) -> None:
    counts = []
    for more in (1, 2):
        for n in range(more):
            await open_draft(f"{more}-{n}")
        with counted(engine) as statements:
            await pages.page(session, now=clock.now(), q="路灯")
        counts.append(len(statements))
    assert counts == [1, 1]
