"""Seats, their skills, and their places in the queues."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from http import HTTPMethod
from typing import Any

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError
from sqlalchemy.ext.asyncio import AsyncSession

from core import audit
from core.audit import Action
from core.db import begin_write
from core.errors import ForbiddenError, NotFoundError
from core.tables import Role
from ivr.ledger import queries
from ivr.ledger.tables import Seat
from ivr.queues import load, skills
from web.api.models import SeatAnswer, SkillAnswer
from web.api.route import STAFF, Ask, Asked, Routes

routes = Routes("seats")


class SeatPath(Asked):
    extension: str = Field(pattern=r"^[0-9]{3,6}$")


class SkillsBody(Asked):
    #: Skill → level, 1 the best; none: the seat serves the general queue.
    skills: dict[str, int] = Field(max_length=32)

    @field_validator("skills")
    @classmethod
    def _levels(cls, given: dict[str, int]) -> dict[str, int]:
        if not all(1 <= level <= skills.LAST_LEVEL for level in given.values()):
            raise PydanticCustomError("skill_level", "level")
        return given


@routes.add(HTTPMethod.GET, "/seats", "Seats, their queues and who is logged in (坐席)", roles=STAFF)
async def seats(ask: Ask) -> list[SeatAnswer]:
    return await _all(ask)


@routes.add(HTTPMethod.POST, "/seats/me/log-in", "Join one's queues (签入)", roles=frozenset({Role.SEAT}))
async def seat_log_in(ask: Ask) -> SeatAnswer:
    extension = await _own(ask)
    async with ask.services.sessions() as db:
        served = skills.served(load(ask.services.settings), await skills.of_seat(db, extension))
    for queue, penalty in served.items():
        await ask.services.switch.queue_add(queue, f"PJSIP/{extension}", extension, penalty)
    return await _moved(ask, extension, "seat:logged_in")


@routes.add(HTTPMethod.POST, "/seats/me/log-out", "Leave all queues (签出)", roles=frozenset({Role.SEAT}))
async def seat_log_out(ask: Ask) -> SeatAnswer:
    extension = await _own(ask)
    for queue in load(ask.services.settings):
        await ask.services.switch.queue_remove(queue, f"PJSIP/{extension}")
    return await _moved(ask, extension, "seat:logged_out")


@routes.add(
    HTTPMethod.PUT,
    "/seats/{extension}/skills",
    "Say which queues a seat serves; in force when it next logs in (技能)",
    roles=frozenset({Role.SHIFT_LEADER, Role.ADMINISTRATOR}),
)
async def put_skills(ask: Ask, path: SeatPath, body: SkillsBody) -> SeatAnswer:
    known = {queue.skill for queue in load(ask.services.settings).values()}
    if unknown := sorted(set(body.skills) - known):
        raise NotFoundError(f"没有“{unknown[0]}”这项技能。")
    async with ask.services.sessions.begin() as db:
        await begin_write(db)
        if await db.get(Seat, path.extension) is None:
            raise NotFoundError
        before = await skills.of_seat(db, path.extension)
        await skills.put(db, path.extension, body.skills)
        _audit(ask, db, path.extension, Action.SEAT_SKILLS_SET, {"skills": [before, body.skills]})
    return await _one(ask, path.extension)


async def _own(ask: Ask) -> str:
    extension = ask.account.extension
    async with ask.services.sessions() as db:
        seat = await db.get(Seat, extension) if extension else None
    if seat is None:
        raise ForbiddenError("您的账号没有分配坐席分机。")
    return seat.extension


async def _moved(ask: Ask, extension: str, action: str) -> SeatAnswer:
    async with ask.services.sessions.begin() as db:
        _audit(ask, db, extension, action, {})
    return await _one(ask, extension)


def _audit(ask: Ask, db: AsyncSession, extension: str, action: str, detail: dict[str, Any]) -> None:
    audit.record(
        db,
        at=ask.services.clock.now(),
        actor_id=ask.account.id,
        action=action,
        subject=f"seat:{extension}",
        address=ask.address,
        detail=detail,
    )


async def _one(ask: Ask, extension: str) -> SeatAnswer:
    return next(seat for seat in await _all(ask) if seat.extension == extension)


async def _all(ask: Ask) -> list[SeatAnswer]:
    queues = load(ask.services.settings)
    states: dict[str, str] = {}
    serves: dict[str, list[str]] = defaultdict(list)
    for line in await ask.services.switch.lines():
        for seat in line.seats if line.name in queues else ():
            extension = seat.interface.removeprefix("PJSIP/")
            states[extension] = seat.state
            serves[extension].append(line.name)
    async with ask.services.sessions() as db:
        known = await queries.list_seats(db)
        levels = await skills.of_all(db)
    return [
        _answer(seat, states.get(seat.extension), serves[seat.extension], levels.get(seat.extension, {}))
        for seat in known
    ]


def _answer(seat: Seat, state: str | None, serves: list[str], levels: Mapping[str, int]) -> SeatAnswer:
    return SeatAnswer(
        extension=seat.extension,
        display_name=seat.display_name,
        logged_in=state is not None,
        state=state or "",
        queues=serves,
        skills=[SkillAnswer(skill=skill, level=level) for skill, level in levels.items()],
    )
