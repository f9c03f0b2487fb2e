"""Other platforms (对接平台): the book of them, mapping tables, messages, reconciliation."""

from __future__ import annotations

from dataclasses import asdict
from http import HTTPMethod
from typing import Any

from core.keybox import KeyBox
from ticketing.exchange import mapping, platforms, queries, reconciliation
from ticketing.exchange.messages import as_json
from ticketing.exchange.outgoing import Outgoing
from ticketing.exchange.platforms import By, NoSuchPlatformError, Platforms
from ticketing.exchange.queries import Counts
from ticketing.exchange.tables import MessageState, Platform, PlatformCode, PlatformMessage, Way
from web.api.exchange import inbox
from web.api.hand import LEADERS
from web.api.platform_models import (
    NewPlatform,
    PlatformAnswer,
    PlatformChange,
    PlatformCodeAnswer,
    PlatformCodeForm,
    PlatformCodePath,
    PlatformCodes,
    PlatformDay,
    PlatformDayPath,
    PlatformForm,
    PlatformMessageDetail,
    PlatformMessageLine,
    PlatformMessagePage,
    PlatformMessagePath,
    PlatformMessagesQuery,
    PlatformPage,
    PlatformPath,
    PlatformSecret,
    UnmappedAnswer,
    UnmappedCodes,
)
from web.api.route import Ask, Routes
from web.api.webhooks import ADMINISTRATORS

routes = Routes("platforms")


@routes.add(HTTPMethod.GET, "/platforms", "Other platforms (对接平台)", roles=LEADERS)
async def list_platforms(ask: Ask) -> PlatformPage:
    async with ask.services.sessions() as db:
        rows, counts = await platforms.listing(db), await queries.counts(db)
    return PlatformPage(items=[_answer(row, account, counts) for row, account in rows])


@routes.add(HTTPMethod.POST, "/platforms", "Add a platform (新建)", roles=ADMINISTRATORS, status=201)
async def make_platform(ask: Ask, body: PlatformForm) -> NewPlatform:
    row, secret = await _book(ask).make(
        _by(ask),
        code=body.code,
        name=body.name,
        kind=body.kind,
        form=body.format,
        url=body.url,
        account=body.account,
    )
    return NewPlatform(**dict(_answer(row, body.account, {})), secret=secret)


@routes.add(HTTPMethod.PATCH, "/platforms/{code}", "Change a platform (修改)", roles=ADMINISTRATORS)
async def change_platform(ask: Ask, path: PlatformPath, body: PlatformChange) -> PlatformAnswer:
    changes = body.model_dump(mode="json", exclude_unset=True)
    await _book(ask).change(_by(ask), path.code, changes)
    async with ask.services.sessions() as db:
        rows = {row.code: (row, account) for row, account in await platforms.listing(db)}
        return _answer(*rows[path.code], await queries.counts(db))


@routes.add(HTTPMethod.POST, "/platforms/{code}/secret", "A new secret (更换密钥)", roles=ADMINISTRATORS)
async def renew_platform_secret(ask: Ask, path: PlatformPath) -> PlatformSecret:
    return PlatformSecret(secret=await _book(ask).renew_secret(_by(ask), path.code))


@routes.add(HTTPMethod.GET, "/platforms/{code}/codes", "Its mapping tables (对照表)", roles=LEADERS)
async def list_platform_codes(ask: Ask, path: PlatformPath) -> PlatformCodes:
    async with ask.services.sessions() as db:
        await _known(db, path.code)
        rows = await platforms.codes(db, path.code)
    return PlatformCodes(items=[_code(row) for row in rows])


@routes.add(
    HTTPMethod.POST,
    "/platforms/{code}/codes",
    "Add a line to a mapping table (新增对照)",
    roles=ADMINISTRATORS,
    status=201,
)
async def put_platform_code(ask: Ask, path: PlatformPath, body: PlatformCodeForm) -> PlatformCodeAnswer:
    given = {name: getattr(body, name) for name in PlatformCodeForm.model_fields}
    return _code(await _book(ask).put_code(_by(ask), path.code, **given))


@routes.add(
    HTTPMethod.DELETE,
    "/platforms/{code}/codes/{id}",
    "Remove a line (删除对照)",
    roles=ADMINISTRATORS,
    status=204,
)
async def remove_platform_code(ask: Ask, path: PlatformCodePath) -> None:
    await _book(ask).remove_code(_by(ask), path.code, path.id)


