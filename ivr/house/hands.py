"""Who changes the house, and the line each change writes into the audit trail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from core import audit
from core.audit import Action
from core.clock import Clock
from core.db import SessionFactory
from core.tables import Account
from ivr.house.tables import count_up


@dataclass(frozen=True)
class Hand:
    """One person's request. `account` None: the command line, or the system itself."""

    sessions: SessionFactory
    clock: Clock
    account: Account | None = None
    #: Where the request came from.
    address: str = ""

    @property
    def id(self) -> int | None:
        return self.account.id if self.account else None

    def now(self) -> datetime:
        return self.clock.now()

    async def note(self, db: AsyncSession, action: Action, subject: str, **detail: Any) -> None:
        """The audit line of a change and the keepers' signal, both in the change's own transaction."""
        audit.record(
            db,
            at=self.now(),
            actor_id=self.id,
            action=action,
            subject=subject,
            address=self.address,
            detail=detail,
        )
        await count_up(db)
