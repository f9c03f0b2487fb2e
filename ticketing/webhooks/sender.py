"""Delivers events: each webhook has its own queue, in order, and its own patience."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core import audit
from core.alarms import Alarm
from core.audit import Action
from core.clock import Clock
from core.db import SessionFactory, begin_write
from core.delivery import Courier, Outcome, Reply, pause
from core.delivery_settings import Delivery
from core.keybox import KeyBox
from core.platform_settings import Webhooks
from ticketing.webhooks.subscriptions import purpose
from ticketing.webhooks.tables import (
    WHY_LENGTH,
    DeliveryState,
    Webhook,
    WebhookAttempt,
    WebhookDelivery,
    WebhookState,
)

#: What of a request and its answer the log shows, characters.
EXCERPT = 2000
EVENT, SEQUENCE = "X-Hotline-Event", "X-Hotline-Sequence"
_GONE = 410


@dataclass(frozen=True)
class Parcel:
    """What is to be sent now."""

    webhook_id: int
    delivery_id: int
    url: str
    secret: str
    event_id: str
    body: str
    headers: dict[str, str]


@dataclass(frozen=True)
class Sender:
    """`due` and `drain` are what `ticketing.lanes.Lanes` runs."""

    sessions: SessionFactory
    clock: Clock
    box: KeyBox
    delivery: Delivery
    rules: Webhooks

    async def due(self) -> Sequence[int]:
        """Webhooks with something to send now."""
        waits = select(WebhookDelivery.id).where(
            WebhookDelivery.webhook_id == Webhook.id, WebhookDelivery.state == DeliveryState.WAITING
        )
        ready = (Webhook.next_at.is_(None)) | (Webhook.next_at <= self.clock.now())
        query = select(Webhook.id).where(Webhook.state == WebhookState.ACTIVE, ready, waits.exists())
        async with self.sessions() as session:
            return (await session.scalars(query)).all()

    async def drain(self, webhook_id: int) -> None:
        """Send what waits for one webhook, oldest first, until nothing is left or an attempt fails.

        Each has connections of its own: others are not kept waiting for one that does not answer.
        """
        async with Courier(self.delivery) as courier:
            while parcel := await self._next(webhook_id):
                at = self.clock.now()
                reply = await courier.post(
                    parcel.url,
                    parcel.body.encode(),
                    key=parcel.event_id,
                    secret=parcel.secret,
                    now=at,
                    headers=parcel.headers,
                )
                if not await self._settle(parcel, reply, at):
                    return

    async def _next(self, webhook_id: int) -> Parcel | None:
        query = (
            select(Webhook, WebhookDelivery)
            .join(WebhookDelivery, WebhookDelivery.webhook_id == Webhook.id)
            .where(Webhook.id == webhook_id, Webhook.state == WebhookState.ACTIVE)
            .where(WebhookDelivery.state == DeliveryState.WAITING)
            .order_by(WebhookDelivery.sequence)
            .limit(1)
        )
        async with self.sessions() as session:
            row = (await session.execute(query)).first()
        if row is None or (row.Webhook.next_at and row.Webhook.next_at > self.clock.now()):
            return None
        webhook, one = row.Webhook, row.WebhookDelivery
        secret = self.box.open(webhook.sealed_secret, purpose(webhook.id))
        headers = {EVENT: one.move, SEQUENCE: str(one.sequence)}
        return Parcel(webhook.id, one.id, webhook.url, secret, one.event_id, one.body, headers)

    async def _settle(self, parcel: Parcel, reply: Reply, at: datetime) -> bool:
        """Write an attempt down; whether the next event may follow at once."""
        now = self.clock.now()
        async with self.sessions() as session:
            await begin_write(session)
            query = select(Webhook).where(Webhook.id == parcel.webhook_id).with_for_update()
            webhook = (await session.scalars(query)).one()
            one = await session.get_one(WebhookDelivery, parcel.delivery_id)
            one.attempts += 1
            session.add(_attempt(parcel, reply, at))
            if reply.outcome == Outcome.DELIVERED:
                one.state, one.done_at, one.refused_since = DeliveryState.DELIVERED, now, None
                webhook.failures, webhook.failing_since, webhook.next_at = 0, None, None
                webhook.delivered_at = now
            else:
                self._failed(session, webhook, one, reply, now)
            await session.commit()
            return webhook.next_at is None and webhook.state == WebhookState.ACTIVE

    def _failed(
        self, session: AsyncSession, webhook: Webhook, one: WebhookDelivery, reply: Reply, now: datetime
    ) -> None:
        webhook.failures += 1
        webhook.failing_since = webhook.failing_since or now
        webhook.next_at = now + pause(webhook.failures, reply.retry_after_s)
        if reply.outcome == Outcome.REFUSED:
            one.refused_since = one.refused_since or now
            if now - one.refused_since >= timedelta(hours=self.rules.give_up_h):
                one.state, one.done_at, webhook.next_at = DeliveryState.GIVEN_UP, now, None
        for_long = now - webhook.failing_since >= timedelta(hours=self.rules.disable_after_h)
        if webhook.state == WebhookState.ACTIVE and (for_long or reply.status == _GONE):
            hours = self.rules.disable_after_h
            webhook.state = WebhookState.DISABLED
            why = f"连续 {hours} 小时没有一次成功" if for_long else "对方要求停止投递"
            webhook.why = f"{why}（{reply.why}）"[:WHY_LENGTH]
            audit.record(
                session,
                at=now,
                actor_id=None,
                action=Action.WEBHOOK_DISABLED,
                subject=f"webhook:{webhook.id}",
                detail={"name": webhook.name, "why": webhook.why},
            )

    async def alarms(self) -> list[Alarm]:
        """One for each webhook that was switched off and that nobody has looked after."""
        query = select(Webhook).where(Webhook.state == WebhookState.DISABLED).order_by(Webhook.id)
        async with self.sessions() as session:
            found = (await session.scalars(query)).all()
        return [
            Alarm(
                f"webhook:{one.id}",
                f"事件推送“{one.name}”已自动停用：{one.why}",
                f"Webhook {one.name} was switched off",
                one.failing_since or one.made_at,
            )
            for one in found
        ]

    async def prune(self) -> int:
        """Delete events that are over, and those nobody fetched, once they are old; how many."""
        before = self.clock.now() - timedelta(days=self.rules.keep_days)
        ended = select(Webhook.id).where(Webhook.state != WebhookState.ACTIVE)
        old = (WebhookDelivery.made_at < before) & (
            (WebhookDelivery.state != DeliveryState.WAITING) | WebhookDelivery.webhook_id.in_(ended)
        )
        async with self.sessions() as session:
            await begin_write(session)
            count = await session.scalar(select(func.count()).select_from(WebhookDelivery).where(old)) or 0
            await session.execute(delete(WebhookDelivery).where(old))
            await session.commit()
        return count


def _attempt(parcel: Parcel, reply: Reply, at: datetime) -> WebhookAttempt:
    headers = "\n".join(f"{name}: {value}" for name, value in parcel.headers.items())
    request = f"POST {parcel.url}\n{headers}\nIdempotency-Key: {parcel.event_id}\n\n{parcel.body}"
    # PostgreSQL keeps no NUL in a text.
    response = reply.body.decode("utf-8", "replace").replace("\x00", "�")
    return WebhookAttempt(
        delivery_id=parcel.delivery_id,
        at=at,
        took_ms=reply.took_ms,
        status=reply.status,
        problem=reply.why[:WHY_LENGTH],
        request=request[:EXCERPT],
        response=response[:EXCERPT],
    )
