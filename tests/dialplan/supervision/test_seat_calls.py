"""A seat calls citizens: its own telephone first, recorded, on the list of call-backs, in the ledger."""

from __future__ import annotations

from datetime import timedelta

from core.clock import SystemClock
from ivr.callbacks.tables import Callback, CallbackKind, CallbackState
from recorder.legs import Side
from tests.conftest import poll
from tests.dialplan.supervision.conftest import Floor
from tests.seat.caller import Speaking
from tests.seat.judge import Track, archived
from tests.seat.voices import CALLER, SEAT

NUMBER = "13911110010"


async def _missed(floor: Floor) -> int:
    """As if that citizen had given up waiting; nobody but a seat calls them back."""
    now = SystemClock().now()
    row = Callback(
        kind=CallbackKind.MISSED,
        number=NUMBER,
        queue="general",
        state=CallbackState.WAITING,
        joined_at=now,
        created_at=now,
        expires_at=now + timedelta(hours=1),
    )
    async with floor.hotline.sessions.begin() as session:
        session.add(row)
    return row.id


async def _state(floor: Floor, row_id: int) -> str:
    async with floor.hotline.sessions() as session:
        row = await session.get(Callback, row_id)
    assert row is not None
    return row.state


async def test_a_missed_caller_is_called_back(floor: Floor) -> None:
    row_id = await _missed(floor)
    floor.seat.device.fresh()
    async with floor.hotline.carrier.called(ear=Speaking, ring_s=1) as citizen:
        said = await floor.seat.ask("/seats/me/calls", {"callback_id": row_id})
        await floor.seat.device.talking()
        again = await floor.leader.ask("/seats/me/calls", {"callback_id": row_id}, status=409)
        assert "他人" in again["error"]["message"], "whoever comes second is told"
        row = await floor.hotline.next_call(
            set(), lambda c: c.id == said["call_id"] and c.seat_answered_at is not None
        )
        assert await floor.seat.get("/seats/me/calls") == {"call_id": row.id, "state": "talking"}
        await citizen.hear(1.5)
        await floor.seat.device.hang_up()
        await citizen.over()
        assert citizen.rang == [f"{NUMBER} 12319"]
    ended = await floor.hotline.next_call(set(), lambda c: c.id == row.id and c.ended_at is not None)
    assert (ended.direction, ended.purpose) == ("outbound", "seat:1001")
    assert (ended.outcome, ended.seat, ended.caller) == ("answered", "1001", NUMBER)

    async def closed() -> bool:
        return await _state(floor, row_id) == CallbackState.DONE

    await poll(closed, "the call-back is done")
    heard = Track(floor.seat.device.phone.heard())
    assert heard.seconds_of(CALLER) > 1, heard.story()
    recording = await floor.hotline.recording_of(row.id)
    spoken = archived(floor.hotline.settings, recording, Side.HOTLINE)
    assert spoken.seconds_of(SEAT) > 1, spoken.story()


async def test_somebody_busy_is_told_to_the_seat(floor: Floor) -> None:
    floor.seat.device.fresh()
    async with floor.hotline.carrier.called(status=486) as citizen:
        said = await floor.seat.ask("/seats/me/calls", {"number": "13911110011"})
        await floor.seat.device.talking()
        await floor.seat.device.idle()
        await citizen.over()
    assert await floor.seat.get("/seats/me/calls") == {"call_id": said["call_id"], "state": "busy"}
    assert said["call_id"] not in await floor.hotline.known_calls()


async def test_a_seat_that_hangs_up_first_lets_the_citizen_be(floor: Floor) -> None:
    floor.seat.device.fresh()
    async with floor.hotline.carrier.called(answers=False) as citizen:
        said = await floor.seat.ask("/seats/me/calls", {"number": "13911110012"})
        await floor.seat.device.talking()

        async def rings() -> bool:
            return bool(citizen.rang)

        await poll(rings, "the citizen's telephone rings")
        await floor.seat.device.hang_up()
        await citizen.over(8)
    last = {"call_id": said["call_id"], "state": "cancelled"}

    async def given_up() -> bool:
        return bool(await floor.seat.get("/seats/me/calls") == last)

    await poll(given_up, "the call is given up", 5)
