"""Flagged numbers (骚扰号码标记): anybody proposes, another shift leader or administrator reviews."""

from __future__ import annotations

from http import HTTPMethod
from typing import Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from core.errors import ForbiddenError, NotFoundError
from core.phone import mask
from ivr.house import flags as store
from ivr.house.model import FlagPath
from ivr.house.tables import FlagState
from ivr.ledger import queries as ledger
from web.api.hand import LEADERS, hand
from web.api.house_models import FlagAnswer, FlagPage, IdPath, Moment
from web.api.masking import Viewer
from web.api.route import STAFF, WORKERS, Ask, Asked, Routes

routes = Routes("flags")


class FlagsQuery(Asked):
    state: FlagState | None = None


class FlagForm(Asked):
    """The number itself, or the call it comes from."""

    number: str | None = Field(None, max_length=64)
    call_id: str | None = Field(None, min_length=1, max_length=64)
    reason: str = Field(min_length=1, max_length=store.REASON_LENGTH)
    path: FlagPath
    expires_at: Moment

    @model_validator(mode="after")
    def _number_or_call(self) -> Self:
        if (self.number is None) == (self.call_id is None):
            raise PydanticCustomError("number_or_call", "请填写号码，或选择一个来电")
        return self


class FlagReview(Asked):
    approve: bool
    note: str = Field("", max_length=store.NOTE_LENGTH)


class FlagEnd(Asked):
    note: str = Field(min_length=1, max_length=store.NOTE_LENGTH)


@routes.add(HTTPMethod.GET, "/flags", "Flagged numbers, newest first, masked", roles=STAFF)
async def list_flags(ask: Ask, query: FlagsQuery) -> FlagPage:
    async with ask.services.sessions() as db:
        lines = await store.listing(db)
    answers = [_answer(ask, line) for line in lines]
    return FlagPage(items=[one for one in answers if query.state in (None, one.state)])


@routes.add(
    HTTPMethod.POST, "/flags", "Propose to flag a number (提议标记)", roles=WORKERS, status=201, errors=(409,)
)
async def propose_flag(ask: Ask, body: FlagForm) -> FlagAnswer:
    flag = await store.propose(
        hand(ask),
        ask.services.settings,
        number=await _number(ask, body),
        reason=body.reason,
        path=body.path,
        expires_at=body.expires_at,
        call_id=body.call_id,
    )
    return await _one(ask, flag.id)


@routes.add(
    HTTPMethod.POST,
    "/flags/{id}/review",
    "Approve or refuse it (复核); never by who proposed it",
    roles=LEADERS,
    errors=(409,),
)
async def review_flag(ask: Ask, path: IdPath, body: FlagReview) -> FlagAnswer:
    await store.review(hand(ask), path.id, approve=body.approve, note=body.note)
    return await _one(ask, path.id)


@routes.add(HTTPMethod.POST, "/flags/{id}/end", "Lift it (解除)", roles=LEADERS, errors=(409,))
async def end_flag(ask: Ask, path: IdPath, body: FlagEnd) -> FlagAnswer:
    await store.end(hand(ask), path.id, note=body.note)
    return await _one(ask, path.id)


async def _number(ask: Ask, body: FlagForm) -> str:
    if body.call_id is None:
        return body.number or ""
    async with ask.services.sessions() as db:
        call = (await ledger.calls_by_id(db, [body.call_id])).get(body.call_id)
    if call is None:
        raise NotFoundError("没有这个来电。")
    if not Viewer.of(ask.account).sees_numbers_of(call):
        raise ForbiddenError("只能标记本人接听的来电。")
    return call.caller


async def _one(ask: Ask, flag_id: int) -> FlagAnswer:
    async with ask.services.sessions() as db:
        return _answer(ask, await store.get(db, flag_id))


def _answer(ask: Ask, line: store.Line) -> FlagAnswer:
    flag = line.flag
    state = store.state(flag, ask.services.clock.now())
    may = ask.account.role in LEADERS and flag.proposed_by != ask.account.id and state is FlagState.PROPOSED
    return FlagAnswer(
        id=flag.id,
        number=mask(flag.number),
        reason=flag.reason,
        path=FlagPath(flag.path),
        state=state,
        call_id=flag.call_id,
        proposed_by=line.proposed_by,
        created_at=flag.created_at,
        reviewed_by=line.reviewed_by,
        reviewed_at=flag.reviewed_at,
        review_note=flag.review_note,
        expires_at=flag.expires_at,
        ended_at=flag.ended_at or (flag.expires_at if state is FlagState.EXPIRED else None),
        end_note=flag.end_note,
        may_review=may,
    )
