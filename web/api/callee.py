"""Whom a seat may call, and by what it says so: a number, a call, a call-back or a case."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from core.settings import Settings
from ivr.callbacks.tables import Callback
from ivr.ledger.tables import Call
from ivr.outbound.allowed import NumberRefusedError, Rules, check
from ticketing.tables import Case
from web.api.masking import HIDDEN, Viewer
from web.api.route import Asked

_LARGEST_ID = 2**31 - 1


class NumberNotAllowedError(InvalidError):
    """This number may not be called."""

    code = "number_not_allowed"


class CalleeBody(Asked):
    """Exactly one of them."""

    number: str = Field("", max_length=32)
    call_id: str = Field("", max_length=64)
    callback_id: int | None = Field(None, ge=1, le=_LARGEST_ID)
    case_id: int | None = Field(None, ge=1, le=_LARGEST_ID)

    @model_validator(mode="after")
    def _one(self) -> CalleeBody:
        if sum(1 for given in (self.number, self.call_id, self.callback_id, self.case_id) if given) != 1:
            raise PydanticCustomError("one_callee", "应只填一项：号码、通话、回拨或案卷")
        return self


@dataclass(frozen=True)
class Callee:
    """As it is dialled, and what it was known by: `number`, `call:<id>`, `callback:<id>` or `case:<id>`."""

    number: str
    known_by: str
    callback_id: int | None = None


async def callee(db: AsyncSession, viewer: Viewer, body: CalleeBody, settings: Settings) -> Callee:
    """Whom `body` means. A number a seat sees masked it may call: the telephone does not show it either.

    Raises:
        NotFoundError: no such call, call-back or case.
        ForbiddenError: the citizen asked to stay unknown (保密).
        ConflictError: the number is withheld.
        NumberNotAllowedError: the hotline may not call it.
    """
    found = await _found(db, viewer, body)
    if not found.number:
        raise ConflictError("没有可以呼叫的号码。")
    try:
        number = check(found.number, Rules.of(settings))
    except NumberRefusedError as error:
        raise NumberNotAllowedError from error
    return Callee(number, found.known_by, found.callback_id)


async def _found(db: AsyncSession, viewer: Viewer, body: CalleeBody) -> Callee:
    if body.callback_id is not None:
        row = await db.get(Callback, body.callback_id)
        if row is None:
            raise NotFoundError
        _check_shown(viewer, row.number, await _call(db, row.call_id))
        return Callee(row.number, f"callback:{row.id}", row.id)
    if body.case_id is not None:
        case = await db.get(Case, body.case_id)
        if case is None:
            raise NotFoundError
        number = case.callback_number or case.caller_number
        _check_shown(viewer, number, await _call(db, case.call_id or ""), confidential=case.confidential)
        return Callee(number, f"case:{case.id}")
    if body.call_id:
        call = await _call(db, body.call_id)
        if call is None:
            raise NotFoundError
        _check_shown(viewer, call.caller, call)
        return Callee(call.caller, f"call:{call.id}")
    return Callee(body.number, "number")


async def _call(db: AsyncSession, call_id: str) -> Call | None:
    return await db.get(Call, call_id) if call_id else None


def _check_shown(viewer: Viewer, number: str, call: Call | None, *, confidential: bool = False) -> None:
    if viewer.shows(number, call, confidential=confidential) == HIDDEN:
        raise ForbiddenError("来电人要求保密，不能呼叫。")
