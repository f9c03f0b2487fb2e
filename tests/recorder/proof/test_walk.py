"""The walk: real recordings, sealed by the vault, harmed one way at a time; each harm has its own name."""

from __future__ import annotations

import argparse
import asyncio
import errno
import json
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from sqlalchemy import insert, select

from core.clock import CHINA, FixedClock
from core.db import SessionFactory, make_engine, make_sessions
from core.errors import NotFoundError
from core.settings import Archive as ArchiveSettings
from core.settings import Database, Settings
from hotline.proof import LedgerAnswered, seal_once
from hotline.recording_commands import verify
from hotline.refusal import Refusal
from ivr.ledger.tables import Call
from recorder.capture.tables import GapWhy, RecordingGap
from recorder.ingest import Ingest
from recorder.legs import SILENCE
from recorder.proof import roots
from recorder.proof.calls import AnsweredCall
from recorder.proof.findings import Finding, Problem, Report
from recorder.proof.tables import RecordingCheck
from recorder.proof.walk import SETTLED, Walk, Wanted
from recorder.storage.keys import object_key
from recorder.storage.local import LocalStore
from recorder.tables import Recording, RecordingState
from recorder.vault.container import HEADER_BYTES
from recorder.vault.keys import Keyring, MasterKey
from recorder.vault.rotation import Rotation
from tests.recorder.conftest import MakeLegs, tone, work_off
from tests.recorder.proof.conftest import Archive

IDS = [f"hl-1772398000.{number}" for number in range(2)]


class NoCalls:
    """A ledger without calls."""

    async def page(
        self, after: str, since: datetime | None, until: datetime, limit: int
    ) -> Sequence[AnsweredCall]:
        return []


class Kept:
    """Two recordings in the archive, and ways to look at them."""

    def __init__(self, settings: Settings, sessions: SessionFactory, clock: FixedClock) -> None:
        self.settings, self.sessions, self.clock = settings, sessions, clock
        self.archive = Archive(sessions, clock)

    async def walk(self, settings: Settings | None = None, **wanted: Any) -> Report:
        walk = Walk(settings or self.settings, self.sessions, self.clock, NoCalls(), Wanted(**wanted))
        return await walk.run()

    async def found(self, **wanted: Any) -> list[tuple[Problem, str]]:
        return [(one.problem, one.call_id) for one in (await self.walk(**wanted)).findings]

    async def rows(self) -> list[Recording]:
        async with self.sessions() as db:
            return list(await db.scalars(select(Recording).order_by(Recording.call_id)))

    async def place(self, number: int) -> Path:
        return self.settings.archive_dir / (await self.rows())[number].archive_key

    async def set(self, number: int, **values: Any) -> None:
        await self.archive.set(Recording, Recording.call_id == IDS[number], **values)

    @asynccontextmanager
    async def harmed(self, number: int = 1) -> AsyncIterator[Path]:
        """The object of a recording, put back as it was afterwards."""
        place = await self.place(number)
        before = place.read_bytes()
        yield place
        place.write_bytes(before)


@pytest.fixture
async def kept(settings: Settings, sessions: SessionFactory, clock: FixedClock, make_legs: MakeLegs) -> Kept:
    Keyring.of(settings).make_first()
    ingest = Ingest(settings, sessions, clock)
    for number, call_id in enumerate(IDS):
        make_legs(tone(300 + 100 * number, 0.3), SILENCE * 2400, call_id)
        await ingest.stage(call_id)
    await work_off(ingest)
    return Kept(settings, sessions, clock)


async def test_each_harm_to_an_object_is_named(kept: Kept) -> None:
    report = await kept.walk()
    assert (report.findings, report.recordings, report.objects) == ([], 2, 2)
    bad = IDS[1]
    async with kept.harmed() as place:
        place.unlink()
        assert await kept.found() == await kept.found(quick=True) == [(Problem.MISSING, bad)]
    async with kept.harmed() as place:
        place.write_bytes(place.read_bytes()[:-1])
        assert await kept.found() == await kept.found(quick=True) == [(Problem.DAMAGED, bad)]
    async with kept.harmed() as place:
        content = bytearray(place.read_bytes())
        content[-20] ^= 1
        place.write_bytes(content)
        assert await kept.found() == [(Problem.DAMAGED, bad)]
        assert await kept.found(quick=True) == [], "quick looks at sizes alone, and says so"
    async with kept.harmed() as place:
        content = bytearray(place.read_bytes())
        content[HEADER_BYTES - 1] ^= 1
        place.write_bytes(content)
        [found] = (await kept.walk()).findings
        assert (found.problem, found.call_id) == (Problem.DAMAGED, bad)
        assert "sound in them is whole" in found.detail and "rotate-key" in found.detail
    async with kept.harmed() as place:
        place.write_bytes((await kept.place(0)).read_bytes())
        assert await kept.found() == [(Problem.DAMAGED, bad)]
    assert await kept.found() == []


