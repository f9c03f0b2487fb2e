"""recorder.quality.queue: one inspector a sample, also when two reach for it at once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from core.errors import ConflictError, ForbiddenError, InvalidError
from recorder.quality import queue
from recorder.quality.scores import Given, submit
from recorder.quality.tables import QualitySample, SampleState
from tests.recorder.quality.conftest import Office, full
from tests.recorder.quality.talks import talk


async def _state(office: Office, sample_id: int) -> QualitySample:
    async with office.sessions() as db:
        return await queue.get(db, sample_id)


async def test_two_inspectors_never_get_the_same(office: Office) -> None:
    made = {(await office.sample(talk(number))).id for number in range(6)}
    taken: list[int] = []

    async def work(name: str) -> None:
        for _ in range(3):
            sample = await queue.claim_next(office.hand(name), 60)
            assert sample is not None
            taken.append(sample.id)
            given = Given(sheet_id=office.sheet_id, answers=full())
            now = office.clock.now()
            await submit(office.hand(name), sample.id, given, machine={}, appeal_until=now)

    await asyncio.gather(work("wang"), work("li"))
    assert sorted(taken) == sorted(made)
    assert await queue.claim_next(office.hand("wang"), 60) is None


async def test_the_next_is_the_weightiest_and_ones_own_first(office: Office) -> None:
    light, heavy = await office.sample(talk(1)), await office.sample(talk(2))
    async with office.sessions.begin() as db:
        row = await db.get(QualitySample, heavy.id)
        assert row is not None
        row.priority = 99
    hand = office.hand("wang")
    for _ in range(2):  # asking again brings back what one has
        first = await queue.claim_next(hand, 60)
        assert first is not None and first.id == heavy.id
    second = await queue.claim_next(office.hand("li"), 60)
    assert second is not None and second.id == light.id


async def test_a_lock_runs_out(office: Office) -> None:
    sample = await office.sample(talk(1))
    wang, li = office.hand("wang"), office.hand("li")
    await queue.claim(wang, sample.id, 60)
    await queue.save_draft(wang, sample.id, {"comment": "…"}, 60)
    with pytest.raises(ConflictError):
        await queue.claim(li, sample.id, 60)
    office.clock.advance(timedelta(minutes=60))
    assert (await queue.claim(li, sample.id, 60)).draft == {}
    given = Given(sheet_id=office.sheet_id, answers=full())
    with pytest.raises(ConflictError):
        await submit(wang, sample.id, given, machine={}, appeal_until=office.clock.now())


async def test_saving_keeps_the_lock(office: Office) -> None:
    sample = await office.sample(talk(1))
    wang = office.hand("wang")
    await queue.claim(wang, sample.id, 60)
    office.clock.advance(timedelta(minutes=50))
    kept = await queue.save_draft(wang, sample.id, {"comment": "…"}, 60)
    assert kept.claimed_until == office.clock.now() + timedelta(minutes=60)


async def test_nobody_inspects_themselves(office: Office) -> None:
    sample = await office.sample(talk(1, agent_id=office.people["wang"].id))
    with pytest.raises(ForbiddenError):
        await queue.claim(office.hand("wang"), sample.id, 60)
    assert await queue.claim_next(office.hand("wang"), 60) is None
    assert await queue.claim_next(office.hand("li"), 60) is not None


async def test_given_back_and_skipped(office: Office) -> None:
    sample, hand = await office.sample(talk(1)), office.hand("wang")
    with pytest.raises(ConflictError):
        await queue.release(hand, sample.id)
    await queue.claim(hand, sample.id, 60)
    assert (await queue.release(hand, sample.id)).state == SampleState.WAITING
    await queue.claim(hand, sample.id, 60)
    with pytest.raises(InvalidError):
        await queue.skip(hand, sample.id, " ")
    await queue.skip(hand, sample.id, "空号")
    with pytest.raises(ConflictError):
        await queue.claim(hand, sample.id, 60)
    assert (await _state(office, sample.id)).skip_note == "空号"


async def test_chosen_twice_is_one_sample(office: Office) -> None:
    first, second = await office.sample(talk(1)), await office.sample(talk(1))
    assert first.id == second.id
    assert [one["rule"] for one in second.reasons] == ["manual"]


async def test_progress(office: Office) -> None:
    await office.score(talk(1))
    await office.score(talk(2), by="li")
    await office.sample(talk(3))
    async with office.sessions() as db:
        found = await queue.progress(db, office.hand("wang"))
    assert (found.waiting, found.claimed) == (1, 0)
    assert (found.mine_today, found.mine_week, found.scored_week) == (1, 1, 2)
