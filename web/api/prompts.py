"""The prompts callers hear, to read and to listen to."""

from __future__ import annotations

import asyncio
from http import HTTPMethod
from typing import Literal

from aiohttp import web
from pydantic import Field

from core.errors import NotFoundError
from ivr.prompts import library
from web.api.route import STAFF, Answer, Ask, Asked, Routes

routes = Routes("prompts")


class PromptSound(Answer):
    #: Length.
    seconds: float
    source: Literal["synthesised", "studio"]
    #: Why a studio recording of it is not used; null when there is none, or it is used.
    refused: str | None


class PromptItem(Answer):
    #: May hold a slash (digits/5): encode it in addresses.
    id: str
    #: A whole sentence, or a piece that numbers and dates are put together from.
    kind: Literal["sentence", "unit"]
    #: Empty where Mandarin does not need this piece; the same for `en`.
    zh: str
    en: str
    #: By language, zh_CN and en; a language without a built sound is not in it.
    languages: dict[str, PromptSound]


class PromptPage(Answer):
    items: list[PromptItem]


class PromptPath(Asked):
    language: Literal["zh_CN", "en"]
    id: str = Field(max_length=64)


@routes.add(HTTPMethod.GET, "/prompts", "What callers can hear, and from where (提示音)", roles=STAFF)
async def prompts(ask: Ask) -> PromptPage:
    found = await asyncio.to_thread(library.entries, ask.services.settings)
    return PromptPage(items=[_item(entry) for entry in found])


@routes.add(
    HTTPMethod.GET,
    "/prompts/{language}/{id}/audio",
    "A prompt as WAV; the id's slash is written %2F",
    roles=STAFF,
    media="audio/wav",
)
async def prompt_audio(ask: Ask, path: PromptPath) -> web.StreamResponse:
    sound = await asyncio.to_thread(library.wav, ask.services.settings, path.language, path.id)
    if sound is None:
        raise NotFoundError("没有这条提示音。")
    return web.Response(body=sound, content_type="audio/wav", headers={"Cache-Control": "private, no-cache"})


def _item(entry: library.Entry) -> PromptItem:
    sounds = {
        language: PromptSound(
            seconds=stamp.seconds,
            source="studio" if stamp.source == "studio" else "synthesised",
            refused=stamp.refused,
        )
        for language, stamp in entry.sounds.items()
    }
    return PromptItem(id=entry.id, kind=entry.kind, zh=entry.zh, en=entry.en, languages=sounds)
