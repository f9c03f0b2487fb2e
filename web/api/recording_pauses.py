"""A seat pauses its call's recording while bank data is said (暂停录音), and has it go on (继续录音)."""

from __future__ import annotations

from datetime import datetime
from http import HTTPMethod
from typing import Any

from core import audit
from core.audit import Action
from core.db import begin_write
from core.errors import ConflictError, HotlineError
from ivr.desk.pauses import mute, unmute
from ivr.desk.situation import HELD
from recorder.capture import gaps
from recorder.capture.gaps import GapBook
from recorder.capture.tables import GapEnd, GapWhy
from web.api.route import STAFF, Answer, Ask, Asked, Routes
from web.floor import FLOOR, Floor, own_seat

routes = Routes("recording_pauses")

#: The dialplan ends a hold that is too long; this much later its recording goes on at the latest.
_HOLD_GRACE_S = 30


class RecordingPauseBody(Asked):
    paused: bool


class PauseAnswer(Answer):
    """Of one's own call; what is said while it is paused is recorded as silence (暂停录音)."""

    paused: bool
    #: The recording goes on by itself then.
    until: datetime | None


@routes.add(
    HTTPMethod.GET,
    "/seats/me/call/recording",
    "Whether the recording of one's call is paused (暂停录音)",
    roles=STAFF,
    errors=(403, 409),
)
async def pause_state(ask: Ask) -> PauseAnswer:
    talk = await _floor(ask).supervisor.talk_of(await own_seat(ask))
    async with ask.services.sessions() as db:
        return _pause(await gaps.current(db, talk.call_id))


@routes.add(
    HTTPMethod.POST,
    "/seats/me/call/recording",
    "Pause the recording of one's call while bank data is said, or have it go on (暂停录音、继续录音)",
    roles=STAFF,
    errors=(403, 409),
)
async def pause(ask: Ask, body: RecordingPauseBody) -> PauseAnswer:
    seat = await own_seat(ask)
    talk = await _floor(ask).supervisor.talk_of(seat)
    if not body.paused:
        await _go_on(ask, seat, talk.call_id)
        return _pause(None)
    if not talk.is_together:
        raise ConflictError("请先接回市民，再暂停录音。")
    citizen = talk.citizen.name
    now, longest = ask.services.clock.now(), ask.services.settings.recording.pause_max_s
    # Written down first: whatever dies from here on, the recording goes on at that time.
    async with ask.services.sessions() as db:
        await begin_write(db)
        gap = await gaps.begin(db, talk.call_id, citizen, seat, GapWhy.BANK, now, longest)
        audit.record(
            db, **_entry(ask, Action.RECORDING_PAUSED, talk.call_id, {"until": gap.until_at.isoformat()})
        )
        await db.commit()
    try:
        await mute(ask.services.switch, citizen, GapWhy.BANK)
    except HotlineError:
        await GapBook(ask.services.sessions, ask.services.clock).end(gap.id, GapEnd.SEAT)
        raise
    return _pause(gap)


async def leave_hold_out(ask: Ask, seat: str) -> None:
    """Record nothing of a citizen who waits with music now, when policy says so (recording.hold)."""
    if ask.services.settings.recording.hold:
        return
    talk = await _floor(ask).supervisor.talk_of(seat)
    if talk.citizen.context != HELD:
        return
    now, longest = ask.services.clock.now(), ask.services.settings.transfer.hold_max_s
    async with ask.services.sessions.begin() as db:
        citizen = talk.citizen.name
        await gaps.begin(db, talk.call_id, citizen, seat, GapWhy.HOLD, now, longest + _HOLD_GRACE_S)
    await mute(ask.services.switch, citizen, GapWhy.HOLD)


async def _go_on(ask: Ask, seat: str, call_id: str) -> None:
    """Have the recording go on; one that is not paused is left alone."""
    async with ask.services.sessions() as db:
        gap = await gaps.current(db, call_id)
    if gap is None:
        return
    await unmute(ask.services.switch, gap.channel)
    await GapBook(ask.services.sessions, ask.services.clock).end(gap.id, GapEnd.SEAT)
    async with ask.services.sessions.begin() as db:
        audit.record(db, **_entry(ask, Action.RECORDING_RESUMED, call_id, {"seat": seat}))


def _pause(gap: gaps.OpenGap | None) -> PauseAnswer:
    return PauseAnswer(paused=gap is not None, until=gap.until_at if gap else None)


def _floor(ask: Ask) -> Floor:
    return ask.request.app[FLOOR]


def _entry(ask: Ask, action: Action, call_id: str, detail: dict[str, Any]) -> dict[str, Any]:
    return {
        "at": ask.services.clock.now(),
        "actor_id": ask.account.id,
        "action": action,
        "subject": f"call:{call_id}",
        "address": ask.address,
        "detail": detail,
    }
