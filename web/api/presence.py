"""Presence (坐席状态): what every seat does now, and how a person changes what a seat does."""

from __future__ import annotations

from datetime import datetime, timedelta
from http import HTTPMethod
from typing import Literal

from pydantic import Field
from sqlalchemy import select

from core.audit import Action
from core.clock import Clock
from core.errors import ConflictError, NotFoundError
from ivr.board import notices
from ivr.board.notices import To
from ivr.board.tables import Audience
from ivr.queues import load
from ivr.seats import live
from ivr.seats.model import FORCED, OUTBOUND, WRAP_UP
from ivr.seats.tables import PauseReason, SeatDesk
from web.api.at_seat import LEADERS, SITTING, moves, noted, own_seat, seat_of
from web.api.route import STAFF, Answer, Ask, Asked, Routes
from web.api.seats import SeatPath
from web.live.models import SeatLive
from web.live.presence import masked

routes = Routes("presence")

_NO_WRAP_UP = "现在不在话后处理。"
_AT_LIMIT = "话后处理时间已到上限。"
_NOT_OUTBOUND = "现在不在外呼模式。"
_FORCED_TO = {"ready": "空闲", "paused": "示忙", "offline": "离线"}


class SeatsLive(Answer):
    items: list[SeatLive]


class Done(Answer):
    ok: Literal[True] = True


class PauseBody(Asked):
    #: Code of a pause reason.
    reason: str = Field(min_length=1, max_length=32)
    #: Shorter than the reason's limit, if wanted.
    minutes: int | None = Field(None, ge=1, le=720)


class ExtendBody(Asked):
    extend_s: int = Field(ge=1, le=7200)


class OutboundBody(Asked):
    on: bool


class ForceBody(Asked):
    state: Literal["ready", "paused", "offline"]
    reason: str = Field("", max_length=32)
    note: str = Field("", max_length=200)


@routes.add(HTTPMethod.GET, "/seats/live", "What every seat does now (坐席实时状态)", roles=STAFF)
async def seats_live(ask: Ask) -> SeatsLive:
    found = await live.read_all(ask.services.redis)
    seats = [SeatLive.model_validate(seat) for seat in found.values()]
    sees_all = ask.account.role in LEADERS
    own = ask.account.extension
    return SeatsLive(items=[s if sees_all or s.extension == own else masked(s) for s in seats])


@routes.add(HTTPMethod.POST, "/seats/me/pause", "Take no calls for a while (示忙)", roles=SITTING)
async def pause(ask: Ask, body: PauseBody) -> Done:
    extension = (await own_seat(ask)).extension
    reason = await _reason(ask, body.reason)
    until = _until(ask.services.clock, reason.limit_minutes, body.minutes)
    await moves(ask).pause(extension, reason.code)
    chosen = {"reason": reason.code, "until": until}
    await noted(ask, extension, Action.SEAT_PAUSED, {"reason": reason.code}, chosen)
    return Done()


@routes.add(HTTPMethod.POST, "/seats/me/ready", "Take calls again (示闲)", roles=SITTING)
async def ready(ask: Ask) -> Done:
    extension = (await own_seat(ask)).extension
    await moves(ask).ready(extension)
    await noted(ask, extension, Action.SEAT_READY, {})
    return Done()


@routes.add(HTTPMethod.POST, "/seats/me/wrap-up", "Have more time after a call (延长话后处理)", roles=SITTING)
async def extend_wrap_up(ask: Ask, body: ExtendBody) -> Done:
    extension = (await own_seat(ask)).extension
    if (await moves(ask).facts(extension)).paused_as != WRAP_UP:
        raise ConflictError(_NO_WRAP_UP)
    settings, now = ask.services.settings, ask.services.clock.now()
    async with ask.services.sessions() as db:
        desk = await db.get(SeatDesk, extension)
    end = desk.until if desk and desk.reason == WRAP_UP and desk.until else now
    seat = await live.read_one(ask.services.redis, extension)
    began = datetime.fromisoformat(seat["since"]) if seat and seat["state"] == "wrap_up" else now
    last = began + timedelta(seconds=max(settings.seats.extend_max_s, settings.queue.wrap_up_s))
    until = min(max(end, now) + timedelta(seconds=body.extend_s), last)
    if until <= end:
        raise ConflictError(_AT_LIMIT)
    chosen = {"reason": WRAP_UP, "until": until}
    await noted(ask, extension, Action.SEAT_WRAP_UP_EXTENDED, {"until": until.isoformat()}, chosen)
    return Done()


