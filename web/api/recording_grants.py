"""Rights given to persons (授权): administrators give, limit and take them; nobody their own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from http import HTTPMethod
from typing import Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError
from sqlalchemy.ext.asyncio import AsyncSession

from core.tables import Account, Role
from recorder.rights import store
from recorder.rights.model import Granted, Limit, Right, scopes
from recorder.rights.tables import RecordingGrant
from web.api.house_models import IdPath, Moment
from web.api.recording_access import Reason, actor
from web.api.recording_rights import policy_rights
from web.api.retention import names_of
from web.api.route import Answer, Ask, Asked, Routes

routes = Routes("rights")

_ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})


class GrantsQuery(Asked):
    limit: int = Field(100, ge=1, le=200)
    cursor: int | None = Field(None, ge=1, le=2**31 - 1)


class GrantForm(Asked):
    account_id: int = Field(ge=1, le=2**31 - 1)
    right: Right
    #: False: takes the right away.
    allowed: bool = True
    queues: list[str] = Field([], max_length=50)
    #: Codes of districts.
    districts: list[str] = Field([], max_length=50)
    own: bool = False
    #: Why.
    note: Reason
    expires_at: Moment | None = None

    @model_validator(mode="after")
    def _nothing_has_no_limits(self) -> Self:
        if not self.allowed and (self.queues or self.districts or self.own):
            raise PydanticCustomError("limits", "取消权限时不能再限定范围")
        return self


class EndForm(Asked):
    #: Why.
    note: Reason


class GrantAnswer(Answer):
    id: int
    account_id: int
    right: Right
    allowed: bool
    queues: list[str]
    districts: list[str]
    own: bool
    note: str
    #: Display names.
    given_by: str
    given_at: datetime
    expires_at: datetime | None
    ended_by: str | None
    ended_at: datetime | None


class GrantPage(Answer):
    items: list[GrantAnswer]
    next: int | None


class LimitAnswer(Answer):
    """All conditions that are set must hold; none is: every call."""

    queues: list[str]
    districts: list[str]
    own: bool
    #: Only calls nobody answered.
    nobodys: bool


class PersonAnswer(Answer):
    id: int
    username: str
    display_name: str
    role: Role
    #: Right → how far it reaches; an empty list: not at all.
    rights: dict[Right, list[LimitAnswer]]


class PeopleAnswer(Answer):
    items: list[PersonAnswer]


@routes.add(
    HTTPMethod.GET,
    "/recording-rights",
    "Everybody's rights over recordings (录音权限)",
    roles=_ADMINISTRATORS,
)
async def people(ask: Ask) -> PeopleAnswer:
    now, extra = ask.services.clock.now(), policy_rights(ask)
    async with ask.services.sessions() as db:
        found = await store.people(db)
        granted = await store.granted_to(db, [one.id for one in found], now)
    return PeopleAnswer(items=[_person(one, granted.get(one.id, []), extra) for one in found])


@routes.add(HTTPMethod.GET, "/recording-grants", "Grants, newest first (授权记录)", roles=_ADMINISTRATORS)
async def list_grants(ask: Ask, query: GrantsQuery) -> GrantPage:
    async with ask.services.sessions() as db:
        rows = await store.grants(db, after=query.cursor, limit=query.limit + 1)
        page = rows[: query.limit]
        items = await _answers(db, page)
    return GrantPage(items=items, next=page[-1].id if len(rows) > query.limit else None)


@routes.add(
    HTTPMethod.POST, "/recording-grants", "Give, limit or take a right", roles=_ADMINISTRATORS, status=201
)
async def give(ask: Ask, body: GrantForm) -> GrantAnswer:
    fields = body.model_dump(exclude={"right"})
    async with ask.services.sessions() as db:
        row = await store.give(db, actor(ask), RecordingGrant(**fields, right_name=body.right))
        (answer,) = await _answers(db, [row])
    return answer


@routes.add(
    HTTPMethod.POST,
    "/recording-grants/{id}/end",
    "End a grant; the role's right holds again",
    roles=_ADMINISTRATORS,
    errors=(409,),
)
async def end(ask: Ask, path: IdPath, body: EndForm) -> GrantAnswer:
    async with ask.services.sessions() as db:
        (answer,) = await _answers(db, [await store.end(db, actor(ask), path.id, body.note)])
    return answer


def _person(account: Account, granted: list[Granted], extra: frozenset[tuple[Role, Right]]) -> PersonAnswer:
    found = scopes(account.role, granted, extra)
    return PersonAnswer(
        id=account.id,
        username=account.username,
        display_name=account.display_name,
        role=Role(account.role),
        rights={right: [_limit(one) for one in scope] for right, scope in found.items()},
    )


def _limit(limit: Limit) -> LimitAnswer:
    return LimitAnswer(
        queues=sorted(limit.queues),
        districts=sorted(limit.districts),
        own=limit.own,
        nobodys=limit.nobodys,
    )


async def _answers(db: AsyncSession, rows: Sequence[RecordingGrant]) -> list[GrantAnswer]:
    names = await names_of(db, (who for row in rows for who in (row.given_by, row.ended_by)))
    same = GrantAnswer.model_fields.keys() - {"right", "given_by", "ended_by"}
    return [
        GrantAnswer(
            **{name: getattr(row, name) for name in same},
            right=Right(row.right_name),
            given_by=names[row.given_by],
            ended_by=names.get(row.ended_by),
        )
        for row in rows
    ]
