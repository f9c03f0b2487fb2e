"""Services: the classes of the catalogue as GeoReport v2 wants them."""

from __future__ import annotations

import csv
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import CHINA
from ticketing import catalogue
from ticketing.sources.channels import Channel
from ticketing.sources.tables import Source
from ticketing.tables import Category
from web.open311.attributes import of_class
from web.open311.problems import Open311Error
from web.open311.shape import Many

#: A service_code is `<edition>-<C or E>-<code>`: codes repeat between kinds and editions.
_LETTERS = {"部件": "C", "事件": "E"}
_KINDS = {letter: kind for kind, letter in _LETTERS.items()}


def code_of(edition: str | None, kind: str | None, code: str | None) -> str | None:
    """The service_code of a class; None where there is none."""
    if edition is None or kind is None or code is None:
        return None
    return f"{edition}-{_LETTERS.get(kind, kind)}-{code}"


def key_of(service_code: str) -> tuple[str, str, str] | None:
    """Edition, kind and code of a service_code; None where it cannot be one."""
    edition, _, rest = service_code.partition("-")
    letter, _, code = rest.partition("-")
    if not edition or not code or letter not in _KINDS or len(service_code) > 24:
        return None
    return edition, _KINDS[letter], code


async def find(session: AsyncSession, service_code: str) -> Category:
    """
    Raises:
        Open311Error: no class has this code.
    """
    key = key_of(service_code)
    found = await session.get(Category, key) if key and service_code.isprintable() else None
    if found is None:
        raise Open311Error(404, f"没有这个服务 service_code not found: {service_code[:32]}")
    return found


async def listing(session: AsyncSession, edition: str, now: datetime) -> Many:
    """All services on offer today: the classes of an edition that hold."""
    today = now.astimezone(CHINA).date()
    found = await catalogue.categories(session, edition, today)
    sort = await _type(session)
    said = _said()
    rows: list[dict[str, Any]] = []
    for one in found:
        keywords = [one.major, *(phrase for phrase, means in said if means == one.minor)]
        rows.append(
            {
                "service_code": code_of(one.edition, one.kind, one.code),
                "service_name": one.minor,
                "description": f"{one.kind}：{one.major}，{one.minor}",
                "metadata": bool(of_class(one)),
                "type": sort,
                "keywords": ", ".join(keywords),
                "group": one.major,
            }
        )
    return Many("service", rows)


@cache
def _said() -> list[tuple[str, str]]:
    """What people say, and the class they mean."""
    with (catalogue.DATA / "colloquial.csv").open(encoding="utf-8", newline="") as lines:
        return [(row["said"], row["means"]) for row in csv.DictReader(lines)]


async def _type(session: AsyncSession) -> str:
    """`realtime`: ids are given at once; `batch`: a seat looks at requests of some app first, tokens are."""
    query = select(Source.code).where(
        Source.channel == Channel.APP, Source.is_active, Source.registers.is_(False)
    )
    return "batch" if await session.scalar(query.limit(1)) else "realtime"


def definition(one: Category) -> dict[str, Any]:
    """What the service asks beside place and words."""
    asked = [attribute.shown(order) for order, attribute in enumerate(of_class(one), 1)]
    return {
        "service_code": code_of(one.edition, one.kind, one.code),
        "attributes": Many("attribute", asked),
    }
