"""A seat's buttons (坐席通话控制): hold, transfer, consult, conference, park, and fetching parked callers."""

from __future__ import annotations

from datetime import datetime
from http import HTTPMethod
from typing import Any, Literal

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from core.audit import Action
from core.errors import InvalidError, NotFoundError
from ivr.desk.control import CallControl
from ivr.desk.plan import Target, Verb
from ivr.directory import book, numbers
from ivr.ledger.tables import Call
from ivr.queues import load
from ivr.seats import live
from web.api.at_seat import SITTING, note, nudge, own_seat, seat_of
from web.api.directory import DirectoryAnswer, entry_answer
from web.api.masking import Viewer
from web.api.recording_pauses import leave_hold_out
from web.api.route import STAFF, Answer, Ask, Asked, Routes

routes = Routes("desk")


class TargetBody(Asked):
    """Whom to: an extension, a queue's name, a code of the directory, or a number of the allow-list."""

    kind: Literal["seat", "queue", "directory", "number"]
    value: str = Field(min_length=1, max_length=32)


class ButtonBody(Asked):
    #: For `transfer` and `consult`.
    target: TargetBody | None = None
    #: For `keys`.
    digits: str = Field("", max_length=32)

    @field_validator("digits")
    @classmethod
    def _are_keys(cls, digits: str) -> str:
        if set(digits) - set("0123456789*#ABCD"):
            raise PydanticCustomError("keys", "应为 0-9、*、#")
        return digits


class VerbPath(Asked):
    verb: Verb | Literal["keys"]


class Done(Answer):
    ok: Literal[True] = True


class ParkedAnswer(Answer):
    call_id: str
    caller: str
    parked_by: str
    since: datetime


class ParkedPage(Answer):
    items: list[ParkedAnswer]


class ParkedPath(Asked):
    call_id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{0,63}$")


class SeatTarget(Answer):
    extension: str
    display_name: str
    state: str


class QueueTarget(Answer):
    name: str
    label: str
    label_en: str
    #: What a phone's transfer key dials.
    code: str
    waiting: int
    ready: int


class TargetsAnswer(Answer):
    seats: list[SeatTarget]
    queues: list[QueueTarget]
    directory: list[DirectoryAnswer]
    #: Numbers may be written, of the patterns of the setting `transfer.allow`.
    may_key_in: bool


@routes.add(
    HTTPMethod.POST,
    "/seats/me/call/away",
    "The page is about to be loaded anew: keep the caller (页面刷新); the body does not matter",
    roles=SITTING,
)
async def away(ask: Ask) -> Done:
    extension = (await own_seat(ask)).extension
    if await _control(ask).now(extension) is not None:
        await _noted(ask, extension, "away", await _control(ask).press(extension, Verb.AWAY))
    return Done()


@routes.add(
    HTTPMethod.POST,
    "/seats/me/call/{verb}",
    "Press a button of one's call: hold, transfer, consult, park … (通话控制)",
    roles=SITTING,
    errors=(409, 422),
)
async def button(ask: Ask, path: VerbPath, body: ButtonBody) -> Done:
    extension, control = (await own_seat(ask)).extension, _control(ask)
    target: Target | None = None
    match path.verb:
        case "keys":
            call_id = await control.keys(extension, body.digits)
        case Verb.TRANSFER | Verb.CONSULT:
            target = await _target(ask, body.target)
            call_id = await control.press(extension, path.verb, target)
        case Verb.RESUME if await control.now(extension) is None:
            call_id = await control.fetch_lost(extension)
        case Verb.HANGUP if await control.now(extension) is None:
            await control.end_any(extension)
            call_id = ""
        case _:
            call_id = await control.press(extension, path.verb)
    await _noted(ask, extension, path.verb, call_id, target)
    if path.verb in (Verb.HOLD, Verb.CONSULT, Verb.SWAP):
        await leave_hold_out(ask, extension)
    return Done()


@routes.add(HTTPMethod.GET, "/parked", "Callers any seat may fetch (驻留)", roles=STAFF)
async def parked(ask: Ask) -> ParkedPage:
    viewer = Viewer.of(ask.account)
    items = []
    for one in await _control(ask).parked():
        async with ask.services.sessions() as db:
            call = await db.get(Call, one.call_id)
        caller = viewer.shows(call.caller, call) if call else ""
        items.append(ParkedAnswer(call_id=one.call_id, caller=caller, parked_by=one.by, since=one.since))
    return ParkedPage(items=items)


@routes.add(
    HTTPMethod.POST,
    "/parked/{call_id}/retrieve",
    "Fetch a parked caller (取回)",
    roles=SITTING,
    errors=(409,),
)
async def retrieve(ask: Ask, path: ParkedPath) -> Done:
    extension = (await own_seat(ask)).extension
    await _control(ask).retrieve(extension, path.call_id)
    await _noted(ask, extension, "retrieve", path.call_id)
    return Done()


@routes.add(HTTPMethod.GET, "/transfer-targets", "Whom one may transfer to now (转接目标)", roles=STAFF)
async def targets(ask: Ask) -> TargetsAnswer:
    settings = ask.services.settings
    lines = {line.name: line for line in await ask.services.switch.lines()}
    seats = [
        SeatTarget(**{name: seat[name] for name in SeatTarget.model_fields})
        for seat in (await live.read_all(ask.services.redis)).values()
    ]
    queues = [
        QueueTarget(
            name=queue.name,
            label=queue.label,
            label_en=queue.label_en,
            code=f"*7{n}",
            waiting=len(lines[queue.name].waiting) if queue.name in lines else 0,
            ready=sum(seat.is_ready for seat in lines[queue.name].seats) if queue.name in lines else 0,
        )
        for n, queue in enumerate(load(settings).values(), start=1)
    ]
    async with ask.services.sessions() as db:
        directory = [entry_answer(row) for row in await book.listing(db, active_only=True)]
    return TargetsAnswer(
        seats=seats, queues=queues, directory=directory, may_key_in=bool(settings.transfer.allow)
    )


async def _target(ask: Ask, wanted: TargetBody | None) -> Target:
    """Whom is meant, as something that exists or may be dialled."""
    if wanted is None:
        raise InvalidError(fields={"target": "必填"})
    settings = ask.services.settings
    match wanted.kind:
        case "seat":
            return Target("seat", (await seat_of(ask, wanted.value)).extension)
        case "queue":
            if wanted.value not in load(settings):
                raise NotFoundError("没有这个队列。")
            return Target("queue", wanted.value)
        case "directory":
            async with ask.services.sessions() as db:
                number = await book.number_of(db, wanted.value, settings)
            return Target("external", wanted.value, number)
        case _:
            number = numbers.keyed_in(wanted.value, settings)
            return Target("external", number, number)


def _control(ask: Ask) -> CallControl:
    return CallControl(ask.services.switch)


async def _noted(ask: Ask, extension: str, verb: str, call_id: str, target: Target | None = None) -> None:
    detail: dict[str, Any] = {"verb": str(verb), "call_id": call_id}
    if target is not None:
        detail["target"] = f"{target.kind}:{target.value}"
    async with ask.services.sessions.begin() as db:
        note(ask, db, extension, Action.CALL_STEERED, detail)
    await nudge(ask)
