"""Which queues a seat serves, by its skills (技能)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.queues.loader import DEFAULT
from ivr.queues.model import Queue
from ivr.queues.tables import SeatSkill

#: Skill → level, 1 the best.
Skills = Mapping[str, int]
#: Worst level; app_queue's penalty is one less.
LAST_LEVEL = 9


def served(queues: Mapping[str, Queue], skills: Skills) -> dict[str, int]:
    """Queue name → penalty, of the queues a seat with `skills` serves.

    A seat none of whose skills any queue asks for serves `general`: no seat is left without callers.
    """
    found = {name: skills[queue.skill] - 1 for name, queue in queues.items() if queue.skill in skills}
    return found or {DEFAULT: 0}


async def of_all(session: AsyncSession) -> dict[str, dict[str, int]]:
    """Seat → its skills; seats without any are not in it."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for row in await session.scalars(select(SeatSkill).order_by(SeatSkill.extension, SeatSkill.skill)):
        found[row.extension][row.skill] = row.level
    return dict(found)


async def of_seat(session: AsyncSession, extension: str) -> dict[str, int]:
    """The skills of one seat."""
    rows = await session.scalars(
        select(SeatSkill).where(SeatSkill.extension == extension).order_by(SeatSkill.skill)
    )
    return {row.skill: row.level for row in rows}


async def put(session: AsyncSession, extension: str, skills: Skills) -> None:
    """Replace the seat's skills, in the caller's transaction."""
    await session.execute(delete(SeatSkill).where(SeatSkill.extension == extension))
    session.add_all(SeatSkill(extension=extension, skill=s, level=level) for s, level in skills.items())
