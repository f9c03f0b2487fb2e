"""The histories' proof: a sound house is sound; every sort of damage is named, by case and entry."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from core import audit, trail
from core.clock import FixedClock
from core.db import SessionFactory
from core.tables import Account
from ticketing import moves
from ticketing.history import seal
from ticketing.history.findings import Finding, Problem
from ticketing.history.verify import Check
from ticketing.tables import Case

Draft = Callable[..., Awaitable[Case]]
House = list[Case]


@pytest.fixture
async def house(
    sessions: SessionFactory,
    clock: FixedClock,
    people: dict[str, Account],
    open_draft: Draft,
    complete: dict[str, Any],
) -> House:
    """Three cases with three entries each, audit lines, a seal; then one entry more of the first case."""
    cases = [await open_draft(f"a-{n}") for n in range(3)]
    for case in cases:
        for name, role, fields in (("register", "seat", complete), ("establish", "shift_leader", {})):
            case = await _move(sessions, clock, case, people[role], name, fields)
    async with sessions() as session:
        for n in range(3):
            audit.record(session, at=clock.now(), actor_id=None, action="test:done", subject=f"{n}")
        await session.commit()
    assert await trail.take_in(sessions) == 3
    assert len(await seal.seal_day(sessions, clock)) == 1
    assert await seal.seal_day(sessions, clock) == []
    await _move(sessions, clock, cases[0], people["shift_leader"], "instruct", {}, version=3)
    await trail.take_in(sessions)
    return cases


async def _move(
    sessions: SessionFactory,
    clock: FixedClock,
    case: Case,
    actor: Account,
    name: str,
    fields: dict[str, Any],
    version: int = 0,
) -> Case:
    clock.advance(timedelta(minutes=1))
    return await moves.move(
        sessions,
        case_id=case.id,
        move=name,
        actor=actor,
        version=version or case.version,
        fields=fields,
        note="同意",
        address="10.0.0.7",
        clock=clock,
    )


async def _found(sessions: SessionFactory) -> list[Finding]:
    return (await Check(sessions).run()).findings


async def _damage(sessions: SessionFactory, *lines: str, **values: object) -> None:
    """As somebody with every right would: the triggers are switched off first."""
    async with sessions() as session:
        if session.get_bind().dialect.name == "sqlite":
            names = await session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
            for name in names.all():
                await session.execute(text(f"DROP TRIGGER {name}"))
        else:
            await session.execute(text("SET session_replication_role = replica"))
        for line in lines:
            await session.execute(text(line), {k: v for k, v in values.items() if f":{k}" in line})
        await session.commit()
        if session.get_bind().dialect.name != "sqlite":
            await session.execute(text("SET session_replication_role = DEFAULT"))


async def test_a_sound_house_is_found_sound(sessions: SessionFactory, house: House) -> None:
    report = await Check(sessions).run()
    assert report.findings == []
    assert (report.cases, report.entries, report.seals) == (3, 10, 1)
    assert (report.audit_links, report.audit_waiting) == (4, 0)
    assert len(report.root) == 64


async def test_entries_say_who_when_from_where_what_and_why(sessions: SessionFactory, house: House) -> None:
    async with sessions() as session:
        query = "SELECT actor_id, at, address, changes, note FROM case_history WHERE move = 'register'"
        row = (await session.execute(text(query))).first()
    assert row is not None
    assert row.actor_id and row.at and (row.address, row.note) == ("10.0.0.7", "同意")
    assert "210202" in str(row.changes)


async def test_a_changed_entry_is_named_whatever_was_changed(sessions: SessionFactory, house: House) -> None:
    one, two, three = (case.id for case in house)
    changes = {
        (one, 1): "actor_id = 1",
        (one, 2): "note = '不同意'",
        (one, 3): "at = '2026-01-01 00:00:00+00:00'",
        (two, 1): "from_stage = 'void'",
        (two, 2): "address = ''",
        (two, 3): "changes = '{\"a\": 1}'",
        (three, 1): "move = 'void'",
        (three, 2): "inputs = '{\"unit\": 1}'",
    }
    for (case, seq), change in changes.items():
        line = f"UPDATE case_history SET {change} WHERE case_id = :case AND seq = :seq"  # noqa: S608
        await _damage(sessions, line, case=case, seq=seq)
    found = await _found(sessions)
    assert [(each.problem, (each.case_id, each.seq)) for each in found] == [
        (Problem.CHANGED, where) for where in changes
    ]
    assert found[0].number and found[0].number in str(found[0])


async def test_a_changed_entry_with_a_new_sum_breaks_the_next(sessions: SessionFactory, house: House) -> None:
    line = "UPDATE case_history SET hash = :forged WHERE case_id = :case AND seq = 2"
    await _damage(sessions, line, case=house[1].id, forged="f" * 64)
    found = {(one.problem, one.seq) for one in await _found(sessions)}
    assert found == {(Problem.CHANGED, 2), (Problem.DETACHED, 3)}


async def test_entries_and_cases_that_were_taken_away_are_missed(
    sessions: SessionFactory, house: House
) -> None:
    """The first of a case, the last of another, the whole of a third."""
    await _damage(
        sessions,
        "DELETE FROM case_history WHERE case_id = :one AND seq = 2",
        "DELETE FROM case_history WHERE case_id = :two AND seq = 3",
        "UPDATE cases SET stage = 'registered' WHERE id = :two",
        "DELETE FROM case_history WHERE case_id = :three",
        "DELETE FROM cases WHERE id = :three",
        **dict(zip(("one", "two", "three"), (case.id for case in house), strict=True)),
    )
    found = await _found(sessions)
    assert [(one.problem, one.case_id, one.seq) for one in found] == [
        (Problem.MISSING, house[0].id, 3),
        (Problem.MISSING, house[1].id, 3),
        (Problem.MISSING, house[2].id, 3),
    ]
    assert "2" in found[0].what


async def test_a_case_moved_without_an_entry_is_named(sessions: SessionFactory, house: House) -> None:
    await _damage(sessions, "UPDATE cases SET stage = 'closed' WHERE id = :case", case=house[0].id)
    found = await _found(sessions)
    assert [(one.problem, one.case_id) for one in found] == [(Problem.CASE, house[0].id)]


async def test_a_case_without_any_history_is_named(sessions: SessionFactory, house: House) -> None:
    await _damage(
        sessions,
        "DELETE FROM case_history WHERE case_id = :case",
        "DELETE FROM history_seal_heads",
        "DELETE FROM history_seals",
        case=house[1].id,
    )
    found = await _found(sessions)
    assert (Problem.MISSING, house[1].id) in [(one.problem, one.case_id) for one in found]
    # And the audit trail knows there was a seal.
    assert Problem.SEAL in [one.problem for one in found]


async def test_a_forged_seal_is_named(sessions: SessionFactory, house: House) -> None:
    await _damage(sessions, "UPDATE history_seals SET sealed_at = '2026-01-01 00:00:00+00:00'")
    assert [one.problem for one in await _found(sessions)] == [Problem.SEAL]
    await _damage(sessions, "UPDATE history_seals SET root = 'x'")
    assert [one.problem for one in await _found(sessions)] == [Problem.SEAL] * 2  # audit too


async def test_a_root_kept_elsewhere_contradicts(sessions: SessionFactory, house: House) -> None:
    sound = await Check(sessions).run()
    assert (await Check(sessions).run({1: sound.root})).findings == []
    found = (await Check(sessions).run({1: "0" * 64, 2: "1" * 64})).findings
    assert [one.problem for one in found] == [Problem.SEAL, Problem.SEAL]


async def test_damaged_audit_lines_are_named(sessions: SessionFactory, house: House) -> None:
    await _damage(
        sessions,
        "UPDATE audit_log SET subject = 'other' WHERE subject = '0'",
        "DELETE FROM audit_log WHERE subject = '1'",
    )
    found = await _found(sessions)
    assert [one.problem for one in found] == [Problem.AUDIT] * 2
    assert ["changed" in found[0].what, "gone" in found[1].what] == [True, True]


async def test_links_taken_out_of_the_audit_chain_are_missed(sessions: SessionFactory, house: House) -> None:
    await _damage(sessions, "DELETE FROM audit_links WHERE position >= 3")
    assert ["seal 1" in one.what for one in await _found(sessions)] == [True]
    await _damage(sessions, "DELETE FROM audit_links WHERE position = 1")
    assert [one.problem for one in await _found(sessions)] == [Problem.AUDIT] * 2


async def test_seals_go_on_where_the_last_ended(
    sessions: SessionFactory, house: House, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seal, "MOST", 1)
    clock.advance(timedelta(days=1))
    made = await seal.seal_day(sessions, clock)
    assert [(one.number, one.cases) for one in made] == [(2, 1)]
    assert await _found(sessions) == []
    clock.advance(timedelta(days=1))
    assert [(one.number, one.cases) for one in await seal.seal_day(sessions, clock)] == [(3, 0)]
    assert await _found(sessions) == []


async def test_times_of_a_case_never_run_backwards(
    sessions: SessionFactory, house: House, people: dict[str, Account], clock: FixedClock
) -> None:
    """The clock was set back: the next entry gets the time of the one before it."""
    clock.advance(timedelta(days=-2))
    case = await moves.move(
        sessions,
        case_id=house[0].id,
        move="instruct",
        actor=people["shift_leader"],
        version=4,
        note="请尽快",
        clock=clock,
    )
    assert case.changed_at > clock.now()
    async with sessions() as session:
        query = "SELECT at FROM case_history WHERE case_id = :case ORDER BY seq"
        times = list(await session.scalars(text(query), {"case": case.id}))
    assert times == sorted(times)
    assert times[-1] == times[-2]
    assert await _found(sessions) == []
