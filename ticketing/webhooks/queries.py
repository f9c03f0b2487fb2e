"""Reading webhooks and their delivery log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import NotFoundError
from ticketing.webhooks.tables import (
    DeliveryState,
    Webhook,
    WebhookAttempt,
    WebhookDelivery,
    WebhookState,
)

#: Attempts of one delivery that are shown, the newest.
_MOST_ATTEMPTS = 50


@dataclass(frozen=True)
class Page:
    """`next`: the id the next page is asked with; None: that was all."""

    items: Sequence[WebhookDelivery]
    next: int | None


async def listing(session: AsyncSession) -> Sequence[tuple[Webhook, int]]:
    """All that have not ended, with how many events wait for each."""
    waiting = (
        select(func.count())
        .select_from(WebhookDelivery)
        .where(WebhookDelivery.webhook_id == Webhook.id, WebhookDelivery.state == DeliveryState.WAITING)
        .scalar_subquery()
    )
    query = select(Webhook, waiting).where(Webhook.state != WebhookState.ENDED).order_by(Webhook.id)
    return [(row, count) for row, count in await session.execute(query)]


async def one(session: AsyncSession, webhook_id: int) -> tuple[Webhook, int]:
    """
    Raises:
        NotFoundError
    """
    for row, count in await listing(session):
        if row.id == webhook_id:
            return row, count
    raise NotFoundError("没有这个事件推送。")


async def deliveries(
    session: AsyncSession, webhook_id: int, *, state: str | None, limit: int, cursor: int | None
) -> Page:
    """Newest first."""
    query = select(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook_id)
    if state:
        query = query.where(WebhookDelivery.state == state)
    if cursor:
        query = query.where(WebhookDelivery.id < cursor)
    rows = (await session.scalars(query.order_by(WebhookDelivery.id.desc()).limit(limit + 1))).all()
    items = rows[:limit]
    return Page(items, items[-1].id if len(rows) > limit else None)


async def delivery(
    session: AsyncSession, webhook_id: int, delivery_id: int
) -> tuple[WebhookDelivery, Sequence[WebhookAttempt]]:
    """One, with its attempts, the newest first.

    Raises:
        NotFoundError
    """
    row = await session.get(WebhookDelivery, delivery_id)
    if row is None or row.webhook_id != webhook_id:
        raise NotFoundError("没有这次投递。")
    query = select(WebhookAttempt).where(WebhookAttempt.delivery_id == delivery_id)
    log = await session.scalars(query.order_by(WebhookAttempt.id.desc()).limit(_MOST_ATTEMPTS))
    return row, log.all()
