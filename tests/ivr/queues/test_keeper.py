"""The keeper of the queues: looks when callers join, sets what is to be set, and sleeps otherwise."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from core.errors import UnavailableError
from ivr.queues import Queue
from ivr.queues.keeper import RECONCILE_S, QueueKeeper
from ivr.switch.lines import QueueLine, WaitingCaller

QUEUES = {"general": Queue("general", "综合", "General", ageing_s=60)}
EARLY = WaitingCaller("early", 0.0, 0, "PJSIP/trunk-demo-1")
LATE = WaitingCaller("late", 0.0, 2, "PJSIP/trunk-demo-2")


class FakeSwitch:
    """Keeps its callers by priority, as app_queue does."""

    def __init__(self, *waiting: WaitingCaller) -> None:
        self.waiting = list(waiting)
        self.looks = 0
        self.set: list[tuple[str, int]] = []
        self.away = False
        self.looked = asyncio.Event()
        self._wake: Callable[[], None] = lambda: None

    async def lines(self) -> tuple[QueueLine, ...]:
        self.looks += 1
        self.looked.set()
        if self.away:
            raise UnavailableError
        stranger = WaitingCaller("alone", 1.0, 0, "PJSIP/trunk-demo-9")
        return (
            QueueLine("general", (), tuple(self.waiting)),
            QueueLine("seat-1001", (), (stranger,)),
        )

    async def change_priority(self, queue: str, channel: str, priority: int) -> None:
        self.set.append((channel, priority))
        if self.away:
            raise UnavailableError

    def when_callers_join(self, wake: Callable[[], None]) -> None:
        self._wake = wake

    def join(self, caller: WaitingCaller) -> None:
        self.waiting.insert(0, caller)
        self._wake()


def waits(caller: WaitingCaller, seconds: float) -> WaitingCaller:
    return replace(caller, waited_s=seconds)


async def test_whoever_aged_past_a_newcomer_is_put_before_it() -> None:
    switch = FakeSwitch(EARLY)
    keeper = QueueKeeper(switch, QUEUES)
    assert await keeper.look() == RECONCILE_S
    switch.waiting = [waits(LATE, 1), waits(EARLY, 119)]
    pause = await keeper.look()
    assert switch.set == []
    assert 1 <= pause < 1.5, "in a second the early one has aged twice"
    switch.waiting = [waits(LATE, 3), waits(EARLY, 121)]
    await keeper.look()
    assert switch.set == [("PJSIP/trunk-demo-1", 2), ("PJSIP/trunk-demo-2", 2)]


async def test_after_a_start_waiting_is_not_counted_twice() -> None:
    switch = FakeSwitch(waits(LATE, 10), replace(waits(EARLY, 100), priority=1))
    keeper = QueueKeeper(switch, QUEUES)
    await keeper.look()
    assert switch.set == [], "its priority may hold that minute already"


async def test_one_that_was_just_answered_does_not_stop_the_rest() -> None:
    switch = FakeSwitch()
    keeper = QueueKeeper(switch, QUEUES)
    await keeper.look()
    switch.waiting = [waits(LATE, 1), waits(EARLY, 400)]

    async def gone(queue: str, channel: str, priority: int) -> None:
        switch.set.append((channel, priority))
        raise UnavailableError

    switch.change_priority = gone  # type: ignore[method-assign]
    await keeper.look()
    assert len(switch.set) == 2


async def test_it_looks_when_callers_join_and_lives_through_a_switch_that_is_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ivr.queues.keeper.TOGETHER_S", 0.0)
    monkeypatch.setattr("ivr.queues.keeper.AWAY_S", 0.01)
    switch = FakeSwitch()
    switch.away = True
    running = asyncio.create_task(QueueKeeper(switch, QUEUES).run())
    try:
        async with asyncio.timeout(5):
            while switch.looks < 3:
                switch.looked.clear()
                await switch.looked.wait()
            switch.away = False
            switch.looked.clear()
            await switch.looked.wait()
            looks = switch.looks
            switch.looked.clear()
            switch.join(waits(LATE, 0))
            await switch.looked.wait()
            assert switch.looks == looks + 1
    finally:
        running.cancel()
