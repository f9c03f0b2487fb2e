"""ticketing.moves: the one door, on both databases, with two people at it at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from core.clock import FixedClock
from core.db import SessionFactory
from core.errors import ConflictError, HotlineError, InvalidError
from core.tables import Account, OutboxEntry
from ticketing import moves
from ticketing.tables import Case, CaseHistory, Stage

People = dict[str, Account]
Draft = Callable[..., Awaitable[Case]]


async def history(sessions: SessionFactory, case_id: int) -> list[CaseHistory]:
    async with sessions() as session:
        query = select(CaseHistory).where(CaseHistory.case_id == case_id).order_by(CaseHistory.seq)
        return list(await session.scalars(query))


async def events(sessions: SessionFactory) -> list[str]:
    async with sessions() as session:
        return list(await session.scalars(select(OutboxEntry.type).order_by(OutboxEntry.id)))


async def test_a_whole_life(
    sessions: SessionFactory, clock: FixedClock, people: People, draft: Case, complete: dict[str, Any]
) -> None:
    case = draft
    steps = [("register", "seat", complete), ("establish", "shift_leader", {}), ("close", "shift_leader", {})]
    for name, role, fields in steps:
        clock.advance(timedelta(minutes=1))
        case = await moves.move(
            sessions,
            case_id=case.id,
            move=name,
            actor=people[role],
            version=case.version,
            fields=fields,
            note=f"note {name}",
            clock=clock,
        )
    assert (case.stage, case.number, case.version) == ("closed", "2102002026112300001", 4)
    assert case.registered_at and case.established_at and case.closed_at == clock.now()
    lines = await history(sessions, case.id)
    assert [(line.seq, line.move, line.from_stage, line.to_stage) for line in lines] == [
        (1, "open_draft", "", "draft"),
        (2, "register", "draft", "registered"),
        (3, "establish", "registered", "established"),
        (4, "close", "established", "closed"),
    ]
    assert [line.actor_id for line in lines] == [None, people["seat"].id, *[people["shift_leader"].id] * 2]
    assert await events(sessions) == ["CaseOpened", "CaseMoved", "CaseMoved", "CaseMoved"]


async def test_autosaves_end_up_in_the_entry_of_register(
    sessions: SessionFactory, clock: FixedClock, people: People, draft: Case
) -> None:
    case = draft
    for fields in ({"description": "路"}, {"description": "路灯", "kind": "report"}, {"district": "210203"}):
        case = await moves.edit_draft(
            sessions, case_id=case.id, actor=people["seat"], version=case.version, fields=fields, clock=clock
        )
    assert len(await history(sessions, case.id)) == 1
    await moves.move(
        sessions, case_id=case.id, move="register", actor=people["seat"], version=case.version, clock=clock
    )
    changes = (await history(sessions, case.id))[-1].changes
    assert changes == {"description": ["", "路灯"], "kind": ["", "report"], "district": [None, "210203"]}


async def test_saving_what_is_there_changes_nothing(
    sessions: SessionFactory, clock: FixedClock, people: People, draft: Case
) -> None:
    case = await moves.edit_draft(
        sessions, case_id=draft.id, actor=people["seat"], version=1, fields={"description": ""}, clock=clock
    )
    assert case.version == 1
    assert await events(sessions) == ["CaseOpened"]


async def test_the_second_of_two_is_told_who_was_faster(
    sessions: SessionFactory, clock: FixedClock, people: People, draft: Case, complete: dict[str, Any]
) -> None:
    def register(role: str) -> Awaitable[Case]:
        return moves.move(
            sessions,
            case_id=draft.id,
            move="register",
            actor=people[role],
            version=draft.version,
            fields=complete,
            clock=clock,
        )

    results = await asyncio.gather(register("seat"), register("shift_leader"), return_exceptions=True)
    won = [each for each in results if isinstance(each, Case)]
    lost = [each for each in results if isinstance(each, ConflictError)]
    assert (len(won), len(lost)) == (1, 1)
    faster = "王芳" if won[0].changed_by == people["seat"].id else "李强"
    assert str(lost[0]).startswith(f"{faster}在 09:30:00 先一步")
    assert lost[0].details["by"] == faster
    assert len(await history(sessions, draft.id)) == 2


async def test_a_stale_autosave_is_told_too(
    sessions: SessionFactory, clock: FixedClock, people: People, draft: Case
) -> None:
    def save(role: str, text: str) -> Awaitable[Case]:
        fields = {"description": text}
        return moves.edit_draft(
            sessions, case_id=draft.id, actor=people[role], version=1, fields=fields, clock=clock
        )

    await save("shift_leader", "先")
    with pytest.raises(ConflictError, match="李强"):
        await save("seat", "后")


async def test_numbers_are_unique_when_many_register_at_once(
    sessions: SessionFactory, clock: FixedClock, people: People, open_draft: Draft, complete: dict[str, Any]
) -> None:
    drafts = [await open_draft(f"a-{n}") for n in range(12)]
    cases = await asyncio.gather(
        *(
            moves.move(
                sessions,
                case_id=draft.id,
                move="register",
                actor=people["seat"],
                version=draft.version,
                fields=complete,
                clock=clock,
            )
            for draft in drafts
        )
    )
    assert sorted(str(case.number) for case in cases) == [f"21020020261123{n:05d}" for n in range(1, 13)]


async def test_the_date_in_a_number_is_chinas(
    sessions: SessionFactory, clock: FixedClock, people: People, draft: Case, complete: dict[str, Any]
) -> None:
    clock.advance(timedelta(hours=15))  # 16:30 UTC: tomorrow in China
    case = await moves.move(
        sessions,
        case_id=draft.id,
        move="register",
        actor=people["seat"],
        version=1,
        fields=complete,
        clock=clock,
    )
    assert case.number is not None and case.number[6:14] == "20261124"


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, {"kind", "description", "district"}),
        ({"kind": "praise", "description": "  ", "district": "210202"}, {"description"}),
        ({"kind": "praise", "description": "x", "district": "999999"}, {"district"}),
        ({"kind": "praise", "description": "x", "district": "210202001"}, {"district"}),
        ({"kind": "praise", "description": "x", "district": "210202", "street": "210203001"}, {"street"}),
        ({"kind": "praise", "description": "x" * 4001, "district": "210202"}, {"description"}),
        (
            {
                "kind": "praise",
                "description": "x",
                "district": "210202",
                "callback_number": "12ab",
                "category": {"edition": "2013", "kind": "部件", "code": "9999"},
            },
            {"callback_number", "category"},
        ),
    ],
)
async def test_an_incomplete_form_names_each_field(
    sessions: SessionFactory,
    clock: FixedClock,
    people: People,
    draft: Case,
    fields: dict[str, Any],
    wrong: set[str],
) -> None:
    with pytest.raises(InvalidError) as refusal:
        await moves.move(
            sessions,
            case_id=draft.id,
            move="register",
            actor=people["seat"],
            version=1,
            fields=fields,
            clock=clock,
        )
    assert set(refusal.value.details["fields"]) == wrong  # type: ignore[call-overload]
    async with sessions() as session:
        case = await session.get_one(Case, draft.id)
    assert (case.stage, case.version, case.number) == (Stage.DRAFT, 1, None)
    assert await events(sessions) == ["CaseOpened"]


async def test_a_complete_form_is_taken_whole(
    sessions: SessionFactory, clock: FixedClock, people: People, draft: Case, complete: dict[str, Any]
) -> None:
    fields = complete | {
        "street": "210202001",
        "address": "中山路 <1> 号",
        "callback_number": "8888-6666",
        "urgency": "urgent",
        "confidential": True,
        "category": {"edition": "2013", "kind": "部件", "code": "0101"},
    }
    case = await moves.move(
        sessions,
        case_id=draft.id,
        move="register",
        actor=people["seat"],
        version=1,
        fields=fields,
        clock=clock,
    )
    assert (case.address, case.callback_number) == ("中山路 <1> 号", "041188886666")
    assert (case.category_kind, case.category_code, case.urgency) == ("部件", "0101", "urgent")


@pytest.mark.parametrize(
    ("name", "role", "code"),
    [
        ("establish", "shift_leader", "wrong_stage"),
        ("establish", "seat", "role_not_allowed"),
        ("register", "administrator", "role_not_allowed"),
        ("open_draft", "shift_leader", "role_not_allowed"),
        ("fly", "seat", "no_such_move"),
    ],
)
async def test_illegal_moves(
    sessions: SessionFactory, clock: FixedClock, people: People, draft: Case, name: str, role: str, code: str
) -> None:
    with pytest.raises(HotlineError) as refusal:
        await moves.move(sessions, case_id=draft.id, move=name, actor=people[role], version=1, clock=clock)
    assert refusal.value.code == code


async def test_a_registered_case_is_no_draft_any_more(
    sessions: SessionFactory, clock: FixedClock, people: People, draft: Case, complete: dict[str, Any]
) -> None:
    seat = people["seat"]
    case = await moves.move(
        sessions, case_id=draft.id, move="register", actor=seat, version=1, fields=complete, clock=clock
    )
    with pytest.raises(HotlineError) as refusal:
        await moves.edit_draft(
            sessions,
            case_id=case.id,
            actor=seat,
            version=case.version,
            fields={"description": "x"},
            clock=clock,
        )
    assert refusal.value.code == "wrong_stage"
    with pytest.raises(InvalidError):
        await moves.move(
            sessions,
            case_id=case.id,
            move="establish",
            actor=people["shift_leader"],
            version=case.version,
            fields={"description": "x"},
            clock=clock,
        )


async def test_no_case(sessions: SessionFactory, clock: FixedClock, people: People) -> None:
    with pytest.raises(HotlineError) as refusal:
        await moves.move(sessions, case_id=99, move="register", actor=people["seat"], version=1, clock=clock)
    assert refusal.value.code == "no_such_case"
    async with sessions() as session:
        assert await session.scalar(select(func.count()).select_from(CaseHistory)) == 0
