"""Loads the benchmark's cases the quick way, past the door: tables, chained histories, words."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import JSON, Table, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bench.case_rows import Made
from core import chain
from core.words import words_of_text
from ticketing.history.chain import COVERED
from ticketing.routing.tables import RoutingDecision
from ticketing.tables import Case, CaseHistory, CasePause

_BATCH = 5000
#: Shows how far it is, each so many cases.
_SAY = 100_000
_TABLES = (Case, CaseHistory, CasePause, RoutingDecision)
Row = list[Any]


class Columns:
    """How rows of a table become tuples for one database: what is not given is the column's default."""

    def __init__(self, table: Table, is_sqlite: bool) -> None:
        self.table, self._is_sqlite = table.name, is_sqlite
        columns = [one for one in table.columns if not (one.name == "id" and table.name != "cases")]
        self.names = [one.name for one in columns]
        self._blank = [self._default(one) for one in columns]
        self._at = {name: place for place, name in enumerate(self.names)}
        self._json = {one.name for one in columns if isinstance(one.type, JSON)}

    def _default(self, column: Any) -> Any:
        if column.default is None or column.nullable:
            return None if column.nullable else ""
        value = column.default.arg
        value = value(None) if callable(value) else value
        return json.dumps(value) if isinstance(value, dict | list) else value

    def tuple(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        row = self._blank.copy()
        for name, value in values.items():
            if name in self._json:
                value = json.dumps(value)
            elif self._is_sqlite and isinstance(value, datetime):
                value = value.strftime("%Y-%m-%d %H:%M:%S.%f")
            row[self._at[name]] = value
        return tuple(row)


async def fill(
    engine: AsyncEngine, made: Iterable[Made], say: Callable[[str], None] = print
) -> dict[str, float]:
    """Write all of them; cases, history entries, and seconds it took."""
    is_sqlite = engine.dialect.name == "sqlite"
    columns = [Columns(one.__table__, is_sqlite) for one in _TABLES]  # type: ignore[arg-type]
    cases = entries = 0
    began = time.monotonic()
    index = await _set_aside(engine)
    for batch in _batches(made):
        rows: list[list[tuple[Any, ...]]] = [[] for _ in columns]
        words = []
        for one in batch:
            rows[0].append(columns[0].tuple(one.case))
            rows[1] += (columns[1].tuple(entry) for entry in _chained(one.history))
            rows[2] += [columns[2].tuple(one.pause)] if one.pause else []
            rows[3] += [columns[3].tuple(one.decision)] if one.decision else []
            found = sorted(words_of_text(f"{one.case['description']}\n{one.case['address']}"))
            words.append((one.case["id"], " ".join(found) if is_sqlite else found))
        async with engine.begin() as connection:
            for column, lines in zip(columns, rows, strict=True):
                await _put(connection, column.table, column.names, lines)
            name = ["rowid" if is_sqlite else "key", "words"]
            await _put(connection, "case_words", name, words)
        cases, entries = cases + len(rows[0]), entries + len(rows[1])
        if cases % _SAY == 0:
            say(f"  {cases} cases after {time.monotonic() - began:.0f} s")
    await _finished(engine, index)
    return {"cases": cases, "entries": entries, "seconds": round(time.monotonic() - began, 1)}


def _chained(history: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    previous = chain.FIRST
    for entry in history:
        this = chain.link(previous, {name: entry[name] for name in COVERED})
        yield {**entry, "prev_hash": previous, "hash": this}
        previous = this


async def _put(
    connection: AsyncConnection, table: str, names: list[str], rows: list[tuple[Any, ...]]
) -> None:
    raw = (await connection.get_raw_connection()).driver_connection
    assert raw is not None
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(names))
        await connection.exec_driver_sql(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", rows)  # noqa: S608 - ours
    else:
        await connection.execute(text("SELECT 1"))  # opens the transaction that the copy belongs to
        await raw.copy_records_to_table(table, records=rows, columns=names)


async def _set_aside(engine: AsyncEngine) -> str:
    """The index of words is made in one go in the end, where that is so much quicker; its definition."""
    if engine.dialect.name == "sqlite":
        return ""
    async with engine.begin() as connection:
        query = "SELECT indexname, indexdef FROM pg_indexes WHERE indexname = 'ix_case_words_words'"
        name, definition = (await connection.execute(text(query))).one()
        await connection.execute(text(f"DROP INDEX {name}"))
        return str(definition)


async def _finished(engine: AsyncEngine, index: str) -> None:
    async with engine.begin() as connection:
        if index:
            await connection.execute(text("SET LOCAL maintenance_work_mem = '512MB'"))
            await connection.execute(text(index))
            await connection.execute(text("SELECT setval('cases_id_seq', (SELECT max(id) FROM cases))"))
        await connection.execute(text("ANALYZE"))


def _batches(made: Iterable[Made]) -> Iterator[list[Made]]:
    made = iter(made)
    while batch := list(islice(made, _BATCH)):
        yield batch
