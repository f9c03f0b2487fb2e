"""Making, changing and ending webhooks; every change is in the audit trail, no secret is."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core import audit
from core.audit import Action
from core.clock import Clock
from core.db import SessionFactory, begin_write
from core.delivery import check_url
from core.errors import ConflictError, InvalidError, NotFoundError
from core.keybox import KeyBox, new_secret
from ticketing.tables import Stage
from ticketing.webhooks.events import PING, Events
from ticketing.webhooks.tables import DeliveryState, Webhook, WebhookDelivery, WebhookState
from ticketing.workflow import MOVES


class NoSuchWebhookError(NotFoundError):
    """没有这个事件推送。"""

    code = "no_such_webhook"


class TooManyWebhooksError(ConflictError):
    """事件推送已达上限，请先删除不用的。"""

    code = "too_many_webhooks"


@dataclass(frozen=True)
class By:
    """Who does it, and from where."""

    account_id: int | None
    address: str


def purpose(webhook_id: int) -> str:
    """What a webhook's secret is sealed for."""
    return f"webhook:{webhook_id}"


@dataclass(frozen=True)
class Subscriptions:
    """What administrators do with webhooks."""

    sessions: SessionFactory
    clock: Clock
    box: KeyBox
    most: int

    async def make(
        self, by: By, *, name: str, url: str, moves: Sequence[str], stages: Sequence[str]
    ) -> tuple[Webhook, str]:
        """A new webhook and its secret, which is told this once.

        Raises:
            InvalidError: the address, a move or a stage does not exist.
            TooManyWebhooksError
        """
        check(url, moves, stages)
        async with self.sessions() as session:
            await begin_write(session)
            lives = select(func.count()).select_from(Webhook).where(Webhook.state != WebhookState.ENDED)
            if (await session.scalar(lives) or 0) >= self.most:
                raise TooManyWebhooksError
            row = Webhook(
                name=name, url=url, moves=list(moves), stages=list(stages), made_at=self.clock.now()
            )
            row.state, row.made_by, row.sealed_secret = WebhookState.ACTIVE, by.account_id, ""
            row.last_sequence = row.failures = 0
            session.add(row)
            await session.flush()
            secret = self._renew(row)
            self._audit(session, by, row, Action.WEBHOOK_MADE, url=url, moves=row.moves, stages=row.stages)
            await session.commit()
        return row, secret

    async def change(self, by: By, webhook_id: int, changes: dict[str, Any]) -> Webhook:
        """Set the columns named in `changes` (name, url, moves, stages, is_active).

        Switching on begins anew: the back-off is forgotten, what gathered is sent.

        Raises:
            NoSuchWebhookError, InvalidError
        """
        async with self.sessions() as session:
            row = await _locked(session, webhook_id)
            is_active = changes.pop("is_active", None)
            for field, value in changes.items():
                setattr(row, field, value)
            check(row.url, row.moves, row.stages)
            if is_active is not None:
                row.state, row.why = (WebhookState.ACTIVE if is_active else WebhookState.PAUSED), ""
            if is_active or "url" in changes:
                row.failures, row.failing_since, row.next_at = 0, None, None
            self._audit(session, by, row, Action.WEBHOOK_CHANGED, state=row.state, **changes)
            await session.commit()
        return row

    async def renew_secret(self, by: By, webhook_id: int) -> str:
        """A new secret, told this once; the old one signs nothing any more."""
        async with self.sessions() as session:
            row = await _locked(session, webhook_id)
            secret = self._renew(row)
            self._audit(session, by, row, Action.WEBHOOK_CHANGED, renewed="secret")
            await session.commit()
        return secret

    async def end(self, by: By, webhook_id: int) -> None:
        """It gets nothing any more; its log stays until it is old."""
        async with self.sessions() as session:
            row = await _locked(session, webhook_id)
            row.state = WebhookState.ENDED
            self._audit(session, by, row, Action.WEBHOOK_ENDED)
            await session.commit()

    async def resend(self, by: By, webhook_id: int, delivery_id: int) -> None:
        """Send an event once more: the same id, the same body; before all that is younger.

        Raises:
            NoSuchWebhookError, NotFoundError
        """
        async with self.sessions() as session:
            row = await _locked(session, webhook_id)
            one = await session.get(WebhookDelivery, delivery_id)
            if one is None or one.webhook_id != row.id:
                raise NotFoundError("没有这次投递。")
            one.state, one.done_at, one.refused_since = DeliveryState.WAITING, None, None
            row.next_at = None
            self._audit(session, by, row, Action.WEBHOOK_RESENT, event=one.event_id)
            await session.commit()

    async def ping(self, by: By, webhook_id: int) -> None:
        """Have a test event sent."""
        async with self.sessions() as session:
            row = await _locked(session, webhook_id)
            row.next_at = None
            self._audit(session, by, row, Action.WEBHOOK_RESENT, event=PING)
            await session.commit()
        await Events(self.sessions, self.clock).ping(webhook_id, f"ping-{secrets.token_hex(8)}")

    def _renew(self, row: Webhook) -> str:
        secret = new_secret()
        row.sealed_secret = self.box.seal(secret, purpose(row.id))
        return secret

    def _audit(self, session: AsyncSession, by: By, row: Webhook, action: Action, **detail: Any) -> None:
        audit.record(
            session,
            at=self.clock.now(),
            actor_id=by.account_id,
            action=action,
            subject=f"webhook:{row.id}",
            address=by.address,
            detail={"name": row.name} | detail,
        )


def check(url: str, moves: Sequence[str], stages: Sequence[str]) -> None:
    """
    Raises:
        InvalidError: names what does not exist.
    """
    check_url(url)
    if unknown := sorted(set(moves) - set(MOVES)):
        raise InvalidError("表单有误", fields={"moves": f"没有这个操作：{unknown[0]}"})
    if unknown := sorted(set(stages) - {str(one) for one in Stage}):
        raise InvalidError("表单有误", fields={"stages": f"没有这个阶段：{unknown[0]}"})


async def _locked(session: AsyncSession, webhook_id: int) -> Webhook:
    await begin_write(session)
    query = select(Webhook).where(Webhook.id == webhook_id, Webhook.state != WebhookState.ENDED)
    row = await session.scalar(query.with_for_update())
    if row is None:
        raise NoSuchWebhookError
    return row
