"""`recording_words`: which recordings hold a token. The one place that knows how each database keeps that.

SQLite: an FTS5 table without content and without positions, whose row number is the key. PostgreSQL: an array
with a GIN index. Both answer "holds all of these", in order of the key; that a longer word's pairs stand
together is asked of the text. What is taken out of the FTS5 table has to be told once more, which is why
`recording_texts` keeps what the words were made of.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import BigInteger, ColumnElement, column, literal, table, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Text

_NAME = "recording_words"
_FTS = table(_NAME, column("rowid", BigInteger()), column(_NAME, Text()))
_ARRAYS = table(_NAME, column("key", BigInteger()), column("words", ARRAY(Text())))


def is_sqlite(session: AsyncSession) -> bool:
    return session.get_bind().dialect.name == "sqlite"


async def add(session: AsyncSession, key: int, words: Iterable[str]) -> None:
    if is_sqlite(session):
        line = "INSERT INTO recording_words(rowid, words) VALUES (:key, :words)"
        await session.execute(text(line), {"key": key, "words": " ".join(words)})
    else:
        line = "INSERT INTO recording_words(key, words) VALUES (:key, :words)"
        await session.execute(text(line), {"key": key, "words": sorted(words)})


async def remove(session: AsyncSession, key: int, words: Iterable[str]) -> None:
    """`words` as they were added."""
    if is_sqlite(session):
        line = "INSERT INTO recording_words(recording_words, rowid, words) VALUES ('delete', :key, :words)"
        await session.execute(text(line), {"key": key, "words": " ".join(words)})
    else:
        await session.execute(text("DELETE FROM recording_words WHERE key = :key"), {"key": key})


async def clear(session: AsyncSession) -> None:
    """Forget all words."""
    if is_sqlite(session):
        await session.execute(text("INSERT INTO recording_words(recording_words) VALUES ('delete-all')"))
    else:
        await session.execute(text("TRUNCATE recording_words"))


class Holding:
    """The table as part of a query: the keys of recordings that hold tokens."""

    def __init__(self, session: AsyncSession) -> None:
        self._fts = is_sqlite(session)
        self.table = _FTS if self._fts else _ARRAYS
        self.key: ColumnElement[int] = self.table.c.rowid if self._fts else self.table.c.key

    def all_of(self, tokens: Sequence[str], any_of: Sequence[Sequence[str]] = ()) -> ColumnElement[bool]:
        """Holds all `tokens` and, if there are any, all of one group of `any_of`."""
        if self._fts:
            return self.table.c[_NAME].match(_expression(tokens, any_of))
        held = _ARRAYS.c.words
        wanted = held.contains(literal(list(tokens), ARRAY(Text()))) if tokens else literal(True)
        if any_of:
            groups = [held.contains(literal(list(group), ARRAY(Text()))) for group in any_of]
            wanted = wanted & _either(groups)
        return wanted


def _either(groups: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    first, *others = groups
    for one in others:
        first = first | one
    return first


def _expression(tokens: Sequence[str], any_of: Sequence[Sequence[str]]) -> str:
    """In FTS5's language. Tokens are letters, digits and `_`: quoted, nothing in them is an operator."""
    parts = [" AND ".join(f'"{one}"' for one in tokens)] if tokens else []
    if any_of:
        parts.append(" OR ".join("(" + " AND ".join(f'"{one}"' for one in group) + ")" for group in any_of))
    return " AND ".join(f"({part})" for part in parts)
