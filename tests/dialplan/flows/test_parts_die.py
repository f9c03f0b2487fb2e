"""A part dies while callers stand at every kind of step of the full menu.

Each still reaches a person, a message or a goodbye, and nothing of it is lost."""

from __future__ import annotations

import asyncio
import os
import signal

from ivr.ledger.tables import Call
from tests.instance import HotlineInstance
from tests.waiting import poll

#: Number of the caller (its end) → keys that lead to the step.
STEPS = {
    "greeting": "",
    "main": "1",
    "report": "11",
    "progress": "12",
    "case number": "1222102",
    "emergency": "13",
    "articles": "14",
    "confidential": "15",
    "message": "16",
    "visit": "17",
    "queue": "10",
}
#: From the answer to the hang-up: keys, the fault, the greeting of the fallback, the way into the queue.
STAY_S = 16.0


async def _caller(city: HotlineInstance, number: str, keys: str, there: asyncio.Barrier) -> None:
    async with city.carrier.dial(caller=number, hang_up_after_s=STAY_S) as call:
        await call.hear(0.5)
        await call.press(keys)
        await there.wait()
        await call.hear(1)
        await call.press("0#")
        await call.over()


async def _stories(city: HotlineInstance, prefix: str, fault: str) -> dict[str, Call]:
    """The ledger's rows of a caller at each step, after `fault` happened to all of them at once."""
    there = asyncio.Barrier(len(STEPS) + 1)
    numbers = {step: f"{prefix}{index:02}" for index, step in enumerate(STEPS)}

    async def strike() -> None:
        await there.wait()
        if fault == "agi":
            os.kill(city.control.pid("agi"), signal.SIGKILL)
        else:
            await asyncio.to_thread(city.control.stop_part, fault)

    calls = (_caller(city, numbers[step], keys, there) for step, keys in STEPS.items())
    await asyncio.gather(strike(), *calls)
    rows = {}
    for step, number in numbers.items():
        rows[step] = await city.next_call(
            set(), lambda c, n=number: c.caller == n and c.ended_at is not None, 60
        )  # type: ignore[misc]
    return rows


def _steps(row: Call) -> list[str]:
    return [step["step"] for step in row.menu_path]


async def test_fastagi_dies_at_every_step(city: HotlineInstance) -> None:
    rows = await _stories(city, "139100000", "agi")
    for step, row in rows.items():
        if step == "message":
            assert "message" in _steps(row), "the dialplan has the caller already"
        else:
            assert row.queued_at is not None, f"{step}: {_steps(row)}"
    fallen = [step for step, row in rows.items() if "fallback" in _steps(row)]
    assert set(STEPS) - {"message", "queue"} == set(fallen)
    await poll(lambda: city.control.states()["agi"] == "RUNNING", "supervisor has started FastAGI again")


async def test_redis_dies_at_every_step(city: HotlineInstance) -> None:
    try:
        rows = await _stories(city, "139200000", "redis")
    finally:
        city.control.start_part("redis")
    for step, row in rows.items():
        assert row.outcome in {"abandoned", "message", "hung_up_in_menu"}, step
        assert "fallback" not in _steps(row), "no step of a call needs Redis"
    for step in ("queue", "message"):
        assert (await city.draft_of(rows[step].id, 40)).call_id == rows[step].id


async def test_database_locked_at_every_step(city: HotlineInstance) -> None:
    with city.locked_database():
        there = asyncio.Barrier(len(STEPS))
        numbers = {step: f"139300000{index:02}" for index, step in enumerate(STEPS)}
        calls = (_caller(city, numbers[step], keys, there) for step, keys in STEPS.items())
        await asyncio.gather(*calls)
    for step, number in numbers.items():
        row = await city.next_call(set(), lambda c, n=number: c.caller == n and c.ended_at is not None, 60)  # type: ignore[misc]
        assert row.outcome in {"abandoned", "message", "hung_up_in_menu"}, step
        assert "fallback" not in _steps(row), "no step needs to write"


async def test_keys_without_end_reach_a_person(city: HotlineInstance) -> None:
    """A toddler with the telephone: wrong keys and "again", faster than any menu can speak."""
    caller = "13940000001"
    async with city.carrier.dial(caller=caller, hang_up_after_s=12) as call:
        await call.hear(0.5)
        await call.press("9*9*" * 8)
        await call.over(60)
    row = await city.next_call(set(), lambda c: c.caller == caller and c.ended_at is not None)
    assert row.queued_at is not None
    assert len(row.menu_path) < 200
