"""core.outbox: an event is published if, and only if, its change was committed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from core import outbox
from core.clock import FixedClock
from core.db import SessionFactory
from core.events import CaseEdited, Event
from core.fakes import MemoryBus
from core.tables import OutboxEntry


def edited(clock: FixedClock, case_id: int) -> CaseEdited:
    return CaseEdited(at=clock.now(), case_id=case_id)


async def test_committed_events_are_published_once_in_order(
    sessions: SessionFactory, clock: FixedClock
) -> None:
    async with sessions() as session:
        for case_id in (1, 2):
            outbox.add(session, edited(clock, case_id))
        await session.commit()
    bus = MemoryBus()
    assert await outbox.relay(sessions, bus, clock) == 2
    assert await outbox.relay(sessions, bus, clock) == 0
    assert bus.published == [edited(clock, 1), edited(clock, 2)]


async def test_a_rolled_back_change_says_nothing(sessions: SessionFactory, clock: FixedClock) -> None:
    async with sessions() as session:
        outbox.add(session, edited(clock, 1))
        await session.flush()
        await session.rollback()
    assert await outbox.relay(sessions, MemoryBus(), clock) == 0


async def test_a_relay_that_dies_publishes_again(sessions: SessionFactory, clock: FixedClock) -> None:
    class DyingBus(MemoryBus):
        async def publish(self, *events: Event) -> None:
            await super().publish(*events)
            raise RuntimeError("killed")

    async with sessions() as session:
        outbox.add(session, edited(clock, 1))
        await session.commit()
    with pytest.raises(RuntimeError):
        await outbox.relay(sessions, DyingBus(), clock)
    bus = MemoryBus()
    assert await outbox.relay(sessions, bus, clock) == 1
    assert bus.published == [edited(clock, 1)]


async def test_a_row_nobody_can_read_does_not_block_the_rest(
    sessions: SessionFactory, clock: FixedClock
) -> None:
    async with sessions() as session:
        session.add(OutboxEntry(at=clock.now(), type="Nothing", body="{}"))
        await session.flush()
        outbox.add(session, edited(clock, 1))
        await session.commit()
    bus = MemoryBus()
    assert await outbox.relay(sessions, bus, clock) == 2
    assert bus.published == [edited(clock, 1)]


async def test_only_old_published_rows_are_pruned(sessions: SessionFactory, clock: FixedClock) -> None:
    async with sessions() as session:
        outbox.add(session, edited(clock, 1))
        await session.commit()
    await outbox.relay(sessions, MemoryBus(), clock)
    async with sessions() as session:
        outbox.add(session, edited(clock, 2))
        await session.commit()
    clock.advance(timedelta(days=1))
    assert await outbox.prune(sessions, clock.now() - timedelta(days=2)) == 0
    assert await outbox.prune(sessions, clock.now()) == 1
    assert await outbox.relay(sessions, MemoryBus(), clock) == 1


async def test_a_relay_publishes_what_this_process_commits_at_once(
    sessions: SessionFactory, clock: FixedClock, poll: Callable[..., Awaitable[None]]
) -> None:
    bus = MemoryBus()
    async with outbox.relaying(sessions, bus, clock):
        for case_id in (1, 2):
            async with sessions() as session:
                outbox.add(session, edited(clock, case_id))
                await session.commit()

            async def told(case_id: int = case_id) -> bool:
                return edited(clock, case_id) in bus.published

            await poll(told, "published without waiting for the next look", outbox.WATCHFUL_S)


async def test_a_relay_finds_what_another_process_left(
    sessions: SessionFactory, clock: FixedClock, poll: Callable[..., Awaitable[None]]
) -> None:
    async with sessions() as session:
        outbox.add(session, edited(clock, 1))
        await session.commit()
    bus = MemoryBus()
    async with outbox.relaying(sessions, bus, clock):

        async def told() -> bool:
            return bus.published == [edited(clock, 1)]

        await poll(told, "published")