async def test_each_harm_to_a_row_is_named(kept: Kept) -> None:
    row = (await kept.rows())[1]
    harms: list[tuple[dict[str, Any], Problem]] = [
        ({"audio_sha256": "0" * 64}, Problem.DAMAGED),
        ({"duration_s": 60.0}, Problem.DAMAGED),
        ({"archive_key": ""}, Problem.MISSING),
        ({"state": RecordingState.DELETED}, Problem.NO_TOMBSTONE),
        ({"archive_key": object_key(IDS[1], "flac", sealed=True)}, Problem.MISSING),
    ]
    for change, problem in harms:
        await kept.set(1, **change)
        found = await kept.found(quick=problem != Problem.DAMAGED)
        assert (problem, IDS[1]) in found
        assert {call_id for _, call_id in found} == {IDS[1]}
        if "archive_key" in change:
            assert (Problem.STRAY, IDS[1]) in found
        await kept.set(1, **{name: getattr(row, name) for name in change})
    assert await kept.found() == []


async def test_a_missing_master_key_is_a_class_of_its_own_and_nothing_is_touched(kept: Kept) -> None:
    keys = Keyring.of(kept.settings)
    place = keys.folder / keys.current().id
    before, objects = place.read_bytes(), {one: one.read_bytes() for one in _objects(kept)}
    place.unlink()
    for _ in ("missing", "another"):
        report = await kept.walk()
        assert report.by_problem == {Problem.KEY: 2}
        assert not report.is_lost and "未能查完" in verify.summary(report, 1.0)[-1]
        place.write_text(MasterKey.make().secret.hex())
    assert objects == {one: one.read_bytes() for one in _objects(kept)}
    assert sorted(keys.folder.iterdir()) == sorted([keys.folder / "current", place])
    place.write_bytes(before)
    assert await kept.found() == []


def _objects(kept: Kept) -> list[Path]:
    return [one for one in kept.settings.archive_dir.rglob("*") if one.is_file()]


async def test_rotation_and_lawful_deletion_are_no_harm(kept: Kept) -> None:
    await kept.archive.night(2)
    assert (await Rotation(kept.settings, kept.sessions, kept.clock).run()).moved == 2
    assert await kept.found() == []
    place = await kept.place(1)
    await kept.archive.delete((await kept.rows())[1])
    assert await kept.found() == [], "the eraser may take a while"
    kept.clock.advance(SETTLED)
    assert await kept.found() == [(Problem.NOT_DELETED, IDS[1])]
    place.unlink()
    assert await kept.found() == []
    await kept.archive.night()
    report = await kept.walk()
    assert (report.findings, report.deleted, report.objects, report.days) == ([], 1, 1, 3)
    # A key that nothing uses any more has no object to be rotated.
    assert (await Rotation(kept.settings, kept.sessions, kept.clock).run()).moved == 1


async def test_what_no_row_knows_is_stray_and_what_is_being_written_is_not(kept: Kept) -> None:
    folder = kept.settings.archive_dir
    stranger = object_key("hl-1772398000.77", sealed=True)
    (folder / stranger).write_bytes(b"from somewhere else")
    (folder / "notes.txt").write_text("whose?")
    (folder / ".unfinished").mkdir(exist_ok=True)
    (folder / ".unfinished" / f"{IDS[0]}.1-ab.put").write_bytes(b"half")
    found = (await kept.walk(quick=True)).findings
    assert [(one.problem, one.call_id) for one in found] == [
        (Problem.STRAY, "hl-1772398000.77"),
        (Problem.STRAY, ""),
    ]
    assert stranger in found[0].detail and "notes.txt" in found[1].detail
    (folder / "notes.txt").unlink()
    await kept.archive.add(
        Recording,
        call_id="hl-1772398000.77",
        state=RecordingState.STAGED,
        created_at=kept.clock.now(),
        **dict.fromkeys(("duration_s", "archive_bytes", "audio_bytes", "attempts"), 0),
        **dict.fromkeys(("caller_sha256", "hotline_sha256", "archive_sha256", "audio_sha256"), ""),
        **dict.fromkeys(("archive_key", "key_id", "wrapped_key", "last_error"), ""),
        store="local",
        codec="opus",
        sealed=False,
        peaks={},
    )
    assert await kept.found(quick=True) == [], "it is being archived right now"
    kept.clock.advance(SETTLED)
    assert await kept.found(quick=True) == [(Problem.MISSING, "hl-1772398000.77")], "its sides are gone"


