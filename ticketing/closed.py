"""Closed cases as the result visit (结果回访) needs them: finding them, and the way back to handling."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from core.clock import Clock
from core.db import SessionFactory
from core.errors import ConflictError
from ticketing import moves
from ticketing.errors import WrongStageError
from ticketing.tables import Case, Stage
from ticketing.workflow import REOPEN

#: People save cases while we look; each of them moves the version on.
_TRIES = 5


async def find(sessions: SessionFactory, *, case_id: int = 0, number: str = "") -> Case | None:
    """The case of this id or number, if it is closed now."""
    query = select(Case).where(Case.stage == Stage.CLOSED)
    query = query.where(Case.number == number) if number else query.where(Case.id == case_id)
    async with sessions() as session:
        return await session.scalar(query)


async def reopen(
    sessions: SessionFactory, *, case_id: int, closed_at: datetime, reason: str, clock: Clock
) -> bool:
    """Send the case back into handling, as the system. False when that closing is already undone.

    Args:
        closed_at: the closing the citizen was asked about; asked again after a crash, nothing happens twice.

    Raises:
        ConflictError: people change the case faster than we can look.
    """
    for attempt in range(_TRIES):
        case = await find(sessions, case_id=case_id)
        if case is None or case.closed_at != closed_at:
            return False
        try:
            await moves.move(
                sessions,
                case_id=case_id,
                move=REOPEN.name,
                actor=None,
                version=case.version,
                note=reason,
                clock=clock,
            )
        except WrongStageError:
            return False
        except ConflictError:
            if attempt == _TRIES - 1:
                raise
        else:
            return True
    return False
