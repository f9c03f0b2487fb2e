"""Seats and their place in the queue."""

from __future__ import annotations

from http import HTTPMethod

from core import audit
from core.errors import ForbiddenError
from core.tables import Role
from ivr.ledger import queries
from web.api.models import SeatAnswer
from web.api.route import STAFF, Ask, Routes
from web.api.seat_switch import QueueMemberView

routes = Routes("seats")

#: The queue every caller of today's menu joins.
QUEUE = "general"


@routes.add(HTTPMethod.GET, "/seats", "Seats and who is logged in (坐席)", roles=STAFF)
async def seats(ask: Ask) -> list[SeatAnswer]:
    members = {one.extension: one for one in await ask.services.switch.queue_members(QUEUE)}
    async with ask.services.sessions() as db:
        known = await queries.list_seats(db)
    return [_seat(seat.extension, seat.display_name, members.get(seat.extension)) for seat in known]


@routes.add(HTTPMethod.POST, "/seats/me/log-in", "Join the queue (签入)", roles=frozenset({Role.SEAT}))
async def seat_log_in(ask: Ask) -> SeatAnswer:
    extension = _own(ask)
    await ask.services.switch.queue_add(QUEUE, f"PJSIP/{extension}", extension)
    return await _moved(ask, extension, "seat:logged_in")


@routes.add(HTTPMethod.POST, "/seats/me/log-out", "Leave the queue (签出)", roles=frozenset({Role.SEAT}))
async def seat_log_out(ask: Ask) -> SeatAnswer:
    extension = _own(ask)
    await ask.services.switch.queue_remove(QUEUE, f"PJSIP/{extension}")
    return await _moved(ask, extension, "seat:logged_out")


def _own(ask: Ask) -> str:
    if not ask.account.extension:
        raise ForbiddenError("您的账号没有分配坐席分机。")
    return ask.account.extension


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
    members = await ask.services.switch.queue_members(QUEUE)
    member = next((one for one in members if one.extension == extension), None)
    return _seat(extension, ask.account.display_name, member)


def _seat(extension: str, display_name: str, member: QueueMemberView | None) -> SeatAnswer:
    return SeatAnswer(
        extension=extension,
        display_name=display_name,
        logged_in=member is not None,
        state=member.state if member else "",
    )
