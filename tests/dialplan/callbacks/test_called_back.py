"""Press 1 in the queue: called back when a seat is free, talks with it, and all of it is recorded."""

from __future__ import annotations

from ivr.callbacks.tables import CallbackKind
from ivr.prompts.audio import audioop
from tests.dialplan.callbacks.conftest import List
from tests.instance import HotlineInstance
from tests.softphone import Softphone


def _loudness(alaw: bytes) -> int:
    return int(audioop.rms(audioop.alaw2lin(alaw, 2), 2))


async def test_who_asks_is_called_back_and_talks_with_a_seat(
    hotline: HotlineInstance, callbacks: List
) -> None:
    known = await hotline.known_calls()
    row_id = await callbacks.ask("13900010001")
    asked = await hotline.next_call(known, lambda c: c.ended_at is not None)
    assert (asked.outcome, asked.hung_up_by) == ("callback", "hotline")
    phone = Softphone(hotline.settings, "1001", await hotline.seat_secret("1001"))
    await phone.start(hotline.prompt("message-thanks"))
    try:
        async with hotline.carrier.called() as citizen:
            await phone.log_in()
            row = await callbacks.row("13900010001", "dialling")
            assert row.id == row_id
            assert row.joined_at <= asked.ended_at
            back = await hotline.next_call(known, lambda c: c.seat_answered_at is not None)
            assert citizen.rang == ["13900010001 12319"]
            citizen.line.sound.clear()
            await citizen.hear(2)
            heard = bytes(citizen.line.sound)
            await phone.command("hangup")
            await citizen.over()
        done = await callbacks.row("13900010001", "done")
        assert (done.attempts, done.attempt_call_id) == (1, back.id)
        ended = await hotline.next_call(known, lambda c: c.id == back.id and c.ended_at is not None)
        assert (ended.direction, ended.purpose) == ("outbound", f"callback:{row_id}")
        assert (ended.outcome, ended.seat, ended.caller) == ("answered", "1001", "13900010001")
        assert [step["step"] for step in ended.menu_path][:1] == ["callback"]
        assert ended.wait_s < 8
        assert _loudness(heard) > 500, "the citizen does not hear the seat"
        recording = await hotline.recording_of(back.id)
        assert recording.duration_s > hotline.prompt_s("callback-connecting")
        assert "paused" not in hotline.asterisk("queue show q-general"), "the seat is still held back"
        await phone.dial("*12")
    finally:
        await phone.stop()


async def test_busy_then_no_answer_then_reached(
    hotline: HotlineInstance, callbacks: List, seat: Softphone
) -> None:
    known = await hotline.known_calls()
    await seat.dial("*12")
    await callbacks.ask("13900010002")
    async with hotline.carrier.called(status=486) as citizen:
        await seat.log_in()
        row = await callbacks.row("13900010002", "dialling")
        await citizen.over()
    row = await callbacks.row("13900010002", "waiting")
    assert (row.attempts, row.result) == (1, "busy")
    async with hotline.carrier.called(answers=False) as citizen:
        await citizen.over()
    row = await callbacks.row("13900010002", "waiting")
    assert (row.attempts, row.result) == (2, "no_answer")
    async with hotline.carrier.called() as citizen:
        await hotline.next_call(known, lambda c: c.seat_answered_at is not None, 30)
        await seat.command("hangup")
        await citizen.over()
    row = await callbacks.row("13900010002", "done")
    assert row.attempts == 3


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
        await call.hear(hotline.prompt_s("callback-refused"))
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


async def test_a_caller_without_a_number_and_without_a_word_waits_on(
    hotline: HotlineInstance, callbacks: List
) -> None:
    known = await hotline.known_calls()
    async with callbacks.waiting_caller("anonymous") as call:
        await call.press("1")
        await call.hear(0.5)
        await call.press("*")
        await hotline.next_call(known, lambda c: [s["step"] for s in c.menu_path][-1:] == ["callback_offer"])
        await call.hear(1)
        assert "trunk-demo-" in hotline.asterisk("queue show q-general")


async def test_who_gives_up_waiting_is_on_the_list_of_missed_calls(
    hotline: HotlineInstance, callbacks: List
) -> None:
    async with hotline.carrier.dial(caller="13900010004", hang_up_after_s=9) as call:
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
            await hotline.next_call(
                known, lambda c: [s["step"] for s in c.menu_path][-1:] == ["callback_offer"]
            )
            await call.hear(1)
            assert "trunk-demo-" in hotline.asterisk("queue show q-general")
        finally:
            hotline.control.start_part("agi")


async def test_with_the_database_locked_the_caller_is_told_and_keeps_waiting(
    hotline: HotlineInstance, callbacks: List
) -> None:
    async with callbacks.waiting_caller("13900010006") as call:
        with hotline.locked_database():
            await call.press("1")
            await call.hear(hotline.prompt_s("callback-offer"))
            await call.press("1")
            await call.hear(3 + hotline.prompt_s("callback-lost"))
            assert "trunk-demo-" in hotline.asterisk("queue show q-general")
