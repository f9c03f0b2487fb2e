"""The chain of days: what it takes in, what changes nothing, and that every change is named."""

from __future__ import annotations

import os
import random
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core.db import SessionFactory
from core.tables import AuditEntry
from recorder.proof.findings import Finding, Problem
from recorder.proof.lines import FIRST_PREVIOUS, Kind, RootSum
from recorder.proof.roots import Root
from recorder.proof.seal import last_due, seal, seal_due
from recorder.proof.tables import RecordingDay, RecordingDayEntry
from recorder.retention.tables import Tombstone
from recorder.tables import Recording, RecordingState
from tests.recorder.proof.conftest import DAY, FIRST, GRACE, Archive


async def _three_days(archive: Archive) -> list[Recording]:
    """Two recordings a day on three days, sealed; of the fifth somebody had it deleted on the fourth day."""
    rows = []
    for _ in range(3):
        rows += [await archive.record(), await archive.record()]
        await archive.night()
    await archive.delete(rows[4])
    await archive.night()
    return rows


async def test_days_are_sealed_once_and_follow_from_each_other(archive: Archive) -> None:
    rows = await _three_days(archive)
    assert await seal_due(archive.sessions, archive.clock, GRACE) == []
    days = await archive.days()
    assert [day.day for day in days] == [date(2026, 3, 2) + DAY * n for n in range(4)]
    assert [(day.number, day.count) for day in days] == [(1, 2), (2, 2), (3, 2), (4, 1)]
    assert [day.previous for day in days] == [FIRST_PREVIOUS, *(day.root for day in days[:-1])]
    assert days[0].seconds == rows[0].duration_s + rows[1].duration_s
    entries = await archive.entries()
    assert [entry.call_id for entry in entries[:6]] == [row.call_id for row in rows]
    assert (entries[6].kind, entries[6].call_id) == (Kind.DELETED, rows[4].call_id)
    report = await archive.check()
    assert (report.findings, report.days, report.entries, report.late) == ([], 4, 7, 0)
    assert report.root == days[-1].root


async def test_the_root_can_be_computed_by_hand(archive: Archive) -> None:
    await _three_days(archive)
    day, own = (await archive.days())[1], (await archive.entries())[2:4]
    total = RootSum(day)
    for entry in own:
        total.take(entry.line)
    assert total.hex == day.root
    assert own[0].line.split("\t")[:2] == ["recorded", own[0].call_id]
    async with archive.sessions() as db:
        trail = (
            await db.scalars(select(AuditEntry).where(AuditEntry.action == "recording:day:sealed"))
        ).all()
    assert [one.detail["root"] for one in trail] == [one.root for one in await archive.days()]


async def test_a_day_is_sealed_when_its_grace_is_over(archive: Archive) -> None:
    assert last_due(FIRST, GRACE) == date(2026, 3, 1)
    assert last_due(FIRST - timedelta(hours=2), GRACE) == date(2026, 2, 28)
    await archive.record()
    archive.clock.advance(timedelta(hours=22))  # 03:00 in China
    assert [str(one.day) for one in await seal_due(archive.sessions, archive.clock, GRACE)] == ["2026-03-01"]
    archive.clock.advance(timedelta(hours=1))
    assert [str(one.day) for one in await seal_due(archive.sessions, archive.clock, GRACE)] == ["2026-03-02"]


async def test_an_old_archive_is_sealed_day_by_day_and_standstills_are_left_out(archive: Archive) -> None:
    for ago in (40, 40, 3):
        await archive.record(created_at=FIRST - DAY * ago)
    sealed = await archive.night()
    assert [(str(one.day), one.count) for one in sealed] == [
        ("2026-01-21", 2),
        ("2026-02-27", 1),
        ("2026-03-02", 0),
    ]
    assert await archive.findings() == []


async def test_what_comes_late_stands_in_a_later_day_and_no_sealed_day_changes(archive: Archive) -> None:
    """A store that was away for two days; a damaged one made whole; a worker that was down."""
    away = await archive.record(RecordingState.STAGED, caller_sha256="", audio_sha256="")
    damaged = await archive.record(RecordingState.DAMAGED)
    await archive.night()
    before = [(day.root, day.count) for day in await archive.days()]
    sums = {"caller_sha256": "c" * 64, "audio_sha256": "a" * 64}
    await archive.set(Recording, Recording.id == away.id, state=RecordingState.VERIFIED, **sums)
    await archive.set(Recording, Recording.id == damaged.id, state=RecordingState.TRANSCRIBED, duration_s=9.5)
    assert await archive.findings() == []
    late = await archive.record(created_at=archive.clock.now() - DAY * 2)
    await archive.night()
    days = await archive.days()
    assert [(day.root, day.count) for day in days[:1]] == before == [(days[0].root, 2)]
    assert [(entry.call_id, entry.kind) for entry in (await archive.entries())[2:]] == [
        (row.call_id, Kind.RECORDED) for row in (away, damaged, late)
    ]
    report = await archive.check()
    assert (report.findings, report.late) == ([], 3)
    await archive.set(Recording, Recording.id == away.id, audio_sha256="b" * 64)
    assert [(one.problem, one.day, one.call_id) for one in await archive.findings()] == [
        (Problem.CHANGED, "2026-03-03", away.call_id)
    ]


