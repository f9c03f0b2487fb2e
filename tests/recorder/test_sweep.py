from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta

import pytest
from sqlalchemy import select

from core.clock import FixedClock
from core.db import SessionFactory
from core.settings import Settings
from recorder.ingest import Ingest
from recorder.legs import Legs, Side
from recorder.sweep import FORGOTTEN_AFTER, ORPHANED_AFTER, Sweep
from recorder.tables import Recording, RecordingState
from tests.recorder.conftest import CALL_ID, MakeLegs

SILENCE = b"\xd5"


class KnownCalls:
    """A ledger that knows exactly these calls."""

    def __init__(self, known: dict[str, bool]) -> None:
        self.known = known

    async def have_ended(self, call_ids: Collection[str]) -> Mapping[str, bool]:
        return {call_id: ended for call_id, ended in self.known.items() if call_id in call_ids}


@pytest.fixture
def ledger() -> KnownCalls:
    return KnownCalls({})


@pytest.fixture
def sweep(settings: Settings, sessions: SessionFactory, clock: FixedClock, ledger: KnownCalls) -> Sweep:
    ingest = Ingest(settings, sessions, clock)
    return Sweep(settings.spool_dir, ingest, ledger, sessions, clock)


async def _staged(sessions: SessionFactory) -> set[str]:
    async with sessions() as session:
        return set(await session.scalars(select(Recording.call_id)))


async def test_ended_calls_are_staged_live_and_unknown_ones_are_not(
    sweep: Sweep, sessions: SessionFactory, make_legs: MakeLegs, ledger: KnownCalls
) -> None:
    ended, live, unknown = (f"hl-1700000000.{number}" for number in (1, 2, 3))
    for call_id in (ended, live, unknown):
        make_legs(SILENCE, SILENCE, call_id)
    ledger.known = {ended: True, live: False}
    assert await sweep.once() == 1
    assert await _staged(sessions) == {ended}
    assert await sweep.once() == 0


async def test_orphans_wait_ten_minutes_and_forgotten_calls_a_day(
    sweep: Sweep, sessions: SessionFactory, make_legs: MakeLegs, ledger: KnownCalls, clock: FixedClock
) -> None:
    orphan, forgotten = "hl-1700000000.1", "hl-1700000000.2"
    make_legs(SILENCE, None, orphan)
    make_legs(None, SILENCE, forgotten)
    ledger.known = {forgotten: False}
    clock.advance(ORPHANED_AFTER - timedelta(seconds=3))
    assert await sweep.once() == 0
    clock.advance(timedelta(seconds=2))
    assert await sweep.once() == 1
    assert await _staged(sessions) == {orphan}
    clock.advance(FORGOTTEN_AFTER)
    assert await sweep.once() == 1


async def test_a_file_that_is_no_leg_is_neither_staged_nor_touched(
    settings: Settings, sweep: Sweep, clock: FixedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    strange = settings.spool_dir / "$(reboot)-caller.alaw"
    strange.write_bytes(SILENCE)
    clock.advance(timedelta(days=365))
    assert await sweep.once() == await sweep.once() == 0
    assert strange.exists()
    assert capsys.readouterr().out.count("is no leg") == 1


async def test_legs_of_a_verified_recording_go_only_if_they_are_its_legs(
    settings: Settings,
    sessions: SessionFactory,
    sweep: Sweep,
    make_legs: MakeLegs,
    ledger: KnownCalls,
    clock: FixedClock,
) -> None:
    make_legs(SILENCE * 800, SILENCE * 800)
    ledger.known = {CALL_ID: True}
    await sweep.once()
    ingest = Ingest(settings, sessions, clock)
    while await ingest.run_one():
        pass
    same = make_legs(SILENCE * 800, None)
    await sweep.once()
    assert same.sizes() == {}
    other = make_legs(b"\x2a" * 800, None)
    await sweep.once()
    assert other.path(Side.CALLER).read_bytes() == b"\x2a" * 800


async def test_damaged_recordings_keep_their_files(
    settings: Settings, sessions: SessionFactory, sweep: Sweep, make_legs: MakeLegs, ledger: KnownCalls,
    clock: FixedClock,
) -> None:  # fmt: skip
    make_legs(b"", b"")
    ledger.known = {CALL_ID: True}
    await sweep.once()
    await Ingest(settings, sessions, clock).run_one()
    await sweep.once()
    async with sessions() as session:
        assert await session.scalar(select(Recording.state)) == RecordingState.DAMAGED
    assert len(Legs(settings.spool_dir, CALL_ID).sizes()) == 2