async def test_a_store_that_is_away_says_nothing_of_its_objects(kept: Kept) -> None:
    """A disk that is not mounted: the folder is there, and is not the one that was used."""
    elsewhere = kept.settings.paths.state / "disk"
    away = kept.settings.model_copy(update={"archive": ArchiveSettings(folder=elsewhere)})
    (kept.settings.paths.state / "archive-folder").write_text("another")
    report = await kept.walk(away)
    assert report.by_problem == {Problem.STORE: 1} and not report.is_lost
    assert "2 objects were not looked at" in report.findings[0].detail


async def test_a_disk_that_cannot_read_a_file_ends_no_walk(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_store: LocalStore, key: str) -> BinaryIO:
        raise OSError(errno.EIO, "Input/output error") if IDS[0] in key else NotFoundError(key)

    monkeypatch.setattr(LocalStore, "size", lambda _store, _key: 1)
    monkeypatch.setattr(LocalStore, "open", broken)
    await kept.archive.set(Recording, Recording.id > 0, archive_bytes=1)
    found = (await kept.walk()).findings
    assert [(one.problem, one.call_id) for one in found] == [
        (Problem.DAMAGED, IDS[0]),
        (Problem.MISSING, IDS[1]),
    ]
    assert "Input/output error" in found[0].detail


async def test_a_range_of_days_leaves_the_others_alone(kept: Kept) -> None:
    (await kept.place(1)).unlink()
    today = kept.clock.now().astimezone(CHINA).date()
    assert await kept.found(first=today, last=today) == [(Problem.MISSING, IDS[1])]
    report = await kept.walk(first=today + timedelta(days=1))
    assert (report.findings, report.recordings) == ([], 0)
    assert await kept.found(last=date(2020, 1, 1)) == []


async def _call(sessions: SessionFactory, name: str, answered: datetime, lasted_s: float | None) -> None:
    ended = answered + timedelta(seconds=lasted_s) if lasted_s is not None else None
    async with sessions.begin() as db:
        db.add(Call(id=name, trunk="t", started_at=answered, answered_at=answered, ended_at=ended))


async def test_an_answered_call_without_a_trace_is_named(
    settings: Settings, sessions: SessionFactory, clock: FixedClock, archive: Archive
) -> None:
    long_ago = clock.now() - timedelta(hours=2)
    await _call(sessions, "hl-1772398000.1", long_ago, 60)
    await _call(sessions, "hl-1772398000.2", long_ago, 2)
    await _call(sessions, "hl-1772398000.3", clock.now() - timedelta(minutes=2), 60)
    await _call(sessions, "hl-1772398000.4", long_ago, None)
    await _call(sessions, "hl-1772398000.5", long_ago, 60)
    noted = await archive.record(RecordingState.DAMAGED)
    await _call(sessions, noted.call_id, long_ago, 60)
    async with sessions.begin() as db:
        db.add(
            RecordingGap(call_id="hl-1772398000.5", why=GapWhy.MISSING, began_at=long_ago, until_at=long_ago)
        )
        db.add(Call(id="hl-1772398000.6", trunk="t", started_at=long_ago, ended_at=clock.now()))
    report = await Walk(settings, sessions, clock, LedgerAnswered(sessions), Wanted()).run()
    assert [(one.problem, one.call_id) for one in report.findings] == [
        (Problem.UNRECORDED, "hl-1772398000.1")
    ]
    assert "60 s" in report.findings[0].detail


async def test_rows_of_a_sealed_day_that_the_chain_does_not_know(kept: Kept) -> None:
    await kept.archive.night(2)
    extra = await kept.archive.record(RecordingState.DAMAGED, created_at=kept.clock.now() - timedelta(days=2))
    young = await kept.archive.record(RecordingState.DAMAGED, created_at=kept.clock.now())
    assert await kept.found(quick=True) == [(Problem.ADDED, extra.call_id)]
    await kept.archive.night()
    report = await kept.walk(quick=True)
    assert (report.findings, report.late) == ([], 1), "a late one stays visible as late"
    assert young.id


