"""Temporary announcements (临时通知): spoken from text, uploaded, or recorded by a seat's phone."""

from __future__ import annotations

import asyncio
from http import HTTPMethod
from typing import Literal

from aiohttp import web
from pydantic import Field

from core.errors import NotFoundError
from ivr.house import announcements as store
from ivr.house import sounds
from ivr.house.announcements import Words
from ivr.house.model import AnnouncementMode
from ivr.house.tables import AnnouncementRow, Source
from web.api.hand import LEADERS, hand
from web.api.house_models import AnnouncementAnswer, AnnouncementPage, IdPath, Moment
from web.api.route import STAFF, Ask, Asked, Routes
from web.api.sound import WAV, played, uploaded

routes = Routes("announcements")


class AnnouncementForm(Asked):
    title: str = Field(min_length=1, max_length=store.TITLE_LENGTH)
    text_zh: str = Field("", max_length=store.TEXT_LENGTH)
    #: Empty: English callers hear the Chinese.
    text_en: str = Field("", max_length=store.TEXT_LENGTH)
    mode: AnnouncementMode = AnnouncementMode.BEFORE
    #: Empty: all calls.
    queues: list[str] = Field([], max_length=50)
    starts_at: Moment
    ends_at: Moment
    enabled: bool = True
    source: Literal[Source.SYNTHESISED, Source.UPLOADED] = Source.SYNTHESISED


class AnnouncementChange(Asked):
    """Fields that are not named stay as they are."""

    title: str | None = Field(None, min_length=1, max_length=store.TITLE_LENGTH)
    text_zh: str | None = Field(None, max_length=store.TEXT_LENGTH)
    text_en: str | None = Field(None, max_length=store.TEXT_LENGTH)
    mode: AnnouncementMode | None = None
    queues: list[str] | None = Field(None, max_length=50)
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    enabled: bool | None = None


class SoundQuery(Asked):
    language: Literal["zh_CN", "en"] = "zh_CN"


@routes.add(HTTPMethod.GET, "/announcements", "Announcements, the last to end first (临时通知)", roles=STAFF)
async def list_announcements(ask: Ask) -> AnnouncementPage:
    async with ask.services.sessions() as db:
        rows = await store.listing(db)
    return AnnouncementPage(items=[_answer(ask, row) for row in rows])


@routes.add(
    HTTPMethod.POST,
    "/announcements",
    "A new announcement; `synthesised` is spoken at once, `uploaded` waits for its sound",
    roles=LEADERS,
    status=201,
)
async def make_announcement(ask: Ask, body: AnnouncementForm) -> AnnouncementAnswer:
    values = dict(body) | {"queues": tuple(body.queues)}
    source = Source(values.pop("source"))
    return _answer(ask, await store.make(hand(ask), ask.services.settings, Words(**values), source))


@routes.add(HTTPMethod.PATCH, "/announcements/{id}", "Change an announcement", roles=LEADERS, errors=(409,))
async def change_announcement(ask: Ask, path: IdPath, body: AnnouncementChange) -> AnnouncementAnswer:
    async with ask.services.sessions() as db:
        now = vars(store.words_of(await store.get(db, path.id)))
    words = now | {name: value for name, value in dict(body).items() if value is not None}
    changed = Words(**words | {"queues": tuple(words["queues"])})
    return _answer(ask, await store.change(hand(ask), ask.services.settings, path.id, changed))


@routes.add(HTTPMethod.DELETE, "/announcements/{id}", "Remove it", roles=LEADERS, status=204)
async def remove_announcement(ask: Ask, path: IdPath) -> None:
    await store.remove(hand(ask), path.id)


@routes.add(
    HTTPMethod.POST,
    "/announcements/{id}/audio",
    "Its sound as a WAV or MP3 file, levelled for the telephone",
    roles=LEADERS,
    takes="audio/*",
    errors=(409, 422),
)
async def upload_announcement(ask: Ask, path: IdPath) -> AnnouncementAnswer:
    data = await uploaded(ask)
    return _answer(ask, await store.give_sound(hand(ask), ask.services.settings, path.id, data))


@routes.add(HTTPMethod.GET, "/announcements/{id}/audio", "What callers hear, as WAV", roles=STAFF, media=WAV)
async def announcement_audio(ask: Ask, path: IdPath, query: SoundQuery) -> web.StreamResponse:
    async with ask.services.sessions() as db:
        row = await store.get(db, path.id)
    if not row.sound:
        raise NotFoundError("这条通知还没有录音。")
    folder = sounds.announcements_dir(ask.services.settings) / row.sound
    return await asyncio.to_thread(played, folder / f"{query.language}.alaw")


def _answer(ask: Ask, row: AnnouncementRow) -> AnnouncementAnswer:
    return AnnouncementAnswer(
        **vars(store.words_of(row)) | {"queues": row.queues},
        id=row.id,
        source=Source(row.source),
        state=store.state(row, ask.services.clock.now()),
        has_audio=bool(row.sound),
    )
