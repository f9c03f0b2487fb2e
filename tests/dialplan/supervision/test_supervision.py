"""A shift leader listens, whispers, barges in, takes over: who hears whom, and what is recorded."""

from __future__ import annotations

from ivr.prompts.audio import audioop
from recorder.legs import Side
from tests.conftest import poll
from tests.dialplan.supervision.conftest import Floor
from tests.seat.judge import Track, archived
from tests.seat.voices import CALLER, SEAT, SUPERVISOR

#: How long each way of listening lasts, and how long a change may take to be heard, seconds.
EACH_S, CHANGE_S = 1.6, 0.6


async def test_from_listening_to_taking_over(floor: Floor) -> None:
    floor.leader.device.fresh()
    async with floor.talking("13911110001") as (call, row):

        async def so_far() -> float:
            await call.hear(EACH_S)
            return len(call.line.sound) / 8000

        begun = await so_far()
        said = await floor.leader.ask("/supervision", {"extension": "1001", "mode": "listen"})
        assert said == {"extension": "1001", "mode": "listen", "call_id": row.id}
        await floor.leader.device.talking()
        await so_far()
        await floor.change("whisper")
        whispered = await so_far()
        await floor.change("barge")
        barged = await so_far()
        await floor.leader.ask("/supervision/take-over", {"extension": "1001"}, status=204)
        await poll(floor.is_joined, "citizen and leader are together")
        joined = len(call.line.sound) / 8000
        taken = await so_far()
        await floor.seat.device.idle()
        await poll(lambda: floor.is_ready("1001"), "the seat taken from is ready again")
        await floor.leader.device.hang_up()
        await call.over()

    citizen = Track(audioop.alaw2lin(bytes(call.line.sound), 2))
    assert citizen.strangers([SEAT], begun, whispered) == [], "only the seat hears who whispers"
    assert citizen.without(SEAT, begun, barged) == []
    assert citizen.without(SUPERVISOR, whispered + CHANGE_S, taken) == [], citizen.story()
    assert citizen.strangers([SUPERVISOR], joined + CHANGE_S, taken) == [], "the seat is not heard any more"
    seat = Track(floor.seat.device.phone.heard())
    assert 2 * EACH_S - 1.2 < seat.seconds_of(SUPERVISOR) < 2 * EACH_S + 1.2, seat.story()
    leader = Track(floor.leader.device.phone.heard())
    assert leader.seconds_of(CALLER) > 4 * EACH_S - 1.5, leader.story()
    assert 3 * EACH_S - 1.5 < leader.seconds_of(SEAT) < 3 * EACH_S + 1.0, leader.story()
    await _is_whole(floor, row.id)


async def _is_whole(floor: Floor, call_id: str) -> None:
    """The recording goes on through all of it."""
    row = await floor.hotline.recording_of(call_id)
    said = archived(floor.hotline.settings, row, Side.CALLER)
    # Before that the caller presses its key.
    assert said.without(CALLER, 1.2, said.seconds - 0.2) == [], said.story()
    heard = archived(floor.hotline.settings, row, Side.HOTLINE)
    assert abs(heard.seconds - said.seconds) < 0.1
    # In the conference (强插) and afterwards (接管).
    assert heard.seconds_of(SUPERVISOR) > 2 * EACH_S - 1.2, heard.story()


async def test_a_caller_who_waits_is_moved_to_another_queue(floor: Floor) -> None:
    known = await floor.hotline.known_calls()
    await floor.serve({"english": 1})
    floor.seat.device.fresh()
    try:
        async with floor.hotline.carrier.dial(caller="13911110005") as call:
            await call.hear(0.5)
            await call.press("0")
            waiting = await floor.hotline.next_call(known, lambda c: c.queued_at is not None)
            await poll(lambda: floor.waits("general"), "somebody waits")
            path = f"/queues/general/waiting/{waiting.id}/move"
            await floor.leader.ask(path, {"queue": "english", "first": True}, status=204)
            await floor.seat.device.talking()
            await floor.seat.device.hang_up()
            await call.over()
        row = await floor.hotline.next_call(known, lambda c: c.id == waiting.id and c.ended_at is not None)
        assert (row.outcome, row.queue, row.seat) == ("answered", "english", "1001")
        log = (floor.hotline.settings.asterisk_dir / "log" / "queue_log").read_text()
        assert f"{waiting.id}|q-general|NONE|WITHDRAW|" in log
        assert f"{waiting.id}|q-general|NONE|ABANDON|" not in log
    finally:
        await floor.serve({"general": 1})
