"""Who is logged in: aiohttp-session on Redis. The browser holds a random key and nothing else."""

from __future__ import annotations

import secrets
import warnings

from aiohttp import web
from aiohttp_session import Session, get_session, new_session
from aiohttp_session.redis_storage import RedisStorage
from redis.asyncio import Redis

from core.tables import Account
from web.services import SERVICES

# aiohttp-session keeps its session under a plain string, which aiohttp would have it not.
warnings.filterwarnings("ignore", "It is recommended to use web.RequestKey", web.NotAppKeyWarning)

COOKIE = "hotline_session"
_ACCOUNT = "account"


class SessionStorage(RedisStorage):
    """Sessions under `hotline_session_<key>`. An emptied one is deleted, not kept as an empty shell."""

    def __init__(self, redis: Redis, *, hours: int) -> None:
        super().__init__(
            redis,
            cookie_name=COOKIE,
            max_age=hours * 3600,
            httponly=True,
            samesite="Strict",
            key_factory=lambda: secrets.token_urlsafe(32),
        )

    async def save_session(
        self, request: web.Request, response: web.StreamResponse, session: Session
    ) -> None:
        if session.empty:
            response.del_cookie(COOKIE, path="/")
            return
        await super().save_session(request, response, session)
        if is_https(request):
            response.cookies[COOKIE]["secure"] = True


def is_https(request: web.Request) -> bool:
    """Whether the browser came over TLS, to us or to the proxy before us.

    The header can be forged only by the client itself, who would just make its own cookie stricter.
    """
    return request.secure or request.headers.get("X-Forwarded-Proto", "") == "https"


async def start(request: web.Request, account: Account) -> None:
    """Log `account` in under a new key, so that a key planted before the log-in is worth nothing."""
    await _forget(request)
    session = await new_session(request)
    session[_ACCOUNT] = account.id


async def end(request: web.Request) -> None:
    """Log out: the key stops working at once, on every device that copied it."""
    await _forget(request)
    (await get_session(request)).invalidate()


async def current_account(request: web.Request) -> Account | None:
    """The account behind the request's cookie, read afresh, so that a changed role counts at once."""
    session = await get_session(request)
    account_id = session.get(_ACCOUNT)
    if account_id is None:
        return None
    async with request.app[SERVICES].sessions() as db:
        return await db.get(Account, account_id)


async def account_by_now(request: web.Request) -> Account | None:
    """The account behind a request that goes on for long; None once its session has ended."""
    session = await get_session(request)
    if not await request.app[SERVICES].redis.exists(f"{COOKIE}_{session.identity}"):
        return None
    return await current_account(request)


async def _forget(request: web.Request) -> None:
    session = await get_session(request)
    if session.identity is not None:
        await request.app[SERVICES].redis.delete(f"{COOKIE}_{session.identity}")
