"""`case_words`: which cases hold a pair of characters. The one place that knows how each database keeps that.

Every insert and change of a case through the ORM keeps it; who fills `cases` otherwise calls `reindex`. A
word is found by all of its pairs: in a long text they may stand apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    column,
    event,
    inspect,
    literal,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapper
from sqlalchemy.types import Text

from core.words import SHORTEST, pairs, plain, words_of_text
from ticketing.tables import Case

_NAME = "case_words"
_FTS = table(_NAME, column("rowid", BigInteger()), column(_NAME, Text()))
_ARRAYS = table(_NAME, column("key", BigInteger()), column("words", ARRAY(Text())))
_PAGE = 2000
#: Columns whose words are found.
_OF = ("description", "address")


class Holding:
    """The table as part of a query."""

    def __init__(self, session: AsyncSession) -> None:
        self._fts = session.get_bind().dialect.name == "sqlite"
        self.table = _FTS if self._fts else _ARRAYS
        #: The case's id.
        self.key: ColumnElement[int] = self.table.c.rowid if self._fts else self.table.c.key

    def all_of(self, words: Sequence[str]) -> ColumnElement[bool]:
        """Cases that hold all pairs of all `words`, which are plain and not shorter than `SHORTEST`."""
        tokens = sorted({pair for word in words for pair in pairs(word)})
        if self._fts:
            return self.table.c[_NAME].match(" AND ".join(f'"{one}"' for one in tokens))
        return _ARRAYS.c.words.contains(literal(tokens, ARRAY(Text())))


def wanted_words(q: str) -> list[str]:
    """The words of a search as they are compared; single characters, which have no pair, are left out."""
    return [word for one in q.split() if len(word := plain(one)) >= SHORTEST]


def _words(values: Sequence[str]) -> list[str]:
    return sorted(words_of_text("\n".join(values)))


def _add(connection: Connection, rows: Sequence[tuple[int, list[str]]]) -> None:
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        line = "INSERT INTO case_words(rowid, words) VALUES (:key, :words)"
    else:
        line = "INSERT INTO case_words(key, words) VALUES (:key, string_to_array(:words, ' '))"
    connection.execute(text(line), [{"key": key, "words": " ".join(words)} for key, words in rows])


def _remove(connection: Connection, key: int, words: list[str]) -> None:
    """`words` as they were added: the FTS5 table keeps no text of its own."""
    if connection.dialect.name == "sqlite":
        line = "INSERT INTO case_words(case_words, rowid, words) VALUES ('delete', :key, :words)"
        connection.execute(text(line), {"key": key, "words": " ".join(words)})
    else:
        connection.execute(text("DELETE FROM case_words WHERE key = :key"), {"key": key})


@event.listens_for(Case, "after_insert")
def _inserted(_mapper: Mapper[Any], connection: Connection, case: Case) -> None:
    _add(connection, [(case.id, _words([case.description or "", case.address or ""]))])


@event.listens_for(Case, "after_update")
def _updated(_mapper: Mapper[Any], connection: Connection, case: Case) -> None:
    state = inspect(case)
    before, now, changed = list[str](), list[str](), False
    for name in _OF:
        history = state.attrs[name].history
        now.append(getattr(case, name) or "")
        before.append((history.deleted[0] or "") if history.deleted else now[-1])
        changed = changed or bool(history.deleted)
    if changed and (old := _words(before)) != (new := _words(now)):
        _remove(connection, case.id, old)
        _add(connection, [(case.id, new)])


async def reindex(session: AsyncSession) -> int:
    """Read the words of all cases anew, in the caller's transaction; how many cases."""
    if session.get_bind().dialect.name == "sqlite":
        await session.execute(text("INSERT INTO case_words(case_words) VALUES ('delete-all')"))
    else:
        await session.execute(text("DELETE FROM case_words"))
    last = count = 0
    while True:
        query = select(Case.id, Case.description, Case.address).where(Case.id > last)
        rows = (await session.execute(query.order_by(Case.id).limit(_PAGE))).all()
        if not rows:
            return count
        found = [(row.id, _words([row.description, row.address])) for row in rows]
        await (await session.connection()).run_sync(_add, found)
        last, count = rows[-1].id, count + len(rows)