async def test_key_rotation_transcripts_and_lawful_deletion_change_nothing(archive: Archive) -> None:
    rows = [await archive.record(RecordingState.VERIFIED) for _ in range(3)]
    await archive.night()
    for row in rows:
        new = {"archive_sha256": "e" * 64, "key_id": "1" * 16, "wrapped_key": "ff", "store": "s3"}
        await archive.set(Recording, Recording.id == row.id, state=RecordingState.TRANSCRIBED, **new)
    assert await archive.findings() == []
    await archive.delete(rows[1])
    assert await archive.findings() == [], "deleted today, sealed tomorrow"
    await archive.night()
    assert await archive.findings() == []
    assert [entry.kind for entry in await archive.entries()][-1] == Kind.DELETED


async def test_deleted_after_its_day_but_before_the_seal_it_stands_in_both(archive: Archive) -> None:
    row = await archive.record()
    gone = await archive.record()
    await archive.delete(gone)  # on its own day: 05:00
    archive.clock.advance(timedelta(hours=20))  # 01:00, within the grace
    await archive.delete(row)
    archive.clock.advance(timedelta(hours=4))
    await seal_due(archive.sessions, archive.clock, GRACE)
    assert [entry.kind for entry in await archive.entries()] == [Kind.RECORDED, Kind.DELETED]
    await archive.night()
    assert [(one.day_number, one.kind) for one in await archive.entries()] == [
        (1, Kind.RECORDED),
        (1, Kind.DELETED),
        (2, Kind.DELETED),
    ]
    assert await archive.findings() == []


async def test_a_clock_in_the_future_stops_no_later_seal(archive: Archive) -> None:
    await archive.record()
    await archive.night()
    archive.clock.advance(DAY * 100)
    await archive.record()
    await archive.night()
    archive.clock.advance(-DAY * 101)
    row = await archive.record()
    await archive.night()
    assert [str(day.day) for day in await archive.days()] == [
        "2026-03-02",
        "2026-06-11",
        "2026-03-03",
    ]
    assert row.call_id in {entry.call_id for entry in await archive.entries()}
    assert await archive.findings() == []


async def test_of_two_at_once_one_seals(archive: Archive, sessions: SessionFactory) -> None:
    await archive.record()
    archive.clock.advance(DAY)
    first = await seal(sessions, archive.clock, date(2026, 3, 2))
    assert first is not None
    async with sessions() as db:
        await db.delete(await db.get_one(RecordingDayEntry, (1, 0)))
        await db.flush()
        await db.rollback()
    assert await seal(sessions, archive.clock, date(2026, 3, 2)) is None, "the day is there"
    assert len(await archive.days()) == 1


Change = Callable[[Archive, random.Random], Awaitable[str]]


async def _some_row(archive: Archive, rng: random.Random) -> Recording:
    async with archive.sessions() as db:
        rows = (await db.scalars(select(Recording).order_by(Recording.id))).all()
    return rng.choice(rows)


async def _row_removed(archive: Archive, rng: random.Random) -> str:
    row = await _some_row(archive, rng)
    await archive.remove(Recording, Recording.id == row.id)
    return row.call_id


async def _row_changed(archive: Archive, rng: random.Random) -> str:
    row = await _some_row(archive, rng)
    changes: list[dict[str, Any]] = [
        {name: "0" * 64} for name in ("caller_sha256", "hotline_sha256", "audio_sha256")
    ]
    changes += [
        {"duration_s": row.duration_s + 0.000_125},
        {"created_at": row.created_at + timedelta(microseconds=1)},
        {"state": rng.choice([RecordingState.STAGED, RecordingState.ARCHIVED, RecordingState.DAMAGED])},
    ]
    await archive.set(Recording, Recording.id == row.id, **rng.choice(changes))
    return row.call_id


async def _row_deleted_by_one(archive: Archive, rng: random.Random) -> str:
    row = await _some_row(archive, rng)
    await archive.remove(Tombstone, Tombstone.recording_id == row.id)
    await archive.set(Recording, Recording.id == row.id, state=RecordingState.DELETED)
    return row.call_id


async def _rows_swapped(archive: Archive, rng: random.Random) -> str:
    async with archive.sessions() as db:
        one, other = rng.sample((await db.scalars(select(Recording).order_by(Recording.id))).all(), 2)
    sums = {row.id: (row.audio_sha256, row.caller_sha256) for row in (one, other)}
    for row, from_ in ((one, other), (other, one)):
        audio, caller = sums[from_.id]
        await archive.set(Recording, Recording.id == row.id, audio_sha256=audio, caller_sha256=caller)
    return min(one.call_id, other.call_id)


async def _stone_changed(archive: Archive, rng: random.Random) -> str:
    async with archive.sessions() as db:
        stone = (await db.scalars(select(Tombstone))).one()
    change = rng.choice([{"second_by": stone.first_by}, {"deleted_at": FIRST}, {"audio_sha256": "0" * 64}])
    await archive.set(Tombstone, Tombstone.recording_id == stone.recording_id, **change)
    return stone.call_id


