"""What the seats' routes share: whose seat it is, the audit line, and the nudge to the keeper."""

from __future__ import annotations

from typing import Any

import structlog
from redis.exceptions import RedisError
from sqlalchemy.ext.asyncio import AsyncSession

from core import audit
from core.db import begin_write
from core.errors import ForbiddenError, NotFoundError
from core.tables import Role
from ivr.ledger.tables import Seat
from ivr.seats import book, live
from ivr.seats.moves import SeatMoves
from web.api.route import Ask

log = structlog.get_logger()

#: Who sits at a seat: shift leaders have a telephone as well.
SITTING = frozenset({Role.SEAT, Role.SHIFT_LEADER})
LEADERS = frozenset({Role.SHIFT_LEADER, Role.ADMINISTRATOR})


async def own_seat(ask: Ask) -> Seat:
    """The seat of who asks.

    Raises:
        ForbiddenError: they have none.
    """
    async with ask.services.sessions() as db:
        seat = await db.get(Seat, ask.account.extension) if ask.account.extension else None
    if seat is None:
        raise ForbiddenError("您的账号没有分配坐席分机。")
    return seat


async def seat_of(ask: Ask, extension: str) -> Seat:
    """
    Raises:
        NotFoundError: there is no such seat.
    """
    async with ask.services.sessions() as db:
        seat = await db.get(Seat, extension)
    if seat is None:
        raise NotFoundError
    return seat


def moves(ask: Ask) -> SeatMoves:
    return SeatMoves(ask.services.switch)


def note(ask: Ask, db: AsyncSession, extension: str, action: str, detail: dict[str, Any]) -> None:
    """An audit line about a seat, in the caller's transaction."""
    audit.record(
        db,
        at=ask.services.clock.now(),
        actor_id=ask.account.id,
        action=action,
        subject=f"seat:{extension}",
        address=ask.address,
        detail=detail,
    )


async def noted(
    ask: Ask, extension: str, action: str, detail: dict[str, Any], chosen: dict[str, Any] | None = None
) -> None:
    """Write down what was done at a seat, with what was chosen for it, and have the keeper look."""
    async with ask.services.sessions.begin() as db:
        await begin_write(db)
        if chosen is not None:
            await book.choose(db, extension, **chosen)
        note(ask, db, extension, action, detail)
    await nudge(ask)


async def nudge(ask: Ask) -> None:
    """Have the keeper look at once; it would by itself some seconds later."""
    try:
        await live.nudge(ask.services.redis)
    except RedisError as error:
        log.debug("the keeper was not nudged", why=str(error))
