"""Webhooks (事件推送): who is told of what becomes of cases, and how that went."""

from __future__ import annotations

from http import HTTPMethod
from typing import Any

from core.keybox import KeyBox
from core.tables import Role
from ticketing.webhooks import queries
from ticketing.webhooks.subscriptions import By, Subscriptions
from ticketing.webhooks.tables import Webhook, WebhookDelivery
from web.api.route import Ask, Routes
from web.api.webhook_models import (
    NewWebhook,
    WebhookAnswer,
    WebhookAttemptLine,
    WebhookChange,
    WebhookDeliveriesQuery,
    WebhookDeliveryDetail,
    WebhookDeliveryLine,
    WebhookDeliveryPage,
    WebhookDeliveryPath,
    WebhookForm,
    WebhookPage,
    WebhookPath,
    WebhookSecret,
)

routes = Routes("webhooks")

ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})


@routes.add(HTTPMethod.GET, "/webhooks", "Who is told of events (事件推送)", roles=ADMINISTRATORS)
async def list_webhooks(ask: Ask) -> WebhookPage:
    async with ask.services.sessions() as db:
        found = await queries.listing(db)
    return WebhookPage(items=[_answer(row, waiting) for row, waiting in found])


@routes.add(
    HTTPMethod.POST, "/webhooks", "Subscribe (新建事件推送)", roles=ADMINISTRATORS, status=201, errors=(409,)
)
async def make_webhook(ask: Ask, body: WebhookForm) -> NewWebhook:
    row, secret = await _subscriptions(ask).make(
        _by(ask), name=body.name, url=body.url, moves=body.moves, stages=body.stages
    )
    return NewWebhook(**dict(_answer(row, 0)), secret=secret)


@routes.add(HTTPMethod.PATCH, "/webhooks/{id}", "Change, pause, switch on (修改)", roles=ADMINISTRATORS)
async def change_webhook(ask: Ask, path: WebhookPath, body: WebhookChange) -> WebhookAnswer:
    changes: dict[str, Any] = body.model_dump(mode="json", exclude_unset=True)
    await _subscriptions(ask).change(_by(ask), path.id, changes)
    async with ask.services.sessions() as db:
        return _answer(*await queries.one(db, path.id))


@routes.add(HTTPMethod.DELETE, "/webhooks/{id}", "Unsubscribe (删除)", roles=ADMINISTRATORS, status=204)
async def end_webhook(ask: Ask, path: WebhookPath) -> None:
    await _subscriptions(ask).end(_by(ask), path.id)


@routes.add(HTTPMethod.POST, "/webhooks/{id}/secret", "A new secret (更换密钥)", roles=ADMINISTRATORS)
async def renew_webhook_secret(ask: Ask, path: WebhookPath) -> WebhookSecret:
    return WebhookSecret(secret=await _subscriptions(ask).renew_secret(_by(ask), path.id))


@routes.add(
    HTTPMethod.POST, "/webhooks/{id}/test", "Send a test event (测试)", roles=ADMINISTRATORS, status=204
)
async def try_webhook(ask: Ask, path: WebhookPath) -> None:
    await _subscriptions(ask).ping(_by(ask), path.id)


@routes.add(HTTPMethod.GET, "/webhooks/{id}/deliveries", "The delivery log (投递记录)", roles=ADMINISTRATORS)
async def list_webhook_deliveries(
    ask: Ask, path: WebhookPath, query: WebhookDeliveriesQuery
) -> WebhookDeliveryPage:
    async with ask.services.sessions() as db:
        await queries.one(db, path.id)
        page = await queries.deliveries(
            db, path.id, state=query.state, limit=query.limit, cursor=query.cursor
        )
    items = [WebhookDeliveryLine(**_fields(row, WebhookDeliveryLine)) for row in page.items]
    return WebhookDeliveryPage(items=items, next=page.next)


@routes.add(
    HTTPMethod.GET,
    "/webhooks/{id}/deliveries/{delivery}",
    "One event with all attempts at it (投递详情)",
    roles=ADMINISTRATORS,
)
async def webhook_delivery(ask: Ask, path: WebhookDeliveryPath) -> WebhookDeliveryDetail:
    async with ask.services.sessions() as db:
        row, log = await queries.delivery(db, path.id, path.delivery)
    lines = [
        WebhookAttemptLine(**{name: getattr(one, name) for name in WebhookAttemptLine.model_fields})
        for one in log
    ]
    return WebhookDeliveryDetail(**_fields(row, WebhookDeliveryLine), body=row.body, log=lines)


@routes.add(
    HTTPMethod.POST,
    "/webhooks/{id}/deliveries/{delivery}/resend",
    "Send an event once more (重发)",
    roles=ADMINISTRATORS,
    status=204,
)
async def resend_webhook_delivery(ask: Ask, path: WebhookDeliveryPath) -> None:
    await _subscriptions(ask).resend(_by(ask), path.id, path.delivery)


def _subscriptions(ask: Ask) -> Subscriptions:
    services = ask.services
    box = KeyBox.of(services.settings)
    return Subscriptions(services.sessions, services.clock, box, services.settings.webhooks.most)


def _by(ask: Ask) -> By:
    return By(ask.account.id, ask.address)


def _answer(row: Webhook, waiting: int) -> WebhookAnswer:
    fields = _fields(row, WebhookAnswer) | {"waiting": waiting}
    return WebhookAnswer(**fields)


def _fields(
    row: Webhook | WebhookDelivery, model: type[WebhookAnswer | WebhookDeliveryLine]
) -> dict[str, Any]:
    return {name: getattr(row, name) for name in model.model_fields if hasattr(row, name)}