async def test_memory_is_constant(settings: Settings, sqlite_url: str, clock: FixedClock) -> None:
    engine = make_engine(sqlite_url)
    sessions = make_sessions(engine)

    async def peak(numbers: range) -> int:
        at = clock.now() - timedelta(hours=1)
        rows = [
            {
                "call_id": f"hl-1772398000.{n}",
                "state": "damaged",
                "created_at": at,
                "peaks": {"caller": [9] * 50},
            }
            for n in numbers
        ]
        async with sessions.begin() as db:
            await db.execute(insert(Recording), rows)
        walk = Walk(settings, sessions, clock, NoCalls(), Wanted())
        tracemalloc.start()
        try:
            report = await walk.run()
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
            assert report.recordings == numbers.stop and not report.findings

    try:
        await peak(range(300))  # what SQLAlchemy remembers of statements is not counted
        few = await peak(range(300, 900))
        many = await peak(range(900, 6000))
    finally:
        await engine.dispose()
    assert many < few * 1.5


def _arguments(**more: Any) -> argparse.Namespace:
    return argparse.Namespace(
        **{"first": None, "last": None, "quick": False, "roots": None, "json": True} | more
    )


async def _first(kept: Kept) -> str:
    """What the last run remembers of what it found."""
    async with kept.sessions() as db:
        newest = select(RecordingCheck.first).order_by(RecordingCheck.id.desc()).limit(1)
        return await db.scalar(newest) or ""


async def test_the_command_says_what_it_found_and_remembers_it(
    kept: Kept, database_url: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    settings = kept.settings.model_copy(update={"database": Database(url=database_url)})
    run: Callable[..., Awaitable[int]] = lambda **more: asyncio.to_thread(  # noqa: E731
        verify._verify, settings, _arguments(**more)
    )
    kept.clock.advance(timedelta(days=2))
    await seal_once(settings, kept.sessions, kept.clock)
    capsys.readouterr()
    assert await run() == 0
    body = json.loads(capsys.readouterr().out)
    assert body["ok"] and body["seen"]["recordings"] == 2 and body["seen"]["days"] == 2
    assert body["problems"].keys() == {str(problem) for problem in Problem}
    assert await run(json=False, quick=True) == 0
    said = capsys.readouterr().out
    assert "结论：快速核验" in said and "完好" in said
    printed = tmp_path / "printed.txt"
    own = roots.log_file(settings)
    printed.write_text(own.read_text().replace(body["root"], "0" * 64))
    assert await run(quick=True, roots=printed) == 1
    [finding] = json.loads(capsys.readouterr().out)["findings"]
    assert finding["problem"] == "chain_changed" and "printed.txt has another root" in finding["detail"]
    assert "printed.txt中第 2 个封存日的根值不同" in await _first(kept)
    (await kept.place(0)).unlink()
    assert await run(json=False) == 1
    said = capsys.readouterr().out
    assert f"对象缺失  2026-03-02  {IDS[0]}" in said and "结论：有问题，共 1 处。" in said
    async with kept.sessions() as db:
        checks = (await db.scalars(select(RecordingCheck).order_by(RecordingCheck.id))).all()
    assert [(one.quick, one.findings) for one in checks] == [(False, 0), (True, 0), (True, 1), (False, 1)]
    assert checks[-1].by_problem == {"missing_object": 1} and IDS[0] in checks[-1].first
    printed.write_text("what is this")
    with pytest.raises(Refusal, match="cannot be read"):
        await run(roots=printed)


async def test_roots_are_written_once_and_a_torn_line_is_written_again(
    archive: Archive, tmp_path: Path
) -> None:
    place = tmp_path / "proof" / "roots.log"
    await archive.night(2)
    assert roots.append(place, await archive.days()) == 2
    assert roots.append(place, await archive.days()) == 0
    whole = place.read_text()
    place.write_text(whole[:-30])
    await archive.night()
    assert roots.append(place, await archive.days()) == 2
    assert place.read_text().startswith(whole) and len(roots.read(place)) == 3
    assert [one.root for one in roots.read(place)] == [day.root for day in await archive.days()]


def test_a_report_keeps_a_thousand_findings_and_counts_all() -> None:
    report = Report()
    for number in range(1200):
        report.add(Finding(Problem.MISSING, str(number)))
    body = report.as_json()
    assert (report.count, len(body["findings"]), body["left_out"]) == (1200, 1000, 200)
