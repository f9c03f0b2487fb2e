"""Routing rules (派遣规则) of the demo city: its utilities, the departments of four districts, catch-alls."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.tables import Unit
from ticketing.catalogue import DEFAULT_EDITION
from ticketing.routing.tables import RoutingRule, RoutingVersion, VersionState
from ticketing.tables import Place

_DISTRICT = 3
#: Codes of components (部件) and events (事件) → unit of the city, and what that stands on.
_UTILITIES = (
    (("0101", "0119", "0124", "0125"), ("0501",), "city-water", "供水设施由供水企业负责"),
    (("0105", "0128", "0129", "0130", "0147", "0148"), ("0508",), "city-power", "电力设施由供电企业负责"),
    (("0111", "0149", "0157"), ("0502",), "city-gas", "燃气设施由燃气企业负责"),
    (("0110",), (), "city-heat", "供热设施由供热企业负责"),
)
#: Burst heating pipes are the heating company's in the heating season (供热期), the district's else.
_BURST_PIPE = "0504"
_HEATING = {"season_from": "11-05", "season_to": "04-05"}
#: (kind, major or whole code) → department of the district.
_DEPARTMENTS = (
    ("部件", "01", "roads", "公用设施由市政设施处负责"),
    ("部件", "02", "roads", "道路交通设施由市政设施处负责"),
    ("部件", "03", "streets", "市容环境设施由环境卫生处负责"),
    ("部件", "04", "parks", "园林绿化设施由园林绿化处负责"),
    ("事件", "01", "order", "市容环境由综合执法队负责"),
    ("事件", "02", "order", "宣传广告由综合执法队负责"),
    ("事件", "03", "order", "施工管理由综合执法队负责"),
    ("事件", "04", "order", "街面秩序由综合执法队负责"),
)
Row = dict[str, object]


async def add(session: AsyncSession, now: datetime) -> None:
    """Publish version 1 unless there is any version, in the caller's transaction."""
    if await session.scalar(select(RoutingVersion.version).limit(1)):
        return
    places = await session.execute(
        select(Place.code, Place.name).where(Place.level == _DISTRICT).order_by(Place.code)
    )
    districts = dict(places.all())
    units = set(await session.scalars(select(Unit.code)))
    for code, name in districts.items():
        if code not in units:
            session.add(Unit(code=code, name=f"{name}城管平台", district=code, is_active=True))
    row = RoutingVersion(
        version=1, state=VersionState.PUBLISHED, revision=1, note="演示城市的派遣规则", made_at=now,
        published_at=now,
    )  # fmt: skip
    session.add(row)
    await session.flush()
    rules = [
        {"version": 1, "hours": "always", "season_from": "", "season_to": ""} | rule
        for rule in (*_of_utilities(), *_of_departments(units), *_catch_alls(districts))
    ]
    await session.execute(insert(RoutingRule), rules)


def _rule(unit: str, ground: str, *, kind: str = "", code: str = "", place: str = "") -> Row:
    edition = DEFAULT_EDITION if code else ""
    return {
        "category_edition": edition,
        "category_kind": kind,
        "category_code": code,
        "place": place,
        "unit": unit,
        "ground": ground,
    }


def _of_utilities() -> Iterator[Row]:
    for components, events, unit, ground in _UTILITIES:
        for code in components:
            yield _rule(unit, ground, kind="部件", code=code)
        for code in events:
            yield _rule(unit, ground, kind="事件", code=code)
    yield _rule("city-heat", "供热期内由供热企业抢修", kind="事件", code=_BURST_PIPE) | _HEATING


def _of_departments(units: set[str]) -> Iterator[Row]:
    """For every district that has these departments."""
    for unit in sorted(units):
        district, _, name = unit.partition("-")
        for kind, code, department, ground in _DEPARTMENTS:
            if district.isdigit() and name == department:
                yield _rule(unit, ground, kind=kind, code=code, place=district)


def _catch_alls(districts: dict[str, str]) -> Iterator[Row]:
    for code, name in districts.items():
        yield _rule(code, f"属地兜底：{name}", place=code)
