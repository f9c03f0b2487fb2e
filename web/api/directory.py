"""The directory of transfer targets (通讯录): seats read it, leaders keep it."""

from __future__ import annotations

from http import HTTPMethod
from typing import Any

from pydantic import Field

from ivr.directory import book
from ivr.directory.book import Wanted
from ivr.directory.tables import DirectoryEntry, EntryKind
from web.api.hand import LEADERS, hand
from web.api.route import STAFF, Answer, Ask, Asked, Routes

routes = Routes("directory")


class DirectoryForm(Asked):
    code: str = Field(pattern=r"^[0-9]{2,4}$")
    label: str = Field(min_length=1, max_length=book.LABEL_LENGTH)
    label_en: str = Field("", max_length=book.LABEL_LENGTH)
    kind: EntryKind
    number: str = Field(min_length=1, max_length=32)
    active: bool = True


class DirectoryChange(Asked):
    """Fields that are not named stay as they are."""

    code: str | None = Field(None, pattern=r"^[0-9]{2,4}$")
    label: str | None = Field(None, min_length=1, max_length=book.LABEL_LENGTH)
    label_en: str | None = Field(None, max_length=book.LABEL_LENGTH)
    kind: EntryKind | None = None
    number: str | None = Field(None, min_length=1, max_length=32)
    active: bool | None = None


class DirectoryAnswer(Answer):
    id: int
    code: str
    label: str
    label_en: str
    kind: EntryKind
    number: str
    active: bool


class DirectoryPage(Answer):
    items: list[DirectoryAnswer]


class EntryPath(Asked):
    id: int = Field(ge=1, le=2**31 - 1)


@routes.add(HTTPMethod.GET, "/directory", "Districts, departments and others (通讯录)", roles=STAFF)
async def listing(ask: Ask) -> DirectoryPage:
    async with ask.services.sessions() as db:
        return DirectoryPage(items=[entry_answer(row) for row in await book.listing(db)])


@routes.add(HTTPMethod.POST, "/directory", "A new entry (新增)", roles=LEADERS, status=201, errors=(409, 422))
async def add(ask: Ask, body: DirectoryForm) -> DirectoryAnswer:
    return entry_answer(await book.add(hand(ask), ask.services.settings, Wanted(**dict(body))))


@routes.add(
    HTTPMethod.PATCH, "/directory/{id}", "Change an entry (修改)", roles=LEADERS, errors=(404, 409, 422)
)
async def change(ask: Ask, path: EntryPath, body: DirectoryChange) -> DirectoryAnswer:
    wanted: dict[str, Any] = {name: value for name, value in dict(body).items() if value is not None}
    return entry_answer(await book.change(hand(ask), ask.services.settings, path.id, wanted))


@routes.add(HTTPMethod.DELETE, "/directory/{id}", "Take an entry out (删除)", roles=LEADERS, errors=(404,))
async def remove(ask: Ask, path: EntryPath) -> None:
    await book.remove(hand(ask), path.id)


def entry_answer(row: DirectoryEntry) -> DirectoryAnswer:
    return DirectoryAnswer(**{name: getattr(row, name) for name in DirectoryAnswer.model_fields})
