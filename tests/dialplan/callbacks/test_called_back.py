"""Press 1 in the queue: called back when a seat is free, talks with it, and all of it is recorded."""

from __future__ import annotations

import os
import signal

from ivr.callbacks.tables import CallbackKind
from ivr.prompts.audio import audioop
from tests.dialplan.callbacks.conftest import List
from tests.instance import HotlineInstance
from tests.softphone import Softphone
from tests.waiting import poll


async def _asked(hotline: HotlineInstance, known: set[str]) -> None:
    """The caller has left the queue to ask for a call-back."""
    await hotline.next_call(
        known, lambda c: bool(c.menu_path) and c.menu_path[-1]["step"] == "callback_offer"
    )


def _loudness(alaw: bytes) -> int:
    return int(audioop.rms(audioop.alaw2lin(alaw, 2), 2))


async def test_busy_then_not_there_then_reached_and_talking_with_a_seat(
    hotline: HotlineInstance, callbacks: List, seat: Softphone
) -> None:
    known = await hotline.known_calls()
    await seat.dial("*12")
    row_id = await callbacks.ask("13900010001")
    asked = await hotline.next_call(known, lambda c: c.ended_at is not None)
    assert (asked.outcome, asked.hung_up_by) == ("callback", "hotline")

    async with hotline.carrier.called(status=486) as citizen:
        await seat.log_in()
        await citizen.over()
        assert citizen.rang == ["13900010001 12319"]
    row = await callbacks.tried("13900010001", 1, "busy")
    assert row.id == row_id
    assert asked.queued_at is not None and abs((row.joined_at - asked.queued_at).total_seconds()) < 8

    async with hotline.carrier.called(answers=False) as citizen:
        await citizen.over()
    await callbacks.tried("13900010001", 2, "no_answer")

    async with hotline.carrier.called() as citizen:
        back = await hotline.next_call(known, lambda c: c.seat_answered_at is not None, 30)
        citizen.line.sound.clear()
        await citizen.hear(2)
        heard = bytes(citizen.line.sound)
        await seat.command("hangup")
        await citizen.over()
    done = await callbacks.row("13900010001", "done")
    assert (done.attempts, done.attempt_call_id) == (3, back.id)
    ended = await hotline.next_call(known, lambda c: c.id == back.id and c.ended_at is not None)
    assert (ended.direction, ended.purpose) == ("outbound", f"callback:{row_id}")
    assert (ended.outcome, ended.seat, ended.caller) == ("answered", "1001", "13900010001")
    assert ended.menu_path[0]["step"] == "callback"
    assert ended.wait_s < 3, "the seat held back for the citizen answers at once"
    assert _loudness(heard) > 500, "the citizen does not hear the seat"
    assert "paused" not in hotline.asterisk("queue show q-general"), "the seat is still held back"
    recording = await hotline.recording_of(back.id)
    assert recording.duration_s > hotline.prompt_s("callback-connecting")


async def test_the_dialler_is_killed_while_the_phone_rings(
    hotline: HotlineInstance, callbacks: List, seat: Softphone
) -> None:
    known = await hotline.known_calls()
    async with hotline.carrier.called(ring_s=2) as citizen:
        await callbacks.put("13900010002")
        await poll(lambda: bool(citizen.rang), "the phone rings")
        os.kill(hotline.control.pid("exchange"), signal.SIGKILL)
        back = await hotline.next_call(known, lambda c: c.seat_answered_at is not None, 30)
        await seat.command("hangup")
        await citizen.over()
        assert len(citizen.rang) == 1, "one attempt rings once"
    row = await callbacks.row("13900010002", "done")
    assert (row.attempts, row.attempt_call_id) == (1, back.id)
    await poll(lambda: "paused" not in hotline.asterisk("queue show q-general"), "the seat is let go")


async def test_a_premium_number_is_refused_and_another_one_taken(
    hotline: HotlineInstance, callbacks: List
) -> None:
    known = await hotline.known_calls()
    async with callbacks.waiting_caller("13900010003") as call:
        await call.press("1")
        await call.hear(0.5)
        await call.press("2")
        await call.hear(0.5)
        await call.press("16812345#")
        await call.hear(1)
        await call.press("041184390001#")
        await call.hear(1)
        await call.press("1")
        await call.over()
    row = await callbacks.row("041184390001", "waiting")
    assert row.kind == CallbackKind.REQUESTED
    assert "16812345" not in await callbacks.numbers()
    ended = await hotline.next_call(known, lambda c: c.ended_at is not None)
    assert ended.outcome == "callback"
    leader = await hotline.log_in("leader")
    async with leader.post(f"/api/v1/callbacks/{row.id}/cancel", json={"note": "测试"}) as answer:
        assert answer.status == 200, await answer.text()
    await leader.close()


async def test_who_gives_up_waiting_is_on_the_list_of_missed_calls(
    hotline: HotlineInstance, callbacks: List
) -> None:
    async with hotline.carrier.dial(caller="13900010004", hang_up_after_s=5) as call:
        await call.hear(0.5)
        await call.press("0")
        await call.over()
    row = await callbacks.row("13900010004", "waiting")
    assert row.kind == CallbackKind.MISSED
    leader = await hotline.log_in("leader")
    page = await hotline.get(leader, "/api/v1/callbacks?state=waiting")
    await leader.close()
    assert ("missed", "13900010004") in [(one["kind"], one["number"]) for one in page["items"]]


async def test_without_fastagi_the_caller_keeps_waiting(hotline: HotlineInstance, callbacks: List) -> None:
    known = await hotline.known_calls()
    async with callbacks.waiting_caller("13900010005") as call:
        hotline.control.stop_part("agi")
        try:
            await call.press("1")
            await _asked(hotline, known)
            await callbacks.somebody_waits()
        finally:
            hotline.control.start_part("agi")
