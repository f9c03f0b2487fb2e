"""Tree and gazetteer in memory, read anew when somebody changed them: one row is asked each time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ticketing.places.index import Named, Outline, PlaceIndex
from ticketing.places.tables import PlaceRevision, PlaceShape
from ticketing.tables import Place

What = Literal["tree", "names"]
T = TypeVar("T")


@dataclass
class _Kept(Generic[T]):
    """What was made of one database at one revision."""

    revision: tuple[int, ...] = ()
    made: T | None = None
    #: Who comes second waits for the first instead of reading everything too.
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Memory(Generic[T]):
    """One thing kept for each database; it goes with the engine."""

    def __init__(self, make: Callable[[AsyncSession], Awaitable[T]], *whats: What) -> None:
        self._make, self._whats = make, whats
        self._kept: WeakKeyDictionary[Engine, _Kept[T]] = WeakKeyDictionary()

    async def current(self, session: AsyncSession) -> T:
        """What there is now. Not for a transaction that has changed it: nobody else may ever see that."""
        engine = session.get_bind()
        if not isinstance(engine, Engine):
            engine = engine.engine
        kept = self._kept.setdefault(engine, _Kept())
        async with kept.lock:
            revision = await _revision(session, self._whats)
            if kept.made is None or kept.revision != revision:
                kept.made = await self._make(session)
                kept.revision = revision
            return kept.made


async def _revision(session: AsyncSession, whats: tuple[What, ...]) -> tuple[int, ...]:
    query = select(PlaceRevision.what, PlaceRevision.revision).where(PlaceRevision.what.in_(whats))
    found: dict[str, int] = {row[0]: row[1] for row in await session.execute(query)}
    return tuple(found.get(what, 0) for what in whats)


async def changed(session: AsyncSession, what: What) -> None:
    """Say in the caller's transaction that `what` is not what it was."""
    await session.execute(
        update(PlaceRevision).where(PlaceRevision.what == what).values(revision=PlaceRevision.revision + 1)
    )


async def read_tree(session: AsyncSession) -> PlaceIndex:
    """The tree as this transaction sees it, from the tables."""
    columns = Place.code, Place.name, Place.level, Place.parent, Place.valid_from, Place.valid_to
    places = [Named(*row) for row in await session.execute(select(*columns))]
    shapes = PlaceShape.place, PlaceShape.outline, PlaceShape.valid_from, PlaceShape.valid_to
    outlines = [Outline(*row) for row in await session.execute(select(*shapes))]
    return await asyncio.to_thread(PlaceIndex, places, outlines)


#: The tree of places.
TREE: Memory[PlaceIndex] = Memory(read_tree, "tree")
