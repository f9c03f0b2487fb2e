"""Moves whose event got lost on its way: a Redis that dies may forget its last second.

The history knows every move. What should have been written down for a webhook and was not, and what other
platforms might have to be told, is handed on once more; whoever had it already does nothing with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import Clock
from core.db import SessionFactory
from core.events import CaseMoved
from ticketing.exchange.tables import PlatformCase
from ticketing.tables import CaseHistory
from ticketing.webhooks.events import id_of, is_wanted, living
from ticketing.webhooks.tables import Webhook, WebhookDelivery

#: Lines looked at when a process begins, and looked at again: ids are not committed in their order.
_FIRST, _AGAIN = 5000, 200
#: Events younger than this are on their way; older ones than a day were given up.
_SETTLED, _GIVEN_UP = timedelta(minutes=2), timedelta(days=1)
#: Moves by which a case may go to another platform.
_GIVES = frozenset({"dispatch", "assign"})
_CHUNK = 500


@dataclass
class Missed:
    """`find` looks at what has come since it looked last."""

    sessions: SessionFactory
    clock: Clock
    _checked: int | None = None

    async def find(self) -> list[CaseMoved]:
        """Events to be handed on again, oldest first."""
        now = self.clock.now()
        async with self.sessions() as session:
            newest = await session.scalar(select(func.max(CaseHistory.id))) or 0
            after = newest - _FIRST if self._checked is None else self._checked - _AGAIN
            query = select(CaseHistory).where(
                CaseHistory.id > after, CaseHistory.at > now - _GIVEN_UP, CaseHistory.at < now - _SETTLED
            )
            lines = (await session.scalars(query.order_by(CaseHistory.id))).all()
            lost = await self._lost(session, lines)
        if lines:
            self._checked = max(self._checked or 0, lines[-1].id)
        return [CaseMoved(at=one.at, case_id=one.case_id, move=one.move) for one in lines if one.id in lost]

    async def _lost(self, session: AsyncSession, lines: Sequence[CaseHistory]) -> set[int]:
        webhooks = (await session.scalars(select(Webhook).where(living()))).all()
        wanted = {id_of(one): one.id for one in lines if any(is_wanted(each, one) for each in webhooks)}
        had = await _among(session, WebhookDelivery.event_id, list(wanted))
        linked = await _among(session, PlatformCase.case_id, list({one.case_id for one in lines}))
        told = {one.id for one in lines if one.case_id in linked or one.move in _GIVES}
        return told | {line for event, line in wanted.items() if event not in had}


async def _among(session: AsyncSession, column: Any, values: Sequence[Any]) -> set[Any]:
    """Which of `values` the column has."""
    found: set[Any] = set()
    for start in range(0, len(values), _CHUNK):
        part = values[start : start + _CHUNK]
        found |= set(await session.scalars(select(column).where(column.in_(part)).distinct()))
    return found
