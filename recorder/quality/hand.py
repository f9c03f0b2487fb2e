"""Who changes something in quality inspection, and the audit line each change writes."""

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


@dataclass(frozen=True)
class Hand:
    """One person's request."""

    sessions: SessionFactory
    clock: Clock
    account: Account
    #: Where the request came from.
    address: str = ""

    @property
    def id(self) -> int:
        return self.account.id

    def now(self) -> datetime:
        return self.clock.now()

    def note(self, db: AsyncSession, action: Action, subject: str, **detail: Any) -> None:
        """The audit line, in the change's own transaction."""
        audit.record(
            db,
            at=self.now(),
            actor_id=self.id,
            action=action,
            subject=subject,
            address=self.address,
            detail=detail,
        )
