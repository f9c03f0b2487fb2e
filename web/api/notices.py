"""Texts from leaders to seats (通知)."""

from __future__ import annotations

from http import HTTPMethod
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from ivr.board import notices
from ivr.board.notices import TEXT_LENGTH, Line, To
from ivr.board.tables import Audience
from ivr.queues import load
from web.api.hand import LEADERS
from web.api.masking import Viewer
from web.api.route import STAFF, Answer, Ask, Asked, Routes
from web.live.models import Notice

routes = Routes("notices")
Extension = Annotated[str, Field(pattern=r"^[0-9]{3,6}$")]


class ToQueue(Asked):
    queue: str = Field(min_length=1, max_length=32)


class ToSeats(Asked):
    seats: list[Extension] = Field(min_length=1, max_length=200)


class NoticeBody(Asked):
    text: str = Field(min_length=1, max_length=TEXT_LENGTH)
    to: Literal["all"] | ToQueue | ToSeats


class NoticesQuery(Asked):
    #: Only later ones; never further back than a day.
    since: AwareDatetime | None = None


class NoticePage(Answer):
    items: list[Notice]


@routes.add(HTTPMethod.POST, "/notices", "Tell seats something (发通知)", roles=LEADERS)
async def send_notice(ask: Ask, body: NoticeBody) -> Notice:
    line = await notices.send(
        ask.services.sessions,
        load(ask.services.settings),
        text=body.text,
        to=_to(body.to),
        sender=ask.account,
        address=ask.address,
        clock=ask.services.clock,
    )
    return worded(line)


@routes.add(HTTPMethod.GET, "/notices", "Notices of the last day, newest first (通知)", roles=STAFF)
async def list_notices(ask: Ask, query: NoticesQuery) -> NoticePage:
    viewer = Viewer.of(ask.account)
    async with ask.services.sessions() as db:
        found = await notices.since(db, query.since, ask.services.clock.now())
    return NoticePage(items=[worded(one) for one in found if may_read(one, viewer)])


def _to(given: Literal["all"] | ToQueue | ToSeats) -> To:
    match given:
        case ToQueue(queue=queue):
            return To(Audience.QUEUE, queue)
        case ToSeats(seats=seats):
            return To(Audience.SEATS, seats=tuple(seats))
        case _:
            return To(Audience.ALL)


def worded(line: Line) -> Notice:
    """A notice as the API says it."""
    return Notice(id=line.notice.id, text=line.notice.text, sender=line.sender, at=line.notice.at)


def may_read(line: Line, viewer: Viewer) -> bool:
    """Leaders read all of them, a seat those meant for it."""
    return viewer.is_leader or line.is_for(viewer.extension)
