"""Marks on recordings (标注), and moments of them passed on by link (分享). All of it for who may listen."""

from __future__ import annotations

from datetime import datetime
from http import HTTPMethod
from typing import ClassVar

from pydantic import Field, FiniteFloat

from core.errors import ForbiddenError
from recorder.marks import book, shares
from recorder.marks.book import Person, Place
from recorder.marks.tables import TEXT_LENGTH, RecordingMark, RecordingShare
from web.api.recording_rights import RecordingPath, Right, recording_for
from web.api.route import STAFF, Answer, Ask, Asked, Routes

routes = Routes("recording marks")
_LARGEST_ID = 2**31 - 1
#: A day is longer than any call.
_LONGEST_S = 86_400
_LONGEST_HOURS = 24 * 31


class MarkPath(RecordingPath):
    mark: int = Field(ge=1, le=_LARGEST_ID)


class SharePath(RecordingPath):
    share: int = Field(ge=1, le=_LARGEST_ID)


class MarkBody(Asked):
    #: Seconds from answer.
    at_s: FiniteFloat = Field(ge=0, le=_LONGEST_S)
    #: Where a stretch ends; None: a moment.
    until_s: FiniteFloat | None = Field(None, ge=0, le=_LONGEST_S)
    text: str = Field("", max_length=TEXT_LENGTH)


class ShareBody(Asked):
    at_s: FiniteFloat = Field(ge=0, le=_LONGEST_S)
    #: How long the link leads anywhere.
    hours: int = Field(72, ge=1, le=_LONGEST_HOURS)


class OpenBody(Asked):
    token: str = Field(min_length=1, max_length=64)


class MarkAnswer(Answer):
    id: int
    at_s: float
    until_s: float | None
    text: str
    #: Display name of who wrote it.
    author: str
    #: Whether the reader did.
    mine: bool
    created_at: datetime
    changed_at: datetime | None


class MarkPage(Answer):
    items: list[MarkAnswer]


class ShareAnswer(Answer):
    id: int
    at_s: float
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


class NewShare(ShareAnswer):
    shown_once: ClassVar[bool] = True
    #: Shown this once; the page's address is `/recordings/<id>?t=<seconds>#<token>`.
    token: str


class SharePage(Answer):
    items: list[ShareAnswer]


class SharedMoment(Answer):
    call_id: str
    at_s: float


@routes.add(
    HTTPMethod.GET, "/recordings/{id}/marks", "Marks of a recording, in its order (标注)", roles=STAFF
)
async def list_marks(ask: Ask, path: RecordingPath) -> MarkPage:
    await recording_for(ask, path.id, Right.LISTEN)
    async with ask.services.sessions() as db:
        found = await book.listing(db, path.id)
    return MarkPage(items=[_mark(ask, one.mark, one.author) for one in found])


@routes.add(
    HTTPMethod.POST,
    "/recordings/{id}/marks",
    "Mark a moment or a stretch, with a comment or without (加标注)",
    roles=STAFF,
    status=201,
    errors=(409,),
)
async def add_mark(ask: Ask, path: RecordingPath, body: MarkBody) -> MarkAnswer:
    await recording_for(ask, path.id, Right.LISTEN)
    place = Place(body.at_s, body.until_s)
    row = await book.add(ask.services.sessions, path.id, place, body.text, _person(ask))
    return _mark(ask, row, ask.account.display_name)


@routes.add(
    HTTPMethod.PATCH, "/recordings/{id}/marks/{mark}", "Change a mark of one's own (改标注)", roles=STAFF
)
async def edit_mark(ask: Ask, path: MarkPath, body: MarkBody) -> MarkAnswer:
    await recording_for(ask, path.id, Right.LISTEN)
    place = Place(body.at_s, body.until_s)
    row = await book.edit(ask.services.sessions, path.id, path.mark, place, body.text, _person(ask))
    return _mark(ask, row, ask.account.display_name)


@routes.add(
    HTTPMethod.DELETE,
    "/recordings/{id}/marks/{mark}",
    "Remove a mark of one's own (删标注)",
    roles=STAFF,
    status=204,
)
async def remove_mark(ask: Ask, path: MarkPath) -> None:
    await recording_for(ask, path.id, Right.LISTEN)
    await book.remove(ask.services.sessions, path.id, path.mark, _person(ask))


@routes.add(
    HTTPMethod.POST,
    "/recordings/{id}/shares",
    "A link to a moment; who follows it needs the right to listen all the same (分享)",
    roles=STAFF,
    status=201,
)
async def share(ask: Ask, path: RecordingPath, body: ShareBody) -> NewShare:
    await recording_for(ask, path.id, Right.LISTEN)
    row, token = await shares.make(ask.services.sessions, path.id, body.at_s, body.hours, _person(ask))
    return NewShare(**dict(_share(row)), token=token)


@routes.add(HTTPMethod.GET, "/recordings/{id}/shares", "Links I made of a recording (我的分享)", roles=STAFF)
async def list_shares(ask: Ask, path: RecordingPath) -> SharePage:
    async with ask.services.sessions() as db:
        found = await shares.listing(db, path.id, ask.account.id)
    return SharePage(items=[_share(row) for row in found])


@routes.add(
    HTTPMethod.DELETE, "/recordings/{id}/shares/{share}", "End a link (撤销分享)", roles=STAFF, status=204
)
async def revoke_share(ask: Ask, path: SharePath) -> None:
    await shares.revoke(ask.services.sessions, path.id, path.share, _person(ask))


@routes.add(
    HTTPMethod.POST,
    "/recordings/{id}/shares/open",
    "Where a link leads, for who may listen (打开分享)",
    roles=STAFF,
    errors=(410,),
)
async def open_share(ask: Ask, path: RecordingPath, body: OpenBody) -> SharedMoment:
    # In the body, because addresses end up in logs and histories.
    async with ask.services.sessions() as db:
        row = await shares.find(db, path.id, body.token, ask.services.clock.now())
    try:
        known = await recording_for(ask, path.id, Right.LISTEN)
    except ForbiddenError:
        await shares.note_opened(ask.services.sessions, row, _person(ask), may=False)
        raise
    await shares.note_opened(ask.services.sessions, row, _person(ask), may=True)
    return SharedMoment(call_id=known.recording.call_id, at_s=row.at_s)


def _person(ask: Ask) -> Person:
    return Person(ask.account.id, ask.address, ask.services.clock)


def _mark(ask: Ask, row: RecordingMark, author: str) -> MarkAnswer:
    return MarkAnswer(
        id=row.id,
        at_s=row.at_s,
        until_s=row.until_s,
        text=row.text,
        author=author,
        mine=row.account_id == ask.account.id,
        created_at=row.created_at,
        changed_at=row.changed_at,
    )


def _share(row: RecordingShare) -> ShareAnswer:
    return ShareAnswer(**{name: getattr(row, name) for name in ShareAnswer.model_fields})
