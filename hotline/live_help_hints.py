"""What a seat is shown beside the words: likely classes, and articles that may answer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from core.clock import CHINA, Clock, SystemClock
from core.db import SessionFactory
from ivr.house import articles
from ticketing import catalogue
from ticketing.suggestions import Named, Suggester, pairs

#: Classes and articles are read anew so often, seconds.
READ_EVERY_S = 60.0
MOST_ARTICLES, EXCERPT = 3, 60
#: An article shares at least so many pairs of characters with the report, two of them with its title.
LEAST_SHARED = 4

log = structlog.get_logger()


@dataclass(frozen=True)
class _Article:
    id: int
    title: str
    text: str

    def shared(self, said: set[str]) -> int:
        """Pairs of characters it shares with what was said; those of its title count double."""
        return 2 * len(pairs(self.title) & said) + len(pairs(self.text) & said)


class Hints:
    """Classes and articles in memory; empty until the database has answered once."""

    def __init__(
        self, sessions: SessionFactory, edition: str = catalogue.DEFAULT_EDITION, clock: Clock | None = None
    ) -> None:
        self._sessions, self._edition, self._clock = sessions, edition, clock or SystemClock()
        self._suggester = Suggester([])
        self._articles: Sequence[_Article] = ()

    async def run(self) -> None:
        """Read again and again, until cancelled."""
        while True:
            try:
                await self.read()
            except (SQLAlchemyError, OSError) as error:
                log.warning(
                    "suggestions stay as they were: the database is away", why=str(error).splitlines()[0]
                )
            await asyncio.sleep(READ_EVERY_S)

    async def read(self) -> None:
        """
        Raises:
            SQLAlchemyError
        """
        async with self._sessions() as session:
            today = self._clock.now().astimezone(CHINA).date()
            classes = await catalogue.categories(session, self._edition, today)
            rows = await articles.listing(session)
        self._suggester = Suggester(Named(one.kind, one.code, one.major, one.minor) for one in classes)
        self._articles = [_Article(row.id, row.title, row.text) for row in rows if row.published]

    def of(self, report: str) -> dict[str, Any]:
        """`{"categories": [...], "articles": [...]}` for what the caller has said so far, best first."""
        said = pairs(report)
        good = sorted(self._articles, key=lambda one: -one.shared(said))[:MOST_ARTICLES]
        return {
            "categories": [
                {"kind": s.named.kind, "code": s.named.code, "name": s.named.minor, "why": list(s.why)}
                for s in self._suggester.suggest(report)
            ],
            "articles": [
                {"id": one.id, "title": one.title, "excerpt": one.text[:EXCERPT]}
                for one in good
                if one.shared(said) >= LEAST_SHARED
            ],
        }
