"""The daily sweep proposes what is due, once, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.settings import Retention
from recorder.retention import holds, proposals, rules
from recorder.retention.model import Kind
from recorder.retention.sweep import REFUSED_FOR, sweep_if_due
from recorder.retention.tables import HoldScope, Item, Proposal, RetentionRule, Sweep
from recorder.tables import RecordingState
from tests.recorder.retention.conftest import House


async def _sweep(house: House, settings: Retention | None = None) -> Sweep | None:
    return await sweep_if_due(settings or Retention(), house.sessions, house, house.clock)


async def _proposed(house: House) -> list[int]:
    async with house.sessions() as db:
        return list(await db.scalars(select(Item.recording_id).order_by(Item.id)))


async def test_what_is_due_is_proposed_once_a_day(house: House) -> None:
    old = await house.record()
    await house.record(at=house.clock.now() - timedelta(days=300))
    done = await _sweep(house)
    assert done is not None
    assert (done.seen, done.due, done.held) == (1, 1, 0)
    assert await _proposed(house) == [old.id]
    assert await _sweep(house) is None
    house.clock.advance(timedelta(days=1))
    again = await _sweep(house)
    assert again is not None
    assert again.due == 0
    assert await _proposed(house) == [old.id]


@pytest.mark.parametrize(
    "state", [RecordingState.STAGED, RecordingState.ARCHIVED, RecordingState.DAMAGED, RecordingState.DELETED]
)
async def test_only_what_is_whole_and_at_rest(house: House, state: RecordingState) -> None:
    await house.record(state=state)
    await _sweep(house)
    assert await _proposed(house) == []


async def test_a_call_nobody_knows_is_left_to_a_person(house: House) -> None:
    await house.record(is_known=False)
    await _sweep(house)
    assert await _proposed(house) == []


async def test_held_ones_are_counted_and_kept(house: House) -> None:
    row = await house.record()
    async with house.sessions() as db:
        await holds.put(db, house.actor("admin"), HoldScope.RECORDING, str(row.id), "诉讼")
    done = await _sweep(house)
    assert done is not None
    assert (done.due, done.held) == (0, 1)
    assert await _proposed(house) == []


async def test_it_waits_for_its_hour(house: House) -> None:
    await house.record()
    assert await _sweep(house, Retention(sweep_hour=23)) is None


async def test_a_rule_of_the_console_goes_first(house: House) -> None:
    visit = await house.record(kind=Kind.VISIT)
    await house.record(kind=Kind.MESSAGE)
    async with house.sessions() as db:
        for name, kind, months in (("回访", Kind.VISIT, 1), ("留言", Kind.MESSAGE, 0)):
            rule = RetentionRule(name=name, kinds=[kind], flags=[], months=months)
            await rules.make(db, house.actor("admin"), rule)
    await _sweep(house)
    assert await _proposed(house) == [visit.id]
    async with house.sessions() as db:
        (proposal,) = await db.scalars(select(Proposal))
    assert (proposal.made_by, proposal.why) == (None, "保存期满：回访 1 段")


async def test_a_refusal_is_respected_for_a_month(house: House) -> None:
    await house.record()
    await _sweep(house)
    async with house.sessions() as db:
        (proposal,) = await db.scalars(select(Proposal))
        await proposals.refuse(db, house.actor("admin"), proposal.id, "仍需", Retention())
    for days, count in ((1, 1), (REFUSED_FOR.days, 2)):
        house.clock.advance(timedelta(days=days))
        await _sweep(house)
        assert len(await _proposed(house)) == count
