"""A seat calls somebody (点击外呼、回拨), and sends its citizen to rate or to prove who they are (转评价)."""

from __future__ import annotations

from http import HTTPMethod
from typing import Any, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from core import audit
from core.audit import Action
from core.errors import ConflictError, ForbiddenError, NotFoundError
from core.phone import mask
from ivr.ledger.tables import Call
from ivr.seat_calls.placing import SeatCall
from ivr.seat_calls.ports import CallState
from ticketing.tables import Case
from web.api.callee import CalleeBody, callee
from web.api.masking import HIDDEN, Viewer
from web.api.route import STAFF, Answer, Ask, Asked, Routes
from web.floor import FLOOR, Floor, device_in_use, own_seat

routes = Routes("seat_calls")

_LARGEST_ID = 2**31 - 1


class SeatCallPath(Asked):
    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{0,63}$")


class MenuBody(Asked):
    #: survey: rate the talk, and goodbye; pin: key in digits of the case's telephone, and come back; seat:
    #: come back now.
    to: Literal["survey", "pin", "seat"]
    case_id: int | None = Field(None, ge=1, le=_LARGEST_ID)

    @model_validator(mode="after")
    def _case(self) -> MenuBody:
        if (self.to == "pin") != (self.case_id is not None):
            raise PydanticCustomError("pin_case", "按键核对须指明案卷")
        return self


class SeatCallAnswer(Answer):
    call_id: str


class SeatCallState(SeatCallAnswer):
    state: CallState


@routes.add(
    HTTPMethod.POST,
    "/seats/me/calls",
    "Call a number, a caller, a call-back or a case's reporter; one's own telephone rings first (点击外呼)",
    roles=STAFF,
    errors=(403, 404, 409),
)
async def start(ask: Ask, body: CalleeBody) -> SeatCallAnswer:
    seat = await own_seat(ask)
    async with ask.services.sessions.begin() as db:
        found = await callee(db, Viewer.of(ask.account), body, ask.services.settings)
        detail = {"whom": found.known_by, "number": mask(found.number)}
        audit.record(db, **_entry(ask, Action.SEAT_CALLED, f"seat:{seat}", detail))
    wanted = SeatCall(seat, found.number, found.callback_id, await device_in_use(ask, seat))
    return SeatCallAnswer(call_id=await _floor(ask).calls.start(wanted))


@routes.add(
    HTTPMethod.GET,
    "/seats/me/calls",
    "One's last call, and how far it got; 204: none (外呼进度)",
    roles=STAFF,
)
async def last(ask: Ask) -> SeatCallState | None:
    progress = _floor(ask).calls.last(await own_seat(ask))
    return SeatCallState(call_id=progress.call_id, state=progress.state) if progress else None


@routes.add(
    HTTPMethod.DELETE,
    "/seats/me/calls/{id}",
    "Give up a call nobody has answered yet (取消外呼)",
    roles=STAFF,
    errors=(409,),
)
async def cancel(ask: Ask, path: SeatCallPath) -> None:
    await _floor(ask).calls.cancel(await own_seat(ask), path.id)


@routes.add(
    HTTPMethod.POST,
    "/seats/me/call/menu",
    "Send one's citizen to rate, or to prove who they are by keys (转评价、按键核对)",
    roles=STAFF,
    errors=(403, 404, 409),
)
async def menu(ask: Ask, body: MenuBody) -> None:
    floor, seat = _floor(ask), await own_seat(ask)
    talk = await floor.supervisor.talk_of(seat)
    if body.to == "survey":
        _check_survey(ask)
    if body.case_id is not None:
        await _check_case(ask, body.case_id)
    detail = {"to": body.to} | ({"case_id": body.case_id} if body.case_id else {})
    async with ask.services.sessions.begin() as db:
        audit.record(db, **_entry(ask, Action.CALLER_ASKED, f"call:{talk.call_id}", detail))
    if body.to == "survey":
        await floor.supervisor.survey(talk)
    elif body.case_id is not None:
        await floor.pins.begin(talk, body.case_id)
    else:
        await floor.pins.cancel(talk)


def _check_survey(ask: Ask) -> None:
    if not ask.services.settings.survey.enabled:
        raise ConflictError("满意度评价没有启用。")


async def _check_case(ask: Ask, case_id: int) -> None:
    """
    Raises:
        NotFoundError, ConflictError: no case, or one without a telephone.
        ForbiddenError: its reporter asked to stay unknown.
    """
    async with ask.services.sessions() as db:
        case = await db.get(Case, case_id)
        if case is None:
            raise NotFoundError
        call = await db.get(Call, case.call_id) if case.call_id else None
    number = case.callback_number or case.caller_number
    if not number:
        raise ConflictError("案卷没有登记电话号码，无法核对。")
    if Viewer.of(ask.account).shows(number, call, confidential=case.confidential) == HIDDEN:
        raise ForbiddenError("案卷已保密。")


def _floor(ask: Ask) -> Floor:
    return ask.request.app[FLOOR]


def _entry(ask: Ask, action: Action, subject: str, detail: dict[str, Any]) -> dict[str, Any]:
    return {
        "at": ask.services.clock.now(),
        "actor_id": ask.account.id,
        "action": action,
        "subject": subject,
        "address": ask.address,
        "detail": detail,
    }
