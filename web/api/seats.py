"""Seats, their skills, and their places in the queues."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from http import HTTPMethod
from typing import Literal

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from core.audit import Action
from core.db import begin_write
from core.errors import NotFoundError
from ivr.ledger import queries
from ivr.ledger.tables import Seat
from ivr.queues import load, skills
from ivr.seats import live
from ivr.seats.model import Kind
from web.api.at_seat import LEADERS, SITTING, moves, note, noted, own_seat
from web.api.models import SeatAnswer, SkillAnswer
from web.api.route import STAFF, Ask, Asked, Routes

routes = Routes("seats")


class SeatPath(Asked):
    extension: str = Field(pattern=r"^[0-9]{3,6}$")


class LogInBody(Asked):
    #: The device to be rung; none: whichever answers.
    device: Literal["browser", "phone"] | None = None


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


@routes.add(
    HTTPMethod.POST, "/seats/me/log-in", "Join one's queues, or change the device (签入)", roles=SITTING
)
async def seat_log_in(ask: Ask, body: LogInBody) -> SeatAnswer:
    extension = (await own_seat(ask)).extension
    async with ask.services.sessions() as db:
        served = skills.served(load(ask.services.settings), await skills.of_seat(db, extension))
    kind = body.device or await _device(ask, extension)
    await moves(ask).log_in(extension, kind, served)
    chosen = {"account_id": ask.account.id, "device": body.device or ""}
    await noted(ask, extension, Action.SEAT_LOGGED_IN, {"device": kind}, chosen)
    return await _one(ask, extension)


@routes.add(HTTPMethod.POST, "/seats/me/log-out", "Leave all queues (签出)", roles=SITTING)
async def seat_log_out(ask: Ask) -> SeatAnswer:
    extension = (await own_seat(ask)).extension
    await moves(ask).log_out(extension)
    await noted(ask, extension, Action.SEAT_LOGGED_OUT, {}, {"reason": "", "until": None})
    return await _one(ask, extension)


@routes.add(
    HTTPMethod.PUT,
    "/seats/{extension}/skills",
    "Say which queues a seat serves; in force when it next logs in (技能)",
    roles=LEADERS,
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
        note(ask, db, path.extension, Action.SEAT_SKILLS_SET, {"skills": [before, body.skills]})
    return await _one(ask, path.extension)


async def _device(ask: Ask, extension: str) -> Kind:
    """The one that answers, the browser first; the telephone when none does."""
    seat = await live.read_one(ask.services.redis, extension)
    there = [one["kind"] for one in (seat or {}).get("devices", ()) if one["reachable"]]
    return "browser" if there and there[0] == "browser" else "phone"


async def _one(ask: Ask, extension: str) -> SeatAnswer:
    return next(seat for seat in await _all(ask) if seat.extension == extension)


async def _all(ask: Ask) -> list[SeatAnswer]:
    queues = load(ask.services.settings)
    states: dict[str, str] = {}
    serves: dict[str, list[str]] = defaultdict(list)
    for line in await ask.services.switch.lines():
        for seat in line.seats if line.name in queues else ():
            states[seat.extension] = seat.state
            serves[seat.extension].append(line.name)
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
