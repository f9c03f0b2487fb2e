"""Result visits from closing to the last attempt, on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from ivr.outbound.dialler import DialResult
from ivr.visits.tables import VisitState
from tests.ivr.visits.conftest import World
from tests.waiting import poll


async def test_a_closing_is_planned_once_and_called_when_its_time_comes(world: World) -> None:
    await asyncio.gather(*(world.book.plan(world.case) for _ in range(3)))
    await world.look()
    assert world.dialler.dialled == [], "closed a moment ago"
    world.wait(30)
    await world.look()
    (call,) = world.dialler.dialled
    visit = await world.visit()
    assert (call.number, call.context, call.purpose) == ("13800001234", "hl-visit", f"visit:{visit.id}")
    assert call.variables == {"HL_VISIT": str(visit.id), "HL_CASE_NUMBER": world.case.number}
    assert (visit.state, visit.attempts, visit.call_id) == (VisitState.DIALLING, 1, call.call_id)


#: What the ledger says of the call, whether they talked with a seat → state and result of the visit.
_CALLS = [
    ("1", False, VisitState.DONE, "1"),
    ("3", False, VisitState.DONE, "3"),
    ("4", False, VisitState.SENDING_BACK, "4"),
    ("refused", False, VisitState.REFUSED, "refused"),
    ("person", True, VisitState.DONE, "person"),
    ("person", False, VisitState.DUE, "person"),
    ("machine", False, VisitState.DUE, "machine"),
    ("", False, VisitState.DUE, "hung_up"),
]


async def test_what_the_call_came_to(world: World) -> None:
    for case_id, (answer, talked, state, result) in enumerate(_CALLS, start=1):
        case = world.cases.known[case_id] = replace(world.case, id=case_id)
        await world.book.plan(case)
        (visit,) = [visit for visit in await world.visits() if visit.case_id == case_id]
        world.wait(30)
        assert await world.book.claim(visit.id, f"hl-1.{case_id}")
        for _ in range(2):  # events come again
            await world.book.hear(f"hl-1.{case_id}", answer, talked=talked)
        await world.book.hear("some-other-call", "1", talked=False)
        visit = (await world.visits())[-1]
        assert (visit.state, visit.result, visit.attempts) == (state, result, 1), answer


async def test_dissatisfied_sends_the_case_back_once(world: World) -> None:
    await world.book.plan(world.case)
    world.wait(30)
    await world.look()
    await world.book.hear(world.dialler.dialled[0].call_id, "5", talked=False)
    await world.keeper.send_back()
    await world.keeper.send_back()
    assert world.cases.reopened == [(7, "结果回访：市民非常不满意")]
    assert ((await world.visit()).state, (await world.visit()).result) == (VisitState.DONE, "5")


async def test_a_crash_between_reopening_and_noting_it_reopens_once(world: World) -> None:
    await world.book.rate(world.case, "4")
    visit = await world.visit()
    await world.cases.reopen(visit.case_id, visit.closed_at, "before the crash")
    world.restart()
    await world.keeper.send_back()
    assert world.cases.reopened == [(7, "before the crash")]
    assert (await world.visit()).state == VisitState.DONE


async def test_attempts_and_their_intervals(world: World) -> None:
    world.dialler.results.extend([DialResult.BUSY, DialResult.NO_ANSWER, DialResult.FAILED])
    await world.book.plan(world.case)
    world.wait(30)
    for attempt in (1, 2, 3):
        await world.look()
        await world.look()
        assert len(world.dialler.dialled) == attempt, "nobody is called twice in a row"
        world.wait(world.settings.interval_min)
    visit = await world.visit()
    assert (visit.state, visit.result, visit.attempts) == (VisitState.FAILED, "failed", 3)
    await world.look()
    assert len(world.dialler.dialled) == 3


async def test_never_outside_of_the_calling_hours(world: World) -> None:
    world.wait(10 * 60)  # 19:30 in China
    late = replace(world.case, closed_at=world.clock.now())
    world.cases.known[7] = late
    await world.book.plan(late)
    world.wait(30)  # 20:00: over
    await world.look()
    assert world.dialler.dialled == []
    world.wait(12 * 60 + 59)  # 08:59
    await world.look()
    assert world.dialler.dialled == []
    world.wait(1)
    await world.look()
    assert len(world.dialler.dialled) == 1


async def test_an_attempt_in_the_evening_is_followed_by_one_in_the_morning(world: World) -> None:
    world.dialler.result = DialResult.NO_ANSWER
    await world.book.plan(world.case)
    world.wait(10 * 60)
    await world.look()
    next_at = (await world.visit()).next_at
    assert next_at == world.clock.now() + timedelta(hours=13, minutes=30), "09:00"


async def test_no_more_ring_than_lines_are_free(world: World) -> None:
    for number in range(6):
        case = replace(world.case, id=number + 1)
        world.cases.known[case.id] = case
        await world.book.plan(case)
    world.wait(30)
    world.dialler.hold()
    world.dialler.channels = 0
    await world.keeper.look()
    await asyncio.sleep(0)
    assert world.dialler.dialled == []
    world.dialler.channels = 2
    await world.keeper.look()
    await _dialled(world, 2)
    world.dialler.channels = 90
    await world.keeper.look()
    await _dialled(world, 5)
    await world.keeper.look()
    assert len(world.dialler.dialled) == 5, "visits.at_once"
    world.dialler.let_go()
    await world.keeper.idle()


async def _dialled(world: World, calls: int) -> None:
    await poll(lambda: len(world.dialler.dialled) == calls, f"{calls} calls", seconds=5)


async def test_a_line_that_was_taken_meanwhile_costs_no_attempt(world: World) -> None:
    world.dialler.results.append(DialResult.NO_CHANNEL)
    await world.book.plan(world.case)
    world.wait(30)
    await world.look()
    assert ((await world.visit()).state, (await world.visit()).attempts) == (VisitState.DUE, 0)
    world.wait(1)
    await world.look()
    assert (await world.visit()).attempts == 1


async def test_killed_after_the_claim_the_attempt_is_not_dialled_again(world: World) -> None:
    """Whether it rang nobody knows: the attempt is over after an hour, and the next one has its time."""
    await world.book.plan(world.case)
    world.wait(30)
    visit = (await world.book.due(1))[0]
    assert await world.book.claim(visit.id, "hl-1.1") is not None
    assert await world.book.claim(visit.id, "hl-1.2") is None, "somebody else's already"
    world.restart()
    await world.look()
    assert world.dialler.dialled == []
    world.wait(60)
    await world.look()
    assert ((await world.visit()).state, (await world.visit()).result) == (VisitState.DUE, "lost")
    assert world.dialler.dialled == []
    await world.book.hear("hl-1.1", "2", talked=False)
    assert (await world.visit()).state == VisitState.DONE, "its answer came late, and counts"


async def test_the_switch_went_away_while_it_rang(world: World) -> None:
    world.dialler.result = DialResult.UNKNOWN
    await world.book.plan(world.case)
    world.wait(30)
    await world.look()
    await world.look()
    assert ((await world.visit()).state, len(world.dialler.dialled)) == (VisitState.DIALLING, 1)


@pytest.mark.parametrize(
    ("change", "why"), [({"confidential": True}, "confidential"), ({"phone": ""}, "no_number")]
)
async def test_who_is_never_called(world: World, change: dict[str, object], why: str) -> None:
    case = replace(world.case, **change)  # type: ignore[arg-type]
    world.cases.known[7] = case
    await world.book.plan(case)
    visit = await world.visit()
    assert (visit.state, visit.result, visit.number) == (VisitState.SKIPPED, why, "")
    world.wait(30)
    await world.look()
    assert world.dialler.dialled == []


async def test_nobody_is_planned_who_does_not_want_it_or_has_forgotten(world: World) -> None:
    await world.book.plan(replace(world.case, wants_visit=False))
    await world.book.plan(replace(world.case, closed_at=world.clock.now() - timedelta(days=8)))
    assert await world.visits() == []


async def test_a_number_that_may_not_be_dialled(world: World) -> None:
    world.dialler.result = DialResult.REFUSED
    await world.book.plan(world.case)
    world.wait(30)
    await world.look()
    assert ((await world.visit()).state, (await world.visit()).result) == (VisitState.SKIPPED, "not_allowed")


async def test_what_changes_before_the_call(world: World) -> None:
    await world.book.plan(world.case)
    world.wait(30)
    world.cases.known[7] = replace(world.case, confidential=True)
    await world.look()
    assert ((await world.visit()).state, (await world.visit()).result) == (VisitState.SKIPPED, "confidential")
    again = world.cases.close_again(world.case, world.clock.now())
    await world.book.plan(again)
    del world.cases.known[7]
    world.wait(30)
    await world.look()
    assert [visit.result for visit in await world.visits()] == ["confidential", "not_closed"]
    assert world.dialler.dialled == []


async def test_who_refused_is_not_called_when_the_case_is_closed_again(world: World) -> None:
    await world.book.plan(world.case)
    world.wait(30)
    await world.look()
    await world.book.hear(world.dialler.dialled[0].call_id, "refused", talked=False)
    again = world.cases.close_again(world.case, world.clock.now())
    await world.book.plan(again)
    assert [(v.state, v.result) for v in await world.visits()] == [
        (VisitState.REFUSED, "refused"),
        (VisitState.SKIPPED, "refused"),
    ]


async def test_who_called_in_is_not_called(world: World) -> None:
    await world.book.plan(world.case)
    await world.book.rate(world.case, "2")
    world.wait(30)
    await world.look()
    assert world.dialler.dialled == []
    await world.book.rate(world.case, "5")
    await world.keeper.send_back()
    visit = await world.visit()
    assert (visit.state, visit.result, len(world.cases.reopened)) == (VisitState.DONE, "5", 1)
