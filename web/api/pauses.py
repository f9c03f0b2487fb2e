"""Reasons of pauses (示忙原因): leaders add and change them; seats choose one."""

from __future__ import annotations

from http import HTTPMethod

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core import audit
from core.audit import Action
from core.db import begin_write
from core.errors import ConflictError, NotFoundError
from ivr.seats.model import RESERVED
from ivr.seats.tables import PauseReason
from web.api.at_seat import LEADERS
from web.api.route import STAFF, Answer, Ask, Asked, Routes

routes = Routes("pauses")

_CODE = r"^[a-z][a-z0-9_]{0,31}$"


class ReasonAnswer(Answer):
    id: int
    code: str
    label: str
    label_en: str
    #: 0: as long as it takes.
    limit_minutes: int
    active: bool


class ReasonPage(Answer):
    items: list[ReasonAnswer]


class ReasonPath(Asked):
    code: str = Field(pattern=_CODE)


class ReasonBody(Asked):
    code: str = Field(pattern=_CODE)
    label: str = Field(min_length=1, max_length=32)
    label_en: str = Field("", max_length=64)
    limit_minutes: int = Field(0, ge=0, le=720)
    active: bool = True


class ReasonChange(Asked):
    #: Cannot change; the same as before is harmless.
    code: str | None = Field(None, pattern=_CODE)
    id: int | None = None
    label: str | None = Field(None, min_length=1, max_length=32)
    label_en: str | None = Field(None, max_length=64)
    limit_minutes: int | None = Field(None, ge=0, le=720)
    active: bool | None = None


@routes.add(HTTPMethod.GET, "/pause-reasons", "Reasons of pauses (示忙原因)", roles=STAFF)
async def reasons(ask: Ask) -> ReasonPage:
    async with ask.services.sessions() as db:
        rows = await db.scalars(select(PauseReason).order_by(PauseReason.id))
        return ReasonPage(items=[_answer(row) for row in rows])


@routes.add(HTTPMethod.POST, "/pause-reasons", "Add a reason (新增示忙原因)", roles=LEADERS, status=201)
async def add_reason(ask: Ask, body: ReasonBody) -> ReasonAnswer:
    async with ask.services.sessions.begin() as db:
        await begin_write(db)
        known = await db.scalar(select(PauseReason.id).where(PauseReason.code == body.code))
        if known is not None or body.code in RESERVED:
            raise ConflictError(f"代码“{body.code}”已在使用。")
        row = PauseReason(**body.model_dump() | {"label_en": body.label_en or body.label})
        db.add(row)
        await db.flush()
        _note(ask, db, row, {})
        return _answer(row)


@routes.add(HTTPMethod.PATCH, "/pause-reasons/{code}", "Change a reason (修改示忙原因)", roles=LEADERS)
async def change_reason(ask: Ask, path: ReasonPath, body: ReasonChange) -> ReasonAnswer:
    async with ask.services.sessions.begin() as db:
        await begin_write(db)
        query = select(PauseReason).where(PauseReason.code == path.code).with_for_update()
        row = await db.scalar(query)
        if row is None:
            raise NotFoundError
        wanted = body.model_dump(exclude_none=True, exclude={"code", "id"})
        changes = {name: [getattr(row, name), value] for name, value in wanted.items()}
        for name, value in wanted.items():
            setattr(row, name, value)
        _note(ask, db, row, {name: pair for name, pair in changes.items() if pair[0] != pair[1]})
        return _answer(row)


def _answer(row: PauseReason) -> ReasonAnswer:
    return ReasonAnswer(**{name: getattr(row, name) for name in ReasonAnswer.model_fields})


def _note(ask: Ask, db: AsyncSession, row: PauseReason, changes: dict[str, object]) -> None:
    audit.record(
        db,
        at=ask.services.clock.now(),
        actor_id=ask.account.id,
        action=Action.PAUSE_REASON_SET,
        subject=f"pause_reason:{row.code}",
        address=ask.address,
        detail={"changes": changes},
    )
