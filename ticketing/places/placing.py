"""Where a case is: what of it a person filled in is checked, and the rest comes from the coordinates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import CHINA
from core.errors import InvalidError
from ticketing.places.index import OutsideError
from ticketing.places.levels import COLUMNS, LABELS, holds
from ticketing.places.memory import TREE
from ticketing.places.tables import Part
from ticketing.tables import Case, Place

_POINT = ("longitude", "latitude")


async def placed(session: AsyncSession, read: Mapping[str, Any], case: Case, now: datetime) -> dict[str, Any]:
    """The columns a person set, with those that follow from them.

    New coordinates bring cell, community, street and district; a component brings its coordinates where none
    were given. What the person named in the same breath is left as it is.

    Raises:
        InvalidError: half a point, a point outside the city, no such component, a place that has ended.
    """
    values = dict(read)
    if values.get("part") and values["part"] != case.part:
        await _from_part(session, values, case)
    if any(name in values and values[name] != getattr(case, name) for name in _POINT):
        await _from_point(session, values, case, now)
    await _still_there(session, values, case, now)
    return values


async def _from_part(session: AsyncSession, values: dict[str, Any], case: Case) -> None:
    part = await session.get(Part, values["part"])
    if part is None:
        raise InvalidError("表单有误", fields={"part": "没有这个部件"})
    if all(values.get(name, getattr(case, name)) is None for name in _POINT):
        values |= {"longitude": part.longitude, "latitude": part.latitude}


async def _from_point(session: AsyncSession, values: dict[str, Any], case: Case, now: datetime) -> None:
    lon, lat = (values.get(name, getattr(case, name)) for name in _POINT)
    if (lon is None) != (lat is None):
        name = "longitude" if lon is None else "latitude"
        raise InvalidError("表单有误", fields={name: "经度和纬度须一起填写"})
    found = dict.fromkeys(("community", "cell"))
    if lon is not None:
        tree = await TREE.current(session)
        if tree.is_empty:
            return
        try:
            found = tree.locate(lon, lat, now.astimezone(CHINA).date()).codes()
        except OutsideError as error:
            raise InvalidError("表单有误", fields=error.details["fields"]) from None
    for name, code in found.items():
        if not values.get(name):
            values[name] = code


async def _still_there(session: AsyncSession, values: dict[str, Any], case: Case, now: datetime) -> None:
    """A place that has ended stays on old cases and is given to no new one."""
    new = {values[name]: name for name in COLUMNS if values.get(name) and values[name] != getattr(case, name)}
    today = now.astimezone(CHINA).date()
    wrong = {
        new[one.code]: f"{one.name}已不在使用"
        for one in await session.scalars(select(Place).where(Place.code.in_(new)))
        if not holds(one, today)
    }
    if wrong:
        raise InvalidError("表单有误", fields=wrong)


async def wrong_places(session: AsyncSession, values: Mapping[str, Any], *, whole: bool) -> dict[str, str]:
    """Which of the places in `values` there are not; field → what is wrong.

    Args:
        whole: also demand that each lies in the next larger one; a draft may still be between two.
    """
    wrong: dict[str, str] = {}
    codes = [values[name] for name in COLUMNS if values.get(name)]
    known = {one.code: one for one in await session.scalars(select(Place).where(Place.code.in_(codes)))}
    for field, level in COLUMNS.items():
        code = values.get(field)
        if code and (code not in known or known[code].level != level):
            wrong[field] = f"没有这个{LABELS[level]}"
    return _apart(values, known) if whole and not wrong else wrong


def _apart(values: Mapping[str, Any], known: Mapping[str, Place]) -> dict[str, str]:
    """Places that do not lie in the one above them."""
    wrong: dict[str, str] = {}
    for above, below in zip(COLUMNS, list(COLUMNS)[1:], strict=False):
        code = values.get(below)
        if code and known[code].parent != values.get(above):
            wrong[below] = f"{LABELS[COLUMNS[below]]}不在所选{LABELS[COLUMNS[above]]}内"
    return wrong