@routes.add(
    HTTPMethod.GET, "/platforms/{code}/unmapped", "Codes without a mapping (未对照代码)", roles=LEADERS
)
async def list_unmapped(ask: Ask, path: PlatformPath) -> UnmappedCodes:
    async with ask.services.sessions() as db:
        await _known(db, path.code)
        rows = await mapping.unmapped(db, path.code)
    fields = UnmappedAnswer.model_fields.keys() - {"table"}
    return UnmappedCodes(
        items=[
            UnmappedAnswer(table=row.kind, **{name: getattr(row, name) for name in fields}) for row in rows
        ]
    )


@routes.add(HTTPMethod.GET, "/platforms/{code}/messages", "Messages, newest first (报文)", roles=LEADERS)
async def list_platform_messages(
    ask: Ask, path: PlatformPath, query: PlatformMessagesQuery
) -> PlatformMessagePage:
    async with ask.services.sessions() as db:
        await _known(db, path.code)
        page = await queries.messages(
            db, path.code, way=query.way, state=query.state, limit=query.limit, cursor=query.cursor
        )
    return PlatformMessagePage(
        items=[PlatformMessageLine(**_line(row)) for row in page.items], next=page.next
    )


@routes.add(
    HTTPMethod.GET,
    "/platforms/{code}/messages/{id}",
    "One message with its receipt (报文与回执)",
    roles=ADMINISTRATORS,
)
async def platform_message(ask: Ask, path: PlatformMessagePath) -> PlatformMessageDetail:
    async with ask.services.sessions() as db:
        row = await queries.message(db, path.code, path.id)
    return PlatformMessageDetail(**_line(row), content=row.content, receipt=row.receipt)


@routes.add(
    HTTPMethod.POST,
    "/platforms/{code}/messages/{id}/resend",
    "Send a message again, or take one again that was refused (重发)",
    roles=ADMINISTRATORS,
)
async def resend_platform_message(ask: Ask, path: PlatformMessagePath) -> PlatformMessageDetail:
    """What came and was refused is taken anew, and its sender is told by a receipt of its own."""
    services = ask.services
    row = await _book(ask).resend(_by(ask), path.code, path.id)
    if row.way == Way.IN and row.state == MessageState.REFUSED:
        async with services.sessions() as db:
            platform = await _known(db, path.code)
        receipt = await inbox(ask).again(platform, row)
        if platform.url:
            await Outgoing(services.sessions, services.clock).receipt(path.code, as_json(receipt))
    return await platform_message(ask, path)


@routes.add(HTTPMethod.GET, "/platforms/{code}/days/{day}", "Reconciliation of a day (对账单)", roles=LEADERS)
async def platform_day(ask: Ask, path: PlatformDayPath) -> PlatformDay:
    async with ask.services.sessions() as db:
        await _known(db, path.code)
        found = await reconciliation.day_of(db, path.code, str(path.day))
    words = found.in_words() if found.is_compared else ""
    return PlatformDay(**asdict(found) | {"day": path.day, "words": words})


def _book(ask: Ask) -> Platforms:
    services = ask.services
    return Platforms(services.sessions, services.clock, KeyBox.of(services.settings))


def _by(ask: Ask) -> By:
    return By(ask.account.id, ask.address)


async def _known(db: Any, code: str) -> Platform:
    row: Platform | None = await db.get(Platform, code)
    if row is None:
        raise NoSuchPlatformError
    return row


def _answer(row: Platform, account: str, counts: dict[str, Counts]) -> PlatformAnswer:
    names = PlatformAnswer.model_fields.keys() - Counts.__dataclass_fields__.keys() - {"account"}
    fields = {name: getattr(row, name) for name in names}
    return PlatformAnswer(account=account, **fields | asdict(counts.get(row.code, Counts())))


def _code(row: PlatformCode) -> PlatformCodeAnswer:
    names = PlatformCodeAnswer.model_fields.keys() - {"table"}
    return PlatformCodeAnswer(table=row.kind, **{name: getattr(row, name) for name in names})


def _line(row: PlatformMessage) -> dict[str, Any]:
    return {name: getattr(row, name) for name in PlatformMessageLine.model_fields}
