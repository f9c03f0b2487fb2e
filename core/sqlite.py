"""SQLite beside the event loop, with one trip to the connection's thread for each statement.

aiosqlite makes one for the cursor, one for the statement, one for its rows, one for closing it and one for
rolling back nothing; most of what our idle processes cost was these trips.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from typing import Any, TypeVar, cast

import aiosqlite

_T = TypeVar("_T")
_Parameters = Iterable[Any]


class Connection(aiosqlite.Connection):
    """As aiosqlite's, for SQLAlchemy, whose cursors read all rows at once anyway."""

    def __init__(self, *args: Any, **options: Any) -> None:
        """Arguments are those of `sqlite3.connect`."""
        options["check_same_thread"] = False  # closing a cursor needs no trip
        super().__init__(lambda: sqlite3.connect(*args, **options), 64)
        #: Numbers of the trips begun (by the loop) and ended (by the thread): each has one writer.
        self._begun = self._ended = 0

    @property
    def is_idle(self) -> bool:
        """False while the thread still does something, maybe for somebody who was cancelled."""
        return self._begun == self._ended

    async def in_thread(self, work: Callable[[], _T]) -> _T:
        """What `work` returns or raises, done in the connection's thread."""
        self._begun += 1
        number = self._begun

        def trip() -> _T:
            try:
                return work()
            finally:
                self._ended = number

        return cast(_T, await self._execute(trip))  # type: ignore[no-untyped-call]

    def cursor(self) -> Cursor:  # type: ignore[override]  # there it can only be awaited
        return Cursor(self, self._conn)

    async def commit(self) -> None:
        if not self.is_idle or self._conn.in_transaction:
            await self.in_thread(self._conn.commit)

    async def rollback(self) -> None:
        if not self.is_idle or self._conn.in_transaction:
            await self.in_thread(self._conn.rollback)


class Cursor:
    """As much of aiosqlite's as SQLAlchemy uses."""

    def __init__(self, connection: Connection, raw: sqlite3.Connection) -> None:
        self._connection, self._cursor = connection, raw.cursor()
        self._rows: list[Any] = []

    async def __aenter__(self) -> Cursor:
        return self

    async def execute(self, sql: str, parameters: _Parameters = ()) -> None:
        """Run a statement and read what it returns; raises sqlite3's errors."""
        self._rows = await self._connection.in_thread(lambda: self._run(sql, parameters))

    def _run(self, sql: str, parameters: _Parameters) -> list[Any]:
        self._cursor.execute(sql, cast(Any, parameters))
        return self._cursor.fetchall() if self._cursor.description else []

    async def executemany(self, sql: str, parameters: Iterable[_Parameters]) -> None:
        """Run a statement once for each; raises sqlite3's errors."""
        await self._connection.in_thread(lambda: self._cursor.executemany(sql, cast(Any, parameters)))

    async def fetchone(self) -> Any:
        return self._rows.pop(0) if self._rows else None

    async def fetchmany(self, size: int | None = None) -> list[Any]:
        size = self.arraysize if size is None else size
        found, self._rows = self._rows[:size], self._rows[size:]
        return found

    async def fetchall(self) -> list[Any]:
        found, self._rows = self._rows, []
        return found

    async def close(self) -> None:
        if self._connection.is_idle:
            self._cursor.close()
        else:
            await self._connection.in_thread(self._cursor.close)

    @property
    def description(self) -> Any:
        return self._cursor.description

    @property
    def rowcount(self) -> int:
        return self._cursor.rowcount

    @property
    def lastrowid(self) -> int | None:
        return self._cursor.lastrowid

    @property
    def arraysize(self) -> int:
        return self._cursor.arraysize

    @arraysize.setter
    def arraysize(self, value: int) -> None:
        self._cursor.arraysize = value
