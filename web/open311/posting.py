"""POST of a service request: form fields to a report for the one intake."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import Any

from multidict import MultiMapping
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ticketing.forms import Urgency
from ticketing.moves import City
from ticketing.sources import intake, keys
from ticketing.sources.intake import Accepted
from ticketing.sources.reports import Report, ReportClass
from ticketing.tables import Category, Place
from web.api.messages import mistake
from web.open311 import attributes, services
from web.open311.problems import Open311Error, told
from web.open311.shape import Many
from web.services import Services

_ATTRIBUTE = re.compile(r"attribute\[([A-Za-z0-9_.-]{1,64})\](?:\[\])?")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_NOTICE = "您的来件已受理，可凭编号查询进度。 Your request was received; its id tells how it goes on."
_LATER = "您的来件待人工核对，可凭 token 查询编号。 A person looks at it first; the token leads to its id."
Form = MultiMapping[Any]


async def submit(house: Services, form: Form, api_key: str, repeat_key: str) -> Many:
    """Take the request; the answer with its service_request_id, or a token while it has none.

    Args:
        repeat_key: the client's own word for this submission (`Idempotency-Key`); empty: it has none.

    Raises:
        SourceKeyError, SourceShutError: no key, no service.
        Open311Error, InvalidError, TooManyReportsError: what is wrong with it.
    """
    source = await keys.holder(house.sessions, api_key, house.clock.now())
    async with house.sessions() as session:
        report = await _read(session, form, repeat_key)
    taken = await intake.accept(
        house.sessions,
        source.code,
        report,
        house.clock,
        city=City(area_code=house.settings.sip.area_code),
        rules=house.settings.cases,
        via="open311",
    )
    return Many("request", [_answer(taken) | {"account_id": _text(form, "account_id") or None}])


def _answer(taken: Accepted) -> dict[str, Any]:
    if taken.case_number:
        return {"service_request_id": taken.case_number, "service_notice": _NOTICE}
    return {"token": taken.token, "service_notice": _LATER}


async def _read(session: AsyncSession, form: Form, repeat_key: str) -> Report:
    code = _text(form, "service_code")
    if not code:
        raise Open311Error(400, "缺少 service_code was not provided")
    one = await services.find(session, code)
    answers, wrong = attributes.read(attributes.of_class(one), _given(form))
    place, more = await _place(session, form)
    if wrong or more:
        raise Open311Error(400, *wrong, *more)
    fields = place | _person(form, answers) | {"description": _words(form, one, answers)}
    fields["id"] = f"key:{repeat_key}" if repeat_key else secrets.token_urlsafe(18)
    fields["category"] = ReportClass(edition=one.edition, kind=one.kind, code=one.code)
    if url := _text(form, "media_url"):
        fields["media"] = [url]
    try:
        return Report.model_validate(fields)
    except ValidationError as error:
        raise Open311Error(400, *(_told(each) for each in error.errors())) from None


def _told(error: Mapping[str, Any]) -> str:
    why = mistake(error["type"], error.get("ctx", {}), error["msg"].removeprefix("Value error, "))
    return told(str(error["loc"][0]), why)


def _text(form: Form, name: str) -> str:
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def _given(form: Form) -> dict[str, list[str]]:
    """Answers by attribute: `attribute[code]=…`, and `attribute[code][]=…` as often as there are."""
    found: dict[str, list[str]] = {}
    for name, value in form.items():
        matched = _ATTRIBUTE.fullmatch(name)
        if matched and isinstance(value, str):
            found.setdefault(matched[1], []).append(value)
    return found


async def _place(session: AsyncSession, form: Form) -> tuple[dict[str, Any], list[str]]:
    """The location parameter, of which one is a must, and what is wrong with it."""
    found: dict[str, Any] = {"address": _text(form, "address_string")}
    wrong: list[str] = []
    lat, long = _text(form, "lat"), _text(form, "long")
    if bool(lat) != bool(long):
        wrong.append("lat 与 long 须一起提供 lat and long must both be sent")
    for field, name, text in (("latitude", "lat", lat), ("longitude", "long", long)):
        try:
            found[field] = float(text) if text else None
        except ValueError:
            wrong.append(f"{name} 不是数字 is not a number")
    if address_id := _text(form, "address_id"):
        found |= await _of_id(session, address_id, wrong)
    if not (lat or long or found["address"] or address_id):
        wrong.append("须提供位置 provide lat and long, address_string or address_id")
    return found, wrong


async def _of_id(session: AsyncSession, address_id: str, wrong: list[str]) -> dict[str, str]:
    """District and street of a place's division code, which is what our address ids are."""
    names = {3: "district", 4: "street"}
    found: dict[str, str] = {}
    code: str | None = address_id if address_id.isascii() and address_id.isdigit() else None
    while code and (place := await session.scalar(select(Place).where(Place.code == code))) is not None:
        if place.level in names:
            found[names[place.level]] = place.code
        code = place.parent
    if not found:
        wrong.append("没有这个 address_id was not found")
    return found


def _person(form: Form, answers: Mapping[str, str]) -> dict[str, Any]:
    first, last = _text(form, "first_name"), _text(form, "last_name")
    name = last + first if _HAN.search(last + first) else f"{first} {last}".strip()
    is_danger = answers.get("danger") == "是"
    return {
        "reporter_name": name,
        "callback_number": _text(form, "phone"),
        "email": _text(form, "email"),
        # Whoever gives neither number nor address is told apart by the device.
        "account": _text(form, "account_id") or _text(form, "device_id"),
        "confidential": answers.get("confidential") == "是",
        "urgency": Urgency.URGENT if is_danger else None,
        "part": answers.get("part"),
    }


def _words(form: Form, one: Category, answers: Mapping[str, str]) -> str:
    """What the client wrote, and the answers that have no field of their own."""
    said = _text(form, "description") or one.minor
    lines = [
        f"{each.label}：{answers[each.code]}"
        for each in attributes.of_class(one)
        if each.label and each.code in answers
    ]
    return "\n".join([said, *lines])
