"""Hot-desking (换座): a person works at whichever seat is free; a seat has one person at a time."""

from __future__ import annotations

from http import HTTPMethod

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.audit import Action
from core.db import begin_write
from core.errors import ConflictError
from core.tables import Account
from ivr.seats import book
from web.api.at_seat import SITTING, moves, note, nudge, own_seat, seat_of
from web.api.route import Answer, Ask, Asked, Routes
from web.live.keys import HUB

routes = Routes("hot-desking")

_TAKEN = "该坐席正在使用，请选择其他坐席。"


class TakeBody(Asked):
    extension: str = Field(pattern=r"^[0-9]{3,6}$")


class Place(Answer):
    """Where the person sits now; null: nowhere."""

    extension: str | None


@routes.add(HTTPMethod.POST, "/seats/me/take", "Sit down at a free seat (换座)", roles=SITTING)
async def take(ask: Ask, body: TakeBody) -> Place:
    wanted, before = body.extension, ask.account.extension
    if wanted == before:
        return Place(extension=wanted)
    await seat_of(ask, wanted)
    if (await moves(ask).facts(wanted)).members:
        raise ConflictError(_TAKEN)
    if before:
        await moves(ask).log_out(before)
    async with ask.services.sessions.begin() as db:
        await begin_write(db)
        account = await _me(ask, db)
        others = select(Account).where(Account.extension == wanted, Account.id != account.id)
        for other in await db.scalars(others.with_for_update()):
            other.extension = None
            note(ask, db, wanted, Action.SEAT_LEFT, {"account": other.id, "for": account.id})
            ask.request.app[HUB].moved(other)
        account.extension, account.seated_at = wanted, ask.services.clock.now()
        await book.choose(db, wanted, account_id=account.id, device="", reason="", until=None)
        note(ask, db, wanted, Action.SEAT_TAKEN, {"before": before})
    ask.request.app[HUB].moved(account)
    await nudge(ask)
    return Place(extension=wanted)


@routes.add(HTTPMethod.POST, "/seats/me/leave", "Leave one's seat to others (离座)", roles=SITTING)
async def leave(ask: Ask) -> Place:
    seat = await own_seat(ask)
    await moves(ask).log_out(seat.extension)
    async with ask.services.sessions.begin() as db:
        await begin_write(db)
        account = await _me(ask, db)
        account.extension = None
        await book.choose(db, seat.extension, account_id=None, device="", reason="", until=None)
        note(ask, db, seat.extension, Action.SEAT_LEFT, {})
    ask.request.app[HUB].moved(account)
    await nudge(ask)
    return Place(extension=None)


async def _me(ask: Ask, db: AsyncSession) -> Account:
    query = select(Account).where(Account.id == ask.account.id).with_for_update()
    return (await db.scalars(query)).one()
