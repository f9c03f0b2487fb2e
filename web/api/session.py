"""Log-in and log-out."""

from __future__ import annotations

from http import HTTPMethod

from pydantic import Field

from core import accounts, audit
from web import sessions
from web.api.models import AccountAnswer
from web.api.recording_rights import Right, rights_of
from web.api.route import EVERYBODY, PUBLIC, Ask, Asked, Routes

routes = Routes("session")


class LogIn(Asked):
    username: str = Field(min_length=1, max_length=64)
    password: str = Field(min_length=1, max_length=256)


async def account_answer(ask: Ask) -> AccountAnswer:
    """The account as its owner sees it."""
    account, rights = ask.account, await rights_of(ask)
    return AccountAnswer(
        id=account.id,
        username=account.username,
        display_name=account.display_name,
        role=account.role,
        extension=account.extension,
        inspects=rights.any(Right.INSPECT),
    )


@routes.add(HTTPMethod.POST, "/session", "Log in (登录)", roles=PUBLIC, errors=(401, 429))
async def log_in(ask: Ask, body: LogIn) -> AccountAnswer:
    services = ask.services
    account = await accounts.log_in(
        services.sessions,
        body.username,
        body.password,
        address=ask.address,
        settings=services.settings.web,
        clock=services.clock,
    )
    await sessions.start(ask.request, account)
    return await account_answer(Ask(ask.request, account))


@routes.add(HTTPMethod.GET, "/session", "Who is logged in", roles=EVERYBODY)
async def who(ask: Ask) -> AccountAnswer:
    return await account_answer(ask)


@routes.add(HTTPMethod.DELETE, "/session", "Log out (退出)", roles=PUBLIC, status=204)
async def log_out(ask: Ask) -> None:
    if ask.visitor is not None:
        async with ask.services.sessions.begin() as db:
            audit.record(
                db,
                at=ask.services.clock.now(),
                actor_id=ask.visitor.id,
                action=audit.Action.SESSION_CLOSED,
                address=ask.address,
            )
    await sessions.end(ask.request)
