"""Parts fail while callers are on the line. The caller always gets a person, a message or a goodbye, and the
ledger is right afterwards."""

from __future__ import annotations

import os
import signal
import time

from tests.carrier import PhoneCall
from tests.instance import HotlineInstance
from tests.softphone import Softphone
from tests.waiting import poll


async def _leave_message(hotline: HotlineInstance, call: PhoneCall) -> None:
    await call.hear(0.5)
    await call.press("2")
    await call.hear(hotline.prompt_s("message-intro", "beep") + 0.3)
    await call.say(hotline.prompt("goodbye"))
    await call.press("##")


async def test_fastagi_killed_in_the_middle_of_the_greeting(hotline: HotlineInstance) -> None:
    known = await hotline.known_calls()
    question = hotline.prompt_s("greeting", "menu-agent-first")  # the switch says all of it before it notices
    async with hotline.carrier.dial(hang_up_after_s=question + 3) as call:
        await call.hear(1.5)
        os.kill(hotline.control.pid("agi"), signal.SIGKILL)
        await call.over()
    row = await hotline.next_call(known, lambda c: c.ended_at is not None)
    assert [step["step"] for step in row.menu_path][:3] == ["greeting", "fallback", "queue"]
    assert row.outcome == "abandoned"
    await poll(lambda: hotline.control.states()["agi"] == "RUNNING", "supervisor has started FastAGI again")


async def test_fastagi_frozen_the_caller_still_reaches_a_person(
    hotline: HotlineInstance, seat: Softphone
) -> None:
    """A server that accepts and then says nothing is worse than none: somebody has to end it."""
    known = await hotline.known_calls()
    frozen = hotline.control.pid("agi")
    os.kill(frozen, signal.SIGSTOP)
    started = time.monotonic()
    try:
        async with hotline.carrier.dial(hang_up_after_s=32) as call:
            await hotline.next_call(known, lambda c: c.seat_answered_at is not None, 30)
            await call.over(60)
    finally:
        if hotline.control.pid("agi") == frozen:
            os.kill(frozen, signal.SIGCONT)
    row = await hotline.next_call(known, lambda c: c.ended_at is not None)
    assert (row.outcome, row.seat) == ("answered", "1001")
    assert time.monotonic() - started < 60


async def test_redis_away_for_a_whole_call(hotline: HotlineInstance) -> None:
    known = await hotline.known_calls()
    hotline.control.stop_part("redis")
    try:
        async with hotline.carrier.dial() as call:
            await _leave_message(hotline, call)
            await call.over()
        row = await hotline.next_call(known, lambda c: c.ended_at is not None)
        assert row.outcome == "message", "the ledger does not need Redis"
    finally:
        hotline.control.start_part("redis")
    await hotline.draft_of(row.id, 40)


async def test_watcher_killed_during_a_call(hotline: HotlineInstance) -> None:
    known = await hotline.known_calls()
    async with hotline.carrier.dial() as call:
        await call.hear(0.5)
        os.kill(hotline.control.pid("watcher"), signal.SIGKILL)
        await _leave_message(hotline, call)
        await call.over()
    row = await hotline.next_call(known, lambda c: c.ended_at is not None)
    assert row.outcome == "message"
    assert [step["step"] for step in row.menu_path] == ["greeting", "message", "goodbye"]
    assert len([c for c in await hotline.calls() if c.id not in known]) == 1


async def test_asterisk_killed_during_a_call(hotline: HotlineInstance) -> None:
    known = await hotline.known_calls()
    async with hotline.carrier.dial(hang_up_after_s=60) as call:
        await call.hear(8)
        os.kill(hotline.asterisk_pid(), signal.SIGKILL)
        row = await hotline.next_call(known, lambda c: c.ended_at is not None, 90)
    assert (row.outcome, row.hung_up_by) == ("failed", "")
    recording = await hotline.recording_of(row.id, 60)
    assert recording.duration_s > 3, "Asterisk keeps at most 32 KiB, four seconds, of a leg in memory"
    known = await hotline.known_calls()
    async with hotline.carrier.dial(hang_up_after_s=1) as call:
        await call.over()
    await hotline.next_call(known, lambda c: c.ended_at is not None)


async def test_database_away_for_a_whole_call(hotline: HotlineInstance) -> None:
    known = await hotline.known_calls()
    with hotline.locked_database():
        async with hotline.carrier.dial() as call:
            await _leave_message(hotline, call)
            await call.over()
    row = await hotline.next_call(known, lambda c: c.ended_at is not None, 40)
    assert row.outcome == "message"