async def _entry_changed(archive: Archive, rng: random.Random) -> str:
    entry = rng.choice(await archive.entries())
    at = rng.randrange(len(entry.line))
    line = entry.line[:at] + ("x" if entry.line[at] != "x" else "y") + entry.line[at + 1 :]
    own = (RecordingDayEntry.day_number == entry.day_number) & (RecordingDayEntry.position == entry.position)
    await archive.set(RecordingDayEntry, own, line=line)
    return entry.call_id


async def _entry_removed(archive: Archive, rng: random.Random) -> str:
    entry = rng.choice(await archive.entries())
    own = (RecordingDayEntry.day_number == entry.day_number) & (RecordingDayEntry.position == entry.position)
    await archive.remove(RecordingDayEntry, own)
    return ""


async def _entry_added(archive: Archive, rng: random.Random) -> str:
    day = rng.choice(await archive.days())
    call_id = "hl-1772309999.1"
    line = f"waiting\t{call_id}\t{FIRST.isoformat(timespec='microseconds')}"
    new = {"day_number": day.number, "position": day.count, "call_id": call_id, "kind": "waiting"}
    await archive.add(RecordingDayEntry, **new, line=line)
    return call_id


async def _day_edited(archive: Archive, rng: random.Random) -> str:
    day = rng.choice(await archive.days())
    changes: list[dict[str, Any]] = [
        {"root": "0" * 64},
        {"previous": "1" * 64},
        {"count": day.count + 1},
        {"seconds": day.seconds + 0.001},
        {"sealed_at": day.sealed_at + timedelta(seconds=1)},
        {"day": day.day - DAY * 400},
    ]
    await archive.set(RecordingDay, RecordingDay.number == day.number, **rng.choice(changes))
    return ""


async def _day_removed(archive: Archive, rng: random.Random) -> str:
    day = rng.choice(await archive.days())
    await archive.remove(RecordingDayEntry, RecordingDayEntry.day_number == day.number)
    await archive.remove(RecordingDay, RecordingDay.number == day.number)
    return ""


_CHANGES: list[Change] = [
    _row_removed,
    _row_changed,
    _row_deleted_by_one,
    _rows_swapped,
    _stone_changed,
    _entry_changed,
    _entry_removed,
    _entry_added,
    _day_edited,
    _day_removed,
]


@pytest.mark.parametrize("change", _CHANGES, ids=lambda one: one.__name__.strip("_"))
async def test_any_single_change_is_named(archive: Archive, change: Change) -> None:
    """Forty seeds each were tried once; SEED is for those who want to try others."""
    rows = await _three_days(archive)
    assert await archive.findings() == []
    call_id = await change(archive, random.Random(f"{change.__name__} {os.environ.get('SEED', '0')}"))
    found = await archive.findings()
    assert found, "somebody changed something, and nobody notices"
    if call_id in {row.call_id for row in rows}:
        first: Finding = found[0]
        assert first.call_id == call_id
        assert first.day


async def test_every_field_that_is_sealed_is_held_and_putting_it_back_heals(archive: Archive) -> None:
    row = (await _three_days(archive))[0]
    as_it_was: dict[str, Any] = {
        name: getattr(row, name)
        for name in ("created_at", "caller_sha256", "hotline_sha256", "audio_sha256", "duration_s", "state")
    }
    others: dict[str, Any] = {
        "created_at": row.created_at + timedelta(microseconds=1),
        "duration_s": row.duration_s + 0.000_125,
        "state": RecordingState.STAGED,
    }
    for name, before in as_it_was.items():
        await archive.set(Recording, Recording.id == row.id, **{name: others.get(name, "0" * 64)})
        [found] = await archive.findings()
        assert (found.problem, found.call_id, found.recording_id) == (Problem.CHANGED, row.call_id, row.id)
        assert name in found.detail or name == "state"
        assert str(found).startswith(f"录音记录被改动  2026-03-02  {row.call_id}  ") and "封存" in str(found)
        await archive.set(Recording, Recording.id == row.id, **{name: before})
        assert await archive.findings() == []


async def test_who_rewrites_everything_still_contradicts_what_was_printed(archive: Archive) -> None:
    rows = await _three_days(archive)
    printed = [Root(day.number, day.day, day.root, "roots.log") for day in await archive.days()]
    assert (await archive.check(printed)).findings == []
    await archive.set(Recording, Recording.id == rows[0].id, audio_sha256="f" * 64)
    await archive.remove(RecordingDayEntry, RecordingDayEntry.day_number > 0)
    await archive.remove(RecordingDay, RecordingDay.number > 0)
    # The audit trail cannot be changed without breaking its triggers; who does that too is named by the file.
    archive.clock.advance(-DAY)
    await seal_due(archive.sessions, archive.clock, GRACE)
    found = (await archive.check(printed)).findings
    assert {one.problem for one in found} == {Problem.CHAIN}
    assert any("roots.log has another root" in one.detail for one in found)
    assert any("the audit trail" in one.detail for one in found)
