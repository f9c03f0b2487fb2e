"""The board on a wall (大屏): no log-in, but a token a leader made; it shows and can do nothing else."""

from __future__ import annotations

from datetime import datetime
from http import HTTPMethod
from typing import ClassVar

from pydantic import Field

from ivr.board import tokens
from ivr.board.tables import LABEL_LENGTH, WallboardToken
from ivr.board.tokens import WallboardTokenError
from web.api.hand import LEADERS
from web.api.route import PUBLIC, Answer, Ask, Asked, Routes
from web.live.keys import BOARD
from web.live.models import Board
from web.live.presence import masked

routes = Routes("wallboard")
_LARGEST_ID = 2**31 - 1
_LONGEST_DAYS = 366


class TokenBody(Asked):
    #: Which screen it is for.
    label: str = Field(min_length=1, max_length=LABEL_LENGTH)
    days: int = Field(90, ge=1, le=_LONGEST_DAYS)


class TokenPath(Asked):
    id: int = Field(ge=1, le=_LARGEST_ID)


class TokenAnswer(Answer):
    id: int
    label: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


class NewToken(TokenAnswer):
    shown_once: ClassVar[bool] = True
    #: Shown this once; the page's address is `/wallboard#<token>`.
    token: str


class TokenPage(Answer):
    items: list[TokenAnswer]


@routes.add(
    HTTPMethod.GET,
    "/wallboard",
    "The board for a screen on a wall; `Authorization: Bearer <token>` (大屏)",
    roles=PUBLIC,
    errors=(401,),
)
async def wallboard(ask: Ask) -> Board:
    kind, _, token = ask.request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token:
        raise WallboardTokenError
    async with ask.services.sessions() as db:
        await tokens.check(db, token.strip(), ask.services.clock.now())
    board = await ask.request.app[BOARD].board()
    return board.model_copy(update={"seats": [masked(seat) for seat in board.seats]})


@routes.add(HTTPMethod.POST, "/wallboard/tokens", "Let a screen show the board (生成大屏令牌)", roles=LEADERS)
async def make_token(ask: Ask, body: TokenBody) -> NewToken:
    row, token = await tokens.make(
        ask.services.sessions,
        label=body.label,
        days=body.days,
        actor_id=ask.account.id,
        address=ask.address,
        clock=ask.services.clock,
    )
    return NewToken(**dict(_answer(row)), token=token)


@routes.add(HTTPMethod.GET, "/wallboard/tokens", "Screens that may show the board (大屏令牌)", roles=LEADERS)
async def list_tokens(ask: Ask) -> TokenPage:
    async with ask.services.sessions() as db:
        return TokenPage(items=[_answer(row) for row in await tokens.listing(db)])


@routes.add(
    HTTPMethod.DELETE,
    "/wallboard/tokens/{id}",
    "Shut a screen off (撤销大屏令牌)",
    roles=LEADERS,
    status=204,
)
async def revoke_token(ask: Ask, path: TokenPath) -> None:
    await tokens.revoke(
        ask.services.sessions,
        path.id,
        actor_id=ask.account.id,
        address=ask.address,
        clock=ask.services.clock,
    )


def _answer(row: WallboardToken) -> TokenAnswer:
    return TokenAnswer(**{name: getattr(row, name) for name in TokenAnswer.model_fields})
