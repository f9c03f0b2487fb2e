"""Spoken articles (知识): what callers can have read out to them."""

from __future__ import annotations

import asyncio
from http import HTTPMethod

from aiohttp import web
from pydantic import Field

from core.errors import NotFoundError
from ivr.house import articles as store
from ivr.house import sounds
from ivr.house.articles import Words
from ivr.house.tables import ArticleRow
from web.api.hand import hand
from web.api.house_models import ArticleAnswer, ArticlePage, IdPath
from web.api.route import STAFF, WORKERS, Ask, Asked, Routes
from web.api.sound import WAV, played

routes = Routes("articles")


class ArticleForm(Asked):
    title: str = Field(min_length=1, max_length=store.TITLE_LENGTH)
    text: str = Field(min_length=1, max_length=store.TEXT_LENGTH)
    key_order: int = Field(0, ge=0, le=999)
    published: bool = False


class ArticleChange(Asked):
    """Fields that are not named stay as they are."""

    title: str | None = Field(None, min_length=1, max_length=store.TITLE_LENGTH)
    text: str | None = Field(None, min_length=1, max_length=store.TEXT_LENGTH)
    key_order: int | None = Field(None, ge=0, le=999)
    published: bool | None = None


@routes.add(HTTPMethod.GET, "/articles", "Articles in the order callers hear them (知识)", roles=STAFF)
async def list_articles(ask: Ask) -> ArticlePage:
    async with ask.services.sessions() as db:
        return ArticlePage(items=[_answer(row) for row in await store.listing(db)])


@routes.add(
    HTTPMethod.POST,
    "/articles",
    "A new article; shift leaders and administrators may publish it at once",
    roles=WORKERS,
    status=201,
)
async def make_article(ask: Ask, body: ArticleForm) -> ArticleAnswer:
    return _answer(await store.make(hand(ask), ask.services.settings, Words(**dict(body))))


@routes.add(
    HTTPMethod.PATCH,
    "/articles/{id}",
    "Change, publish or withdraw it; a published one is spoken",
    roles=WORKERS,
    errors=(409,),
)
async def change_article(ask: Ask, path: IdPath, body: ArticleChange) -> ArticleAnswer:
    async with ask.services.sessions() as db:
        words = vars(store.words_of(await store.get(db, path.id)))
    changed = Words(**words | {name: value for name, value in dict(body).items() if value is not None})
    return _answer(await store.change(hand(ask), ask.services.settings, path.id, changed))


@routes.add(
    HTTPMethod.GET, "/articles/{id}/audio", "The article as callers hear it, as WAV", roles=STAFF, media=WAV
)
async def article_audio(ask: Ask, path: IdPath) -> web.StreamResponse:
    async with ask.services.sessions() as db:
        row = await store.get(db, path.id)
    if not row.sound:
        raise NotFoundError("这篇知识还没有录音。")
    folder = sounds.articles_dir(ask.services.settings) / row.sound
    return await asyncio.to_thread(played, folder / "text" / "zh_CN.alaw")


def _answer(row: ArticleRow) -> ArticleAnswer:
    return ArticleAnswer(**vars(store.words_of(row)), id=row.id, has_audio=bool(row.sound))
