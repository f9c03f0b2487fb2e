"""ticketing.links: merging, splitting, group events, repeats; told in the history of both."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from core.case_settings import Cases
from core.clock import FixedClock
from core.db import SessionFactory
from core.errors import ConflictError, HotlineError, InvalidError
from core.tables import Account, OutboxEntry
from ticketing import door, moves
from ticketing.errors import GuardedError
from ticketing.links import family, repeats
from ticketing.links.following import Following
from ticketing.tables import Case, CaseHistory

Make = Callable[..., Awaitable[Case]]


async def stored(sessions: SessionFactory, case_id: int) -> Case:
    async with sessions() as session:
        return await session.get_one(Case, case_id)


async def history(sessions: SessionFactory, case_id: int) -> list[tuple[str, dict[str, object]]]:
    async with sessions() as session:
        query = select(CaseHistory).where(CaseHistory.case_id == case_id).order_by(CaseHistory.seq)
        return [(one.move, one.inputs) for one in await session.scalars(query)]


async def test_a_merge_and_its_undoing_stand_in_both_histories(
    sessions: SessionFactory, registered: Make, act: Make
) -> None:
    first, repeat = await registered(), await registered()
    await act(repeat.id, "merge", "seat", into=first.number)
    await act(repeat.id, "restore", "shift_leader")
    assert (await history(sessions, repeat.id))[2:] == [("merge", {"into": first.number}), ("restore", {})]
    assert (await history(sessions, first.id))[2:] == [
        ("linked", {"what": "repeat", "case": repeat.number}),
        ("linked", {"what": "repeat_gone", "case": repeat.number}),
    ]
    assert (await stored(sessions, first.id)).version == 4
    assert (await stored(sessions, repeat.id)).merged_into is None


async def test_two_who_merge_crosswise_do_not_wait_for_each_other(
    sessions: SessionFactory, people: dict[str, Account], clock: FixedClock, registered: Make
) -> None:
    one, other = await registered(), await registered()

    async def merge(case: Case, into: Case) -> Case:
        return await moves.move(
            sessions,
            case_id=case.id,
            move="merge",
            actor=people["seat"],
            version=case.version,
            given={"into": into.number},
            clock=clock,
        )

    done = await asyncio.gather(merge(one, other), merge(other, one), return_exceptions=True)
    refused = [result for result in done if isinstance(result, BaseException)]
    assert all(isinstance(result, ConflictError | InvalidError) for result in refused)
    now = [await stored(sessions, case.id) for case in (one, other)]
    assert sum(case.stage == "merged" for case in now) == len(done) - len(refused) <= 1


async def test_merging_into_a_case_that_is_just_being_changed_is_refused_at_once(
    sessions: SessionFactory, registered: Make, act: Make
) -> None:
    first, repeat = await registered(), await registered()
    async with sessions() as other:
        if (await other.connection()).dialect.name == "sqlite":
            return  # one writer at a time: the second waits for the first, and no two for each other
        await door.locked(other, first.id)
        with pytest.raises(ConflictError, match="有人正在处理"):
            await act(repeat.id, "merge", "seat", into=first.number)
    await act(repeat.id, "merge", "seat", into=first.number)


async def test_a_split_makes_a_registered_case_of_the_same_reporter(
    sessions: SessionFactory, registered: Make, act: Make
) -> None:
    case = await registered(street="210202001", address="人民路12号", urgency="urgent", confidential=True)
    await act(case.id, "split", "seat", note="还有路边的垃圾没人清")
    async with sessions() as session:
        new = (await session.scalars(select(Case).where(Case.split_from == case.id))).one()
        found = await family.of(session, await session.get_one(Case, case.id))
        back = await family.of(session, new)
    assert (new.stage, new.description) == ("registered", "还有路边的垃圾没人清")
    shared = ("caller_number", "street", "address", "district", "urgency", "confidential", "kind", "source")
    assert [getattr(new, name) for name in shared] == [getattr(case, name) for name in shared]
    assert new.number != case.number and new.category_code is None and new.call_id is None
    assert new.stage_due_at is not None and new.registered_at is not None
    assert (await history(sessions, case.id))[-1] == ("split", {"case": new.number})
    assert await history(sessions, new.id) == [("open_split", {"case": case.number})]
    assert [one.id for one in found.splits] == [new.id]
    assert back.split_from is not None and back.split_from.id == case.id
    await act(new.id, "establish", "shift_leader")


async def test_a_split_wants_to_know_the_second_matter(registered: Make, act: Make) -> None:
    case = await registered()
    with pytest.raises(InvalidError):
        await act(case.id, "split", "seat", note=" ")


async def closed_event(registered: Make, act: Make, *, reports: int) -> tuple[Case, list[Case]]:
    event = await registered()
    await act(event.id, "declare_group", "shift_leader", note="全区停水")
    cases = [await registered(f"1380000000{n}") for n in range(reports)]
    for one in cases:
        await act(one.id, "merge", "seat", into=event.number)
    await act(event.id, "establish", "shift_leader")
    await act(event.id, "close", "shift_leader")
    return event, cases


async def test_reports_of_a_group_event_are_closed_with_it_each_on_its_own(
    sessions: SessionFactory, clock: FixedClock, registered: Make, act: Make
) -> None:
    event, reports = await closed_event(registered, act, reports=3)
    following = Following(sessions, Cases(), clock)
    assert (await following.once(), await following.once()) == (3, 0)
    for one in reports:
        now = await stored(sessions, one.id)
        assert (now.stage, now.closed_at) == ("closed", clock.now())
        assert (await history(sessions, one.id))[-1] == ("close_with_parent", {"case": event.number})
    async with sessions() as session:
        query = select(OutboxEntry.body).where(OutboxEntry.type == "CaseMoved")
        told = [body for body in await session.scalars(query) if "close_with_parent" in body]
        waiting = await family.reporters(session, event.id)
    assert len(told) == 3
    assert sorted(one.caller_number for one in waiting) == [f"1380000000{n}" for n in range(3)]


async def test_repeats_of_an_ordinary_case_stay_merged(
    sessions: SessionFactory, clock: FixedClock, registered: Make, act: Make
) -> None:
    first, repeat = await registered(), await registered()
    await act(repeat.id, "merge", "seat", into=first.number)
    await act(first.id, "establish", "shift_leader")
    await act(first.id, "close", "shift_leader")
    assert await Following(sessions, Cases(), clock).once() == 0
    now = await stored(sessions, repeat.id)
    with pytest.raises(GuardedError, match="尚未结案"):
        await moves.move(
            sessions,
            case_id=repeat.id,
            move="close_with_parent",
            actor=None,
            version=now.version,
            clock=clock,
        )


async def test_a_reopened_event_holds_back_what_is_not_closed_yet(
    sessions: SessionFactory, clock: FixedClock, registered: Make, act: Make
) -> None:
    event, (report,) = await closed_event(registered, act, reports=1)
    await act(event.id, "reopen", "shift_leader")
    assert await Following(sessions, Cases(), clock).once() == 0
    await act(event.id, "close", "shift_leader")
    assert await Following(sessions, Cases(), clock).once() == 1
    await act(report.id, "reopen", "shift_leader")
    now = await stored(sessions, report.id)
    assert (now.stage, now.merged_into) == ("established", None)
    assert (await history(sessions, event.id))[-1] == (
        "linked",
        {"what": "repeat_gone", "case": report.number},
    )


async def test_an_event_is_declared_once_and_listed_while_it_goes_on(
    sessions: SessionFactory, registered: Make, act: Make
) -> None:
    event, quiet = await registered(), await registered()
    for one in (event, quiet):
        await act(one.id, "declare_group", "dispatcher", note=f"停水 {one.id}")
    with pytest.raises(GuardedError, match="已经是群发事件"):
        await act(event.id, "declare_group", "dispatcher")
    with pytest.raises(HotlineError):
        await act(event.id, "declare_group", "seat")
    for _ in range(2):
        await act((await registered()).id, "merge", "seat", into=event.number)
    async with sessions() as session:
        found = await family.events(session)
    assert [(one.case.id, one.note, one.reports) for one in found] == [
        (quiet.id, f"停水 {quiet.id}", 0),
        (event.id, f"停水 {event.id}", 2),
    ]


async def test_reporters_are_found_through_repeats_of_repeats(
    sessions: SessionFactory, registered: Make, act: Make
) -> None:
    first, second, third = [await registered() for _ in range(3)]
    await act(third.id, "merge", "seat", into=second.number)
    await act(second.id, "merge", "seat", into=first.number)
    async with sessions() as session:
        assert [one.id for one in await family.reporters(session, first.id)] == [second.id, third.id]


async def test_repeat_callers(
    sessions: SessionFactory, clock: FixedClock, registered: Make, act: Make
) -> None:
    await registered("13800000009")
    clock.advance(timedelta(days=40))
    cases = [await registered("13800000001") for _ in range(6)]
    await act(cases[0].id, "void", "seat")
    for number in ("13800000002", "13800000009"):
        await registered(number)
    for _ in range(3):
        await registered("13800000003", confidential=True)
    async with sessions() as session:
        since = clock.now() - timedelta(days=30)
        (found,) = await repeats.callers(session, since=since, least=2)
        every = await repeats.callers(session, since=clock.now() - timedelta(days=60), least=2)
    assert (found.label, found.count, found.open, found.last_at) == ("13800000001", 6, 5, clock.now())
    assert [one.id for one in found.cases] == [one.id for one in cases[:0:-1]]
    assert [one.label for one in every] == ["13800000001", "13800000009"]


async def test_repeat_places_by_cell_and_else_by_address(
    sessions: SessionFactory, clock: FixedClock, registered: Make
) -> None:
    for _ in range(2):
        await registered(cell="210202001")
        await registered(street="210202005", address="人民路12号")
    await registered(street="210202005", address="人民路34号")
    async with sessions() as session:
        found = await repeats.places(session, since=clock.now() - timedelta(days=1), least=2)
    assert {(one.place, one.count, len(one.cases)) for one in found} == {
        ("210202001", 2, 2),
        ("210202005", 2, 2),
    }
    assert any(one.label.endswith("人民路12号") for one in found)
