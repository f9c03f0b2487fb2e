"""GET of service requests: what everybody may know of cases. Who reported is in none of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.case_settings import Cases
from core.tables import Unit
from ticketing import workflow
from ticketing.sources import queries
from ticketing.sources.tables import ReportState, SourceReport
from ticketing.tables import Case, Category, Place, Stage
from ticketing.workflow import STAGES, Phase
from web.open311 import services
from web.open311.problems import Open311Error
from web.open311.shape import Many

#: "Default query limit is a span of 90 days or first 1000 requests."
SPAN, MOST = timedelta(days=90), 1000
CLOSED = [Stage.CLOSED, *(stage for stage, row in STAGES.items() if row.phase == Phase.OUT)]
#: Numbers people can be called or looked up by (dates are none), and addresses of mail.
_PERSONAL = re.compile(r"(?<!\d)(?!\d{4}-\d\d-\d\d(?!\d))\d(?:[\s-]?\d){6,}|[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,32}")
_LARGEST_PAGE = 10**6


@dataclass(frozen=True)
class Reader:
    """What is published, and what things are called."""

    everything: bool
    rules: Cases

    def published(self) -> ColumnElement[bool]:
        """Cases everybody may read: with a number, never a confidential one."""
        told = Case.number.is_not(None) & Case.confidential.is_(False)
        if self.everything:
            return told
        came = select(SourceReport.case_id).where(SourceReport.via == "open311")
        return told & Case.id.in_(came.where(SourceReport.case_id.is_not(None)))


async def one(session: AsyncSession, reader: Reader, request_id: str) -> Many:
    """
    Raises:
        Open311Error: nothing that is published has this id.
    """
    case = None
    if request_id.isascii() and request_id.isdigit():
        case = await session.scalar(select(Case).where(Case.number == request_id, reader.published()))
    if case is None:
        raise Open311Error(404, f"没有这个编号 service_request_id not found: {request_id[:32]}")
    return Many("request", await _rows(session, reader, [case]))


async def many(session: AsyncSession, reader: Reader, asked: Mapping[str, str], now: datetime) -> Many:
    """Requests by the specification's filters, newest first; `page` and `page_size` as others extend it.

    Raises:
        Open311Error: names every filter that is none.
    """
    wrong: list[str] = []
    query = select(Case).where(reader.published()).order_by(Case.id.desc())
    if ids := _list(asked, "service_request_id"):
        # "This overrides all other arguments."
        known = [one for one in ids if one.isascii() and one.isdigit()]
        query = query.where(Case.number.in_(known[:MOST]))
    else:
        conditions = [*_between(asked, now, wrong), *_status(asked, wrong), *_services(asked, wrong)]
        query = query.where(*conditions)
    page, size = (_number(asked, name, usual, wrong) for name, usual in (("page", 1), ("page_size", MOST)))
    if wrong:
        raise Open311Error(400, *wrong)
    size = min(size, MOST)
    found = (await session.scalars(query.limit(size).offset((page - 1) * size))).all()
    return Many("request", await _rows(session, reader, found))


async def of_token(session: AsyncSession, token: str) -> Many:
    """The id behind a token; empty while a person has not looked at it.

    Raises:
        Open311Error: nobody was given this token.
    """
    line = await queries.by_token(session, token) if _TOKEN.fullmatch(token) else None
    if line is None:
        raise Open311Error(404, f"没有这个 token not found: {token[:32]}")
    number = line.case.number if line.case else None
    return Many("request", [{"service_request_id": number, "token": token}])


def _list(asked: Mapping[str, str], name: str) -> list[str]:
    return [one.strip() for one in asked.get(name, "").split(",") if one.strip()]


def _between(asked: Mapping[str, str], now: datetime, wrong: list[str]) -> list[ColumnElement[bool]]:
    start, end = (_moment(asked, name, wrong) for name in ("start_date", "end_date"))
    if start is None:
        start = (end or now) - SPAN
        # The most recent 90 days end now, whatever the clock of this moment says.
        end = end or now + SPAN
    elif end is None:
        end = start + SPAN
    elif end - start > SPAN:
        wrong.append("start_date 与 end_date 最多相隔 90 天 may not span more than 90 days")
    if end < start:
        wrong.append("end_date 早于 start_date is before start_date")
    return [Case.created_at >= start, Case.created_at <= end]


def _moment(asked: Mapping[str, str], name: str, wrong: list[str]) -> datetime | None:
    # A plus that was not escaped arrives as a blank.
    text = asked.get(name, "").strip().replace(" ", "+")
    if not text:
        return None
    found = None
    with suppress(ValueError):
        found = datetime.fromisoformat(text)
    if found is None or found.tzinfo is None or not 1900 <= found.year <= 9000:
        wrong.append(f"{name} 须为带时区的时间 must be in w3 format, like 2026-11-23T00:00:00Z")
        return None
    return found


def _status(asked: Mapping[str, str], wrong: list[str]) -> list[ColumnElement[bool]]:
    named = set(_list(asked, "status"))
    if not named <= {"open", "closed"}:
        wrong.append("status 只能是 must be open or closed")
    if len(named) != 1:
        return []
    closed = Case.stage.in_(CLOSED)
    return [closed if named == {"closed"} else ~closed]


def _services(asked: Mapping[str, str], wrong: list[str]) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for code in _list(asked, "service_code"):
        key = services.key_of(code)
        if key is None:
            wrong.append(f"没有这个 service_code not found: {code[:32]}")
            continue
        columns = (Case.category_edition, Case.category_kind, Case.category_code)
        edition, kind, minor = (column == part for column, part in zip(columns, key, strict=True))
        found.append(edition & kind & minor)
    return [or_(*found)] if found else []


def _number(asked: Mapping[str, str], name: str, usual: int, wrong: list[str]) -> int:
    text = asked.get(name, "").strip()
    if not text:
        return usual
    if not (text.isascii() and text.isdigit() and 0 < int(text[:9]) <= _LARGEST_PAGE):
        wrong.append(f"{name} 须为正整数 must be a positive number")
        return usual
    return int(text[:9])


async def _rows(session: AsyncSession, reader: Reader, cases: Sequence[Case]) -> list[dict[str, Any]]:
    names = await _names(session, cases)
    told: dict[int, dict[str, Any]] = {}
    query = select(SourceReport.case_id, SourceReport.body).where(
        SourceReport.case_id.in_([case.id for case in cases]),
        SourceReport.via == "open311",
        SourceReport.state == ReportState.OPENED,
    )
    for case_id, body in await session.execute(query):
        told[case_id or 0] = body
    return [_row(case, told.get(case.id), names, reader.rules) for case in cases]


async def _names(session: AsyncSession, cases: Sequence[Case]) -> dict[Any, str]:
    """What the codes of these cases are called."""
    units = select(Unit.code, Unit.name).where(Unit.code.in_({case.unit for case in cases if case.unit}))
    codes = {code for case in cases for code in (case.district, case.street) if code}
    places = select(Place.code, Place.name).where(Place.code.in_(codes))
    found: dict[Any, str] = {("unit", code): name for code, name in await session.execute(units)}
    found |= {("place", code): name for code, name in await session.execute(places)}
    classes = {case.category_code for case in cases if case.category_code}
    rows = await session.scalars(select(Category).where(Category.code.in_(classes)))
    return found | {(one.edition, one.kind, one.code): one.minor for one in rows}


def _row(
    case: Case, body: Mapping[str, Any] | None, names: Mapping[Any, str], rules: Cases
) -> dict[str, Any]:
    """One request. Words are those that were sent over Open311, without numbers people can be called by."""
    key = (case.category_edition, case.category_kind, case.category_code)
    is_closed = case.stage in CLOSED
    street = "".join(names.get(("place", code), "") for code in (case.district, case.street))
    own = body or {}
    return {
        "service_request_id": case.number,
        "status": "closed" if is_closed else "open",
        "status_notes": rules.labels.get(case.stage) or workflow.STAGE_LABELS[Stage(case.stage)],
        "service_name": names.get(key),
        "service_code": services.code_of(*key),
        "description": _PERSONAL.sub("***", own.get("description", "")) or None,
        "agency_responsible": names.get(("unit", case.unit)),
        "service_notice": None,
        "requested_datetime": case.created_at,
        "updated_datetime": (case.closed_at if is_closed else None) or case.changed_at,
        "expected_datetime": case.due_at,
        "address": own.get("address") or street or None,
        "address_id": case.cell or case.street,
        "zipcode": None,
        "lat": _degree(case.latitude, body),
        "long": _degree(case.longitude, body),
        # Pictures of strangers are shown once somebody has taken up the case.
        "media_url": next(iter(own.get("media", [])), None) if case.established_at else None,
    }


def _degree(value: float | None, body: Mapping[str, Any] | None) -> float | None:
    """As it is where it was sent over Open311; else to about 100 m."""
    return value if value is None or body is not None else round(value, 3)
