"""Copies in the spool: how long they stay, which goes first, and that nothing unverified ever goes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.clock import FixedClock
from core.db import SessionFactory
from core.settings import Recording as RecordingSettings
from core.settings import Settings
from recorder.calls import UnknownCalls
from recorder.capture.staging import Staging
from recorder.capture.tables import StagingCopy
from recorder.ingest import Ingest
from recorder.legs import Legs, Side, in_spool
from recorder.sweep import Sweep
from tests.recorder.conftest import CALL_ID, MakeLegs, work_off

SILENCE = b"\xd5" * 800
CALLS = [f"hl-1700000000.{number}" for number in range(1, 4)]


class House:
    """A recorder's works over one spool."""

    def __init__(self, settings: Settings, sessions: SessionFactory, clock: FixedClock) -> None:
        self.settings, self.sessions = settings, sessions
        self.staging = Staging(settings, sessions, clock)
        self.ingest = Ingest(settings, sessions, clock, keep=self.staging.keep)
        self.sweep = Sweep(
            settings.spool_dir, self.ingest, UnknownCalls(), sessions, clock, kept=self.staging.kept
        )

    async def take_in(self, call_id: str) -> None:
        await self.ingest.stage(call_id)
        await work_off(self.ingest)

    def left(self) -> list[str]:
        return [legs.call_id for legs in in_spool(self.settings.spool_dir)[0]]

    async def rows(self) -> list[str]:
        async with self.sessions() as session:
            return list(await session.scalars(select(StagingCopy.call_id).order_by(StagingCopy.call_id)))


@pytest.fixture
def house(settings: Settings, sessions: SessionFactory, clock: FixedClock) -> House:
    return House(settings, sessions, clock)


async def test_a_verified_recordings_legs_stay_for_a_day(
    house: House, make_legs: MakeLegs, clock: FixedClock
) -> None:
    make_legs(SILENCE, SILENCE)
    await house.take_in(CALL_ID)
    assert house.left() == await house.rows() == [CALL_ID]
    clock.advance(timedelta(hours=24) - timedelta(seconds=1))
    await house.sweep.once()
    assert await house.staging.expire(house.ingest.clear_legs) == 0
    assert house.left() == [CALL_ID]
    clock.advance(timedelta(seconds=1))
    assert await house.staging.expire(house.ingest.clear_legs) == 1
    assert house.left() == await house.rows() == []


async def test_none_stay_when_that_is_the_wish(
    settings: Settings, sessions: SessionFactory, clock: FixedClock, make_legs: MakeLegs
) -> None:
    at_once = settings.model_copy(update={"recording": RecordingSettings(keep_staging_hours=0)})
    house = House(at_once, sessions, clock)
    make_legs(SILENCE, SILENCE)
    await house.take_in(CALL_ID)
    assert house.left() == await house.rows() == []


async def test_the_oldest_verified_goes_first_and_no_other(
    house: House, make_legs: MakeLegs, clock: FixedClock
) -> None:
    for call_id in CALLS:
        make_legs(SILENCE, SILENCE, call_id)
        await house.take_in(call_id)
        clock.advance(timedelta(minutes=1))
    removed = await house.staging.make_room(house.ingest.clear_legs, lambda: len(house.left()) > 1)
    assert (removed, house.left()) == (2, CALLS[2:])


async def test_what_is_not_verified_stays_however_full_the_disk_is(house: House, make_legs: MakeLegs) -> None:
    verified, staged, damaged, live = (f"hl-1700000000.{number}" for number in range(4))
    for call_id in (verified, staged, live):
        make_legs(SILENCE, SILENCE, call_id)
    make_legs(b"", b"", damaged)
    for call_id in (verified, damaged):
        await house.take_in(call_id)
    await house.ingest.stage(staged)
    assert await house.staging.make_room(house.ingest.clear_legs, lambda: True) == 1
    assert house.left() == [staged, damaged, live]


async def test_legs_that_changed_since_are_a_persons_business(house: House, make_legs: MakeLegs) -> None:
    make_legs(SILENCE, SILENCE)
    await house.take_in(CALL_ID)
    other = Legs(house.settings.spool_dir, CALL_ID).path(Side.CALLER)
    other.write_bytes(b"\x2a" * 800)
    assert await house.staging.make_room(house.ingest.clear_legs, lambda: True) == 0
    assert other.read_bytes() == b"\x2a" * 800


async def test_killed_before_it_was_written_down_it_stays_all_the_same(
    settings: Settings, sessions: SessionFactory, clock: FixedClock, make_legs: MakeLegs
) -> None:
    """Verified is committed first; who dies then has written down no copy: the sweep does."""

    class Killed(BaseException):
        pass

    def die(step: str) -> None:
        if step == "committed-verified":
            raise Killed

    house = House(settings, sessions, clock)
    dying = Ingest(settings, sessions, clock, mark=die, keep=house.staging.keep)
    make_legs(SILENCE, SILENCE)
    await dying.stage(CALL_ID)
    with pytest.raises(Killed):
        await work_off(dying)
    assert (house.left(), await house.rows()) == ([CALL_ID], [])
    await house.sweep.once()
    assert (house.left(), await house.rows()) == ([CALL_ID], [CALL_ID])
