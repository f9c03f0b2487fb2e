"""Shift leaders listen to seats' calls, speak into them, take them over (监听、耳语、强插、接管).

All of it is in the audit trail before it begins.
"""

from __future__ import annotations

from http import HTTPMethod
from typing import Any

from pydantic import Field

from core import audit
from core.audit import Action
from ivr.supervision.plan import Mode, Talk
from ivr.supervision.supervisor import Watch
from web.api.hand import LEADERS
from web.api.route import Answer, Ask, Asked, Routes
from web.floor import FLOOR, Floor, device_in_use, own_seat

routes = Routes("supervision")

_EXTENSION = r"^[0-9]{3,6}$"


class SupervisionBody(Asked):
    extension: str = Field(pattern=_EXTENSION)
    mode: Mode = Mode.LISTEN


class ModeBody(Asked):
    mode: Mode


class SeatBody(Asked):
    extension: str = Field(pattern=_EXTENSION)


class HangUpBody(SeatBody):
    note: str = Field("", max_length=500)


class WatchAnswer(Answer):
    extension: str
    mode: Mode
    call_id: str


@routes.add(
    HTTPMethod.GET,
    "/supervision",
    "Whom one listens to now; 204: nobody (监听状态)",
    roles=LEADERS,
    errors=(403,),
)
async def current(ask: Ask) -> WatchAnswer | None:
    watch = await _floor(ask).supervisor.current(await own_seat(ask))
    return _answer(watch) if watch is not None else None


@routes.add(
    HTTPMethod.POST,
    "/supervision",
    "Listen to a seat's call; one's own telephone is rung (监听、耳语、强插)",
    roles=LEADERS,
    errors=(403, 409),
)
async def begin(ask: Ask, body: SupervisionBody) -> WatchAnswer:
    leader, supervisor = await own_seat(ask), _floor(ask).supervisor
    talk = await supervisor.check(leader, body.extension)
    await _note(ask, Action.SUPERVISION_ASKED, talk, mode=body.mode)
    return _answer(await supervisor.begin(leader, talk, body.mode, await device_in_use(ask, leader)))


@routes.add(
    HTTPMethod.PATCH, "/supervision", "Listen in another way (切换方式)", roles=LEADERS, errors=(403, 409)
)
async def change(ask: Ask, body: ModeBody) -> WatchAnswer:
    leader, supervisor = await own_seat(ask), _floor(ask).supervisor
    watch = await supervisor.watching(leader)
    detail = {"call_id": watch.call_id, "mode": body.mode}
    await _write(ask, Action.SUPERVISION_CHANGED, f"seat:{watch.extension}", detail)
    return _answer(await supervisor.change(leader, body.mode))


@routes.add(HTTPMethod.DELETE, "/supervision", "Listen no more (结束监听)", roles=LEADERS, errors=(403,))
async def end(ask: Ask) -> None:
    leader, supervisor = await own_seat(ask), _floor(ask).supervisor
    if (watch := await supervisor.current(leader)) is not None:
        detail = {"call_id": watch.call_id}
        await _write(ask, Action.SUPERVISION_ENDED, f"seat:{watch.extension}", detail)
    await supervisor.end(leader)


@routes.add(
    HTTPMethod.POST,
    "/supervision/take-over",
    "Take a seat's call over; the seat is told, and free (接管)",
    roles=LEADERS,
    errors=(403, 409),
)
async def take_over(ask: Ask, body: SeatBody) -> None:
    leader, floor = await own_seat(ask), _floor(ask)
    talk = await floor.supervisor.check(leader, body.extension)
    await _note(ask, Action.CALL_TAKEN_OVER, talk)
    await floor.supervisor.take_over(leader, talk, await device_in_use(ask, leader))
    floor.tell_taken(body.extension, talk.call_id, "taken_over", leader)


@routes.add(
    HTTPMethod.POST,
    "/supervision/hang-up",
    "End a seat's call; the citizen hears goodbye (强拆)",
    roles=LEADERS,
    errors=(409,),
)
async def hang_up(ask: Ask, body: HangUpBody) -> None:
    floor = _floor(ask)
    talk = await floor.supervisor.talk_of(body.extension)
    await _note(ask, Action.CALL_ENDED, talk, note=body.note)
    await floor.supervisor.end_call(talk)
    floor.tell_taken(body.extension, talk.call_id, "ended", ask.account.extension or "")


def _floor(ask: Ask) -> Floor:
    return ask.request.app[FLOOR]


def _answer(watch: Watch) -> WatchAnswer:
    return WatchAnswer(extension=watch.extension, mode=watch.mode, call_id=watch.call_id)


async def _note(ask: Ask, action: Action, talk: Talk, **detail: Any) -> None:
    await _write(ask, action, f"seat:{talk.seat.seat}", {"call_id": talk.call_id} | detail)


async def _write(ask: Ask, action: Action, subject: str, detail: dict[str, Any]) -> None:
    async with ask.services.sessions.begin() as db:
        audit.record(
            db,
            at=ask.services.clock.now(),
            actor_id=ask.account.id,
            action=action,
            subject=subject,
            address=ask.address,
            detail=detail,
        )
