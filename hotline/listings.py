"""`hotline calls` and `hotline cases`: the newest rows, for eyes or as JSON for scripts."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import InstrumentedAttribute

from core.db import Base, make_engine, make_sessions
from core.settings import Settings
from ivr.ledger.legs import Legs
from ivr.ledger.legs_queries import stored_legs
from ivr.ledger.tables import CONFIDENTIAL, Call
from ticketing.tables import Case

CALL_COLUMNS = ("started_at", "id", "caller", "did", "outcome", "seat", "wait_s", "talk_s", "hung_up_by")
CASE_COLUMNS = ("created_at", "id", "number", "stage", "kind", "caller_number", "call_id", "description")
#: Stands for a number that is not shown.
HIDDEN = "****"
#: Longest text a column of the table shows.
_CELL = 32

Rows = list[dict[str, Any]]


async def calls(settings: Settings, limit: int) -> Rows:
    """The newest calls of the ledger with all their columns and legs; the operator sees whole numbers, but
    not of callers who asked to stay unknown (保密)."""
    rows = await _newest(settings, Call, Call.started_at, limit)
    legs = await _legs(settings, [row["id"] for row in rows])
    for row in rows:
        if CONFIDENTIAL in row["marks"]:
            row["caller"] = row["caller_raw"] = HIDDEN
        found = legs.get(row["id"], Legs())
        row["legs"], row["seat_legs"] = [asdict(v) for v in found.call], [asdict(v) for v in found.seats]
    return rows


async def _legs(settings: Settings, call_ids: list[str]) -> dict[str, Legs]:
    """Of the calls that have ended."""
    engine = make_engine(settings.database_url)
    try:
        async with make_sessions(engine)() as session:
            return await stored_legs(session, call_ids)
    finally:
        await engine.dispose()


async def cases(settings: Settings, limit: int) -> Rows:
    """The newest cases with all their columns; numbers of confidential ones are hidden."""
    rows = await _newest(settings, Case, Case.created_at, limit)
    for row in rows:
        if row["confidential"]:
            row["caller_number"] = row["callback_number"] = HIDDEN
    return rows


async def _newest(
    settings: Settings, table: type[Base], at: InstrumentedAttribute[datetime], limit: int
) -> Rows:
    engine = make_engine(settings.database_url)
    try:
        async with make_sessions(engine)() as session:
            found = await session.scalars(select(table).order_by(at.desc()).limit(limit))
            names = [column.key for column in inspect(table).column_attrs]
            return [{name: getattr(row, name) for name in names} for row in found]
    finally:
        await engine.dispose()


def as_json(rows: Rows) -> str:
    """A JSON array; times are ISO 8601 in UTC."""
    return json.dumps(rows, ensure_ascii=False, indent=1, default=lambda value: value.isoformat())


def as_table(rows: Rows, columns: tuple[str, ...]) -> str:
    """Aligned columns, the newest row first; times in local time."""
    table = [list(columns), *([_cell(row[name]) for name in columns] for row in rows)]
    widths = [max(len(line[i]) for line in table) for i in range(len(columns))]
    return "\n".join(
        "  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip() for line in table
    )


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone().strftime("%m-%d %H:%M:%S")
    text = "" if value is None else " ".join(str(value).split())
    return text if len(text) <= _CELL else text[: _CELL - 1] + "…"
