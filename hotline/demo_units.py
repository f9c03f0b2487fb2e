"""Units (责任单位) of the demo city: a platform and four departments a district, and the city's utilities."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.tables import Unit

_DISTRICTS = {
    "210202": "中山区",
    "210203": "西岗区",
    "210204": "沙河口区",
    "210211": "甘井子区",
    "210299": "高新园区",
}
_DEPARTMENTS = {"roads": "市政设施处", "streets": "环境卫生处", "parks": "园林绿化处", "order": "综合执法队"}
_UTILITIES = {"water": "自来水集团", "gas": "燃气集团", "heat": "供热公司", "power": "供电公司"}


async def add(session: AsyncSession) -> None:
    """Add those that are missing, in the caller's transaction; what people changed stays as it is."""
    there = set(await session.scalars(select(Unit.code)))
    for code, name, district in _rows():
        if code not in there:
            session.add(Unit(code=code, name=name, district=district))
    await session.flush()


def _rows() -> list[tuple[str, str, str | None]]:
    rows: list[tuple[str, str, str | None]] = [
        (f"city-{code}", name, None) for code, name in _UTILITIES.items()
    ]
    for district, name in _DISTRICTS.items():
        rows.append((district, f"{name}城管平台", district))
        rows += [(f"{district}-{code}", name + what, district) for code, what in _DEPARTMENTS.items()]
    return rows
