"""A seat answers on an ordinary SIP softphone (baresip)."""

from __future__ import annotations

from ivr.prompts.audio import audioop
from tests.carrier import PhoneCall
from tests.instance import HotlineInstance
from tests.softphone import Softphone


def loudness(linear: bytes) -> int:
    """Root mean square of 16-bit samples."""
    return int(audioop.rms(linear, 2))


async def _talk(hotline: HotlineInstance, call: PhoneCall, known: set[str], seconds: float) -> None:
    await call.hear(0.5)
    await call.press("0")
    await hotline.next_call(known, lambda c: c.seat_answered_at is not None)
    call.line.sound.clear()
    await call.say(hotline.prompt("greeting")[: int(seconds * 8000)])


async def test_seat_answers_and_hangs_up(hotline: HotlineInstance, seat: Softphone) -> None:
    known = await hotline.known_calls()
    async with hotline.carrier.dial(caller="041188886666") as call:
        await _talk(hotline, call, known, 3)
        heard = bytes(call.line.sound)
        await seat.command("hangup")
        await call.over()
        measured = call.talk_s
    row = await hotline.next_call(known, lambda c: c.ended_at is not None)
    assert row.ended_at is not None and row.answered_at is not None and row.seat_answered_at is not None
    assert (row.outcome, row.seat, row.hung_up_by) == ("answered", "1001", "seat")
    assert abs((row.ended_at - row.answered_at).total_seconds() - measured) < 1
    assert abs(row.talk_s - 3) < 1.2
    assert row.wait_s < 2
    assert loudness(audioop.alaw2lin(heard, 2)) > 500, "the caller does not hear the seat"
    assert loudness(seat.heard()) > 500, "the seat does not hear the caller"
    assert row.menu_path[-1]["step"] == "goodbye"


async def test_caller_hangs_up_on_the_seat(hotline: HotlineInstance, seat: Softphone) -> None:
    known = await hotline.known_calls()
    async with hotline.carrier.dial(hang_up_after_s=5) as call:
        await _talk(hotline, call, known, 1)
        await call.over()
    row = await hotline.next_call(known, lambda c: c.ended_at is not None)
    assert (row.outcome, row.seat, row.hung_up_by) == ("answered", "1001", "caller")


async def test_two_calls_from_one_number_at_once(hotline: HotlineInstance, seat: Softphone) -> None:
    known = await hotline.known_calls()
    async with (
        hotline.carrier.dial(caller="13700000001", hang_up_after_s=6) as first,
        hotline.carrier.dial(caller="13700000001", hang_up_after_s=6) as second,
    ):
        for call in (first, second):
            await call.hear(0.3)
            await call.press("0")
        await first.over()
        await second.over()
    rows = [c for c in await hotline.calls() if c.id not in known]
    assert len(rows) == 2
    ended = [
        await hotline.next_call(known, lambda c, i=r.id: c.id == i and c.ended_at is not None) for r in rows
    ]  # type: ignore[misc]
    assert sorted(c.outcome for c in ended) == ["abandoned", "answered"]
    assert {c.caller for c in ended} == {"13700000001"}


async def test_fastagi_stopped_the_caller_hears_the_greeting_and_reaches_a_seat(
    hotline: HotlineInstance, seat: Softphone
) -> None:
    known = await hotline.known_calls()
    hotline.control.stop_part("agi")
    try:
        async with hotline.carrier.dial(hang_up_after_s=hotline.prompt_s("greeting") + 4) as call:
            await call.hear(hotline.prompt_s("greeting"))
            heard = audioop.alaw2lin(bytes(call.line.sound), 2)
            await call.over()
    finally:
        hotline.control.start_part("agi")
    row = await hotline.next_call(known, lambda c: c.ended_at is not None)
    assert (row.outcome, row.seat) == ("answered", "1001")
    assert [step["step"] for step in row.menu_path] == ["fallback", "queue"]
    greeting = audioop.alaw2lin(hotline.prompt("greeting"), 2)
    assert abs(loudness(heard) - loudness(greeting)) < 0.3 * loudness(greeting)