@routes.add(HTTPMethod.POST, "/seats/me/wrap-up/end", "Be done before the time (结束话后处理)", roles=SITTING)
async def end_wrap_up(ask: Ask) -> Done:
    extension = (await own_seat(ask)).extension
    await moves(ask).end(extension, WRAP_UP, _NO_WRAP_UP)
    await noted(ask, extension, Action.SEAT_WRAP_UP_ENDED, {})
    return Done()


@routes.add(HTTPMethod.POST, "/seats/me/outbound", "Only call out, or no longer (外呼模式)", roles=SITTING)
async def outbound(ask: Ask, body: OutboundBody) -> Done:
    extension = (await own_seat(ask)).extension
    if body.on:
        await moves(ask).pause(extension, OUTBOUND)
    else:
        await moves(ask).end(extension, OUTBOUND, _NOT_OUTBOUND)
    await noted(ask, extension, Action.SEAT_OUTBOUND, {"on": body.on}, {"reason": "", "until": None})
    return Done()


@routes.add(
    HTTPMethod.POST, "/seats/{extension}/state", "Change what a seat does (改变坐席状态)", roles=LEADERS
)
async def force(ask: Ask, path: SeatPath, body: ForceBody) -> Done:
    extension = (await seat_of(ask, path.extension)).extension
    before = await live.read_one(ask.services.redis, extension)
    chosen: dict[str, object] = {"reason": "", "until": None}
    if body.state == "offline":
        await moves(ask).log_out(extension)
    elif body.state == "ready":
        await moves(ask).ready(extension)
    else:
        reason = await _reason(ask, body.reason) if body.reason else None
        await moves(ask).pause(extension, reason.code if reason else FORCED)
        if reason:
            until = _until(ask.services.clock, reason.limit_minutes, None)
            chosen = {"reason": reason.code, "until": until}
    detail = {"before": before["state"] if before else "", **body.model_dump()}
    await noted(ask, extension, Action.SEAT_FORCED, detail, chosen)
    await _tell(ask, extension, body)
    return Done()


async def _tell(ask: Ask, extension: str, body: ForceBody) -> None:
    """The seat is shown who changed its state, and why: as a notice, which stays for the day."""
    said = f"您的状态已改为“{_FORCED_TO[body.state]}” (your state: {body.state})"
    await notices.send(
        ask.services.sessions,
        load(ask.services.settings),
        text=f"{said}：{body.note.strip()}" if body.note.strip() else f"{said}。",
        to=To(Audience.SEATS, seats=(extension,)),
        sender=ask.account,
        address=ask.address,
        clock=ask.services.clock,
    )


async def _reason(ask: Ask, code: str) -> PauseReason:
    async with ask.services.sessions() as db:
        query = select(PauseReason).where(PauseReason.code == code, PauseReason.active.is_(True))
        reason = await db.scalar(query)
    if reason is None:
        raise NotFoundError("没有这个示忙原因。")
    return reason


def _until(clock: Clock, limit_minutes: int, wanted_minutes: int | None) -> datetime | None:
    """When a pause should be over; None: nobody says."""
    minutes = min(x for x in (limit_minutes or 10**6, wanted_minutes or 10**6))
    return clock.now() + timedelta(minutes=minutes) if minutes < 10**6 else None
