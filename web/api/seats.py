"""Seats and their place in the queue."""

from __future__ import annotations

from http import HTTPMethod

from core import audit
from core.errors import ForbiddenError
from core.tables import Role
from ivr.ledger import queries
from ivr.ledger.tables import Seat
from web.api.models import SeatAnswer
from web.api.route import STAFF, Ask, Routes
from web.api.seat_switch import QueueMemberView

routes = Routes("seats")

#: The queue every caller of today's menu joins.
QUEUE = "general"


@routes.add(HTTPMethod.GET, "/seats", "Seats and who is logged in (坐席)", roles=STAFF)
async def seats(ask: Ask) -> list[SeatAnswer]:
    return await _all(ask)


@routes.add(HTTPMethod.POST, "/seats/me/log-in", "Join the queue (签入)", roles=frozenset({Role.SEAT}))
async def seat_log_in(ask: Ask) -> SeatAnswer:
    extension = await _own(ask)
    await ask.services.switch.queue_add(QUEUE, f"PJSIP/{extension}", extension)
    return await _moved(ask, extension, "seat:logged_in")


@routes.add(HTTPMethod.POST, "/seats/me/log-out", "Leave the queue (签出)", roles=frozenset({Role.SEAT}))
async def seat_log_out(ask: Ask) -> SeatAnswer:
    extension = await _own(ask)
    await ask.services.switch.queue_remove(QUEUE, f"PJSIP/{extension}")
    return await _moved(ask, extension, "seat:logged_out")


async def _own(ask: Ask) -> str:
    extension = ask.account.extension
    async with ask.services.sessions() as db:
        seat = await db.get(Seat, extension) if extension else None
    if seat is None:
        raise ForbiddenError("您的账号没有分配坐席分机。")
    return seat.extension


async def _moved(ask: Ask, extension: str, action: str) -> SeatAnswer:
    async with ask.services.sessions.begin() as db:
        audit.record(
            db,
            at=ask.services.clock.now(),
            actor_id=ask.account.id,
            action=action,
            subject=f"seat:{extension}",
            address=ask.address,
        )
    return next(seat for seat in await _all(ask) if seat.extension == extension)


async def _all(ask: Ask) -> list[SeatAnswer]:
    members = {one.extension: one for one in await ask.services.switch.queue_members(QUEUE)}
    async with ask.services.sessions() as db:
        known = await queries.list_seats(db)
    return [_seat(seat, members.get(seat.extension)) for seat in known]


def _seat(seat: Seat, member: QueueMemberView | None) -> SeatAnswer:
    return SeatAnswer(
        extension=seat.extension,
        display_name=seat.display_name,
        logged_in=member is not None,
        state=member.state if member else "",
    )
