"""Setting up a seat's devices (话机配置): the browser's own phone, and SIP phones by QR code or file."""

from __future__ import annotations

import secrets
from dataclasses import asdict
from http import HTTPMethod

from aiohttp import web
from pydantic import Field

from core import audit
from core.audit import Action
from core.db import begin_write
from core.errors import ForbiddenError, NotFoundError
from ivr.ledger.tables import Seat
from ivr.provisioning import files, phone
from ivr.provisioning.phone import PhoneAccount
from web.api.at_seat import LEADERS, SITTING, note, own_seat, seat_of
from web.api.openapi import PREFIX
from web.api.route import PUBLIC, STAFF, Answer, Ask, Asked, Routes
from web.api.seats import SeatPath

routes = Routes("provisioning")

#: Redis key of a file a phone may fetch: its seat and kind.
_KEY = "hotline:phone_file:"
#: How long it may, seconds.
_LIFE_S = 3600
_KINDS = {"xml": (files.linphone, "application/xml"), "cfg": (files.yealink, "text/plain")}


class IceAnswer(Answer):
    urls: list[str]
    username: str = ""
    credential: str = ""


class PhoneAnswer(Answer):
    """What the desk page's phone needs."""

    extension: str
    user: str
    password: str
    ws_url: str
    uri: str
    realm: str
    ice_servers: list[IceAnswer]
    codecs: str


class LinkAnswer(Answer):
    url: str
    qr_svg: str


class CopyAnswer(Answer):
    text: str
    qr_svg: str


class FileAnswer(Answer):
    url: str
    text: str


class PlainAnswer(Answer):
    server: str
    port: int
    user: str
    password: str
    transport: str


class ProvisioningAnswer(Answer):
    linphone: LinkAnswer
    zoiper: CopyAnswer
    yealink: FileAnswer
    plain: PlainAnswer


class FilePath(Asked):
    file: str = Field(pattern=r"^[A-Za-z0-9_-]{43}\.(xml|cfg)$")


@routes.add(HTTPMethod.GET, "/seats/me/phone", "What the browser's phone registers with", roles=SITTING)
async def my_phone(ask: Ask) -> PhoneAnswer:
    seat, settings = await own_seat(ask), ask.services.settings
    secret = settings.secrets_dir / "turn"
    turn = secret.read_text(encoding="utf-8").strip() if secret.exists() else ""
    servers = phone.ice_servers(settings, seat.extension, turn, ask.services.clock.now())
    user = f"{seat.extension}w"
    return PhoneAnswer(
        extension=seat.extension,
        user=user,
        password=seat.sip_secret,
        ws_url=phone.ws_url(settings),
        uri=f"sip:{user}@{settings.sip.host}",
        realm=phone.REALM,
        ice_servers=[IceAnswer(**asdict(server)) for server in servers],
        codecs=settings.seats.browser_codecs,
    )


@routes.add(
    HTTPMethod.GET, "/provisioning/{extension}", "How to set a SIP phone up as a seat (话机配置)", roles=STAFF
)
async def provisioning(ask: Ask, path: SeatPath) -> ProvisioningAnswer:
    if ask.account.role not in LEADERS and ask.account.extension != path.extension:
        raise ForbiddenError
    seat = await seat_of(ask, path.extension)
    account = _account(ask, seat)
    async with ask.services.sessions.begin() as db:
        await begin_write(db)
        note(ask, db, seat.extension, Action.PHONE_SHOWN, {})
    xml, cfg = await _offer(ask, seat.extension, "xml"), await _offer(ask, seat.extension, "cfg")
    return ProvisioningAnswer(
        linphone=LinkAnswer(url=xml, qr_svg=files.qr_svg(xml)),
        zoiper=CopyAnswer(text=files.zoiper(account), qr_svg=files.qr_svg(files.zoiper(account))),
        yealink=FileAnswer(url=cfg, text=files.yealink(account)),
        plain=PlainAnswer(
            server=account.server,
            port=account.port,
            user=account.user,
            password=account.password,
            transport=account.transport,
        ),
    )


@routes.add(
    HTTPMethod.GET,
    "/provisioning/files/{file}",
    "A phone's configuration, for an hour after it was offered",
    roles=PUBLIC,
    media="application/xml",
)
async def provisioning_file(ask: Ask, path: FilePath) -> web.Response:
    token, _, kind = path.file.rpartition(".")
    extension = await ask.services.redis.get(f"{_KEY}{kind}:{token}")
    if extension is None:
        raise NotFoundError
    async with ask.services.sessions.begin() as db:
        await begin_write(db)
        seat = await db.get(Seat, extension.decode() if isinstance(extension, bytes) else extension)
        if seat is None:
            raise NotFoundError
        audit.record(
            db,
            at=ask.services.clock.now(),
            actor_id=None,
            action=Action.PHONE_FILE_FETCHED,
            subject=f"seat:{seat.extension}",
            address=ask.address,
            detail={"kind": kind},
        )
    write, media = _KINDS[kind]
    headers = {"Cache-Control": "no-store"}
    return web.Response(text=write(_account(ask, seat)), content_type=media, charset="utf-8", headers=headers)


def _account(ask: Ask, seat: Seat) -> PhoneAccount:
    return PhoneAccount.of(ask.services.settings, seat.extension, seat.display_name, seat.sip_secret)


async def _offer(ask: Ask, extension: str, kind: str) -> str:
    """Address of a file only who knows it can fetch."""
    token = secrets.token_urlsafe(32)
    await ask.services.redis.set(f"{_KEY}{kind}:{token}", extension, ex=_LIFE_S)
    return f"{ask.request.url.origin()}{PREFIX}/provisioning/files/{token}.{kind}"
