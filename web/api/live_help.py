"""Live help (实时辅助): what was said in a call so far, and how it is doing."""

from __future__ import annotations

import json
from http import HTTPMethod
from typing import Any, Literal

from pydantic import ConfigDict, Field

from core.tables import Account, Role
from recorder.live import keys
from web.api.route import STAFF, Answer, Ask, Asked, Routes

routes = Routes("live help")

_LEADERS = frozenset({Role.SHIFT_LEADER, Role.ADMINISTRATOR})


class _Told(Answer):
    """Read from what another part wrote: a newer part may say more."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class LiveHelpState(_Told):
    """Off: nothing of it is shown. `streams` calls of at most `limit` are followed now."""

    on: bool = False
    streams: int = 0
    limit: int = 0
    lag_s: float = 0.0
    dropped: int = 0
    model: str = ""
    is_test_model: bool = False


class MarkedWord(_Told):
    """A keyword; offsets in characters of the sentence."""

    start: int
    end: int
    word: str


class SuggestedClass(_Told):
    """A class of the catalogue, and the words it came by."""

    kind: str
    code: str
    name: str
    why: list[str]


class SuggestedArticle(_Told):
    id: int
    title: str
    excerpt: str


class Sentence(_Told):
    """The `n`th sentence of a side; seconds of the recording."""

    call_id: str
    side: Literal["caller", "hotline"]
    n: int
    text: str
    final: bool
    start_s: float
    end_s: float
    keywords: list[MarkedWord] = Field(default_factory=list)
    categories: list[SuggestedClass] | None = None
    articles: list[SuggestedArticle] | None = None


class SentencesAnswer(Answer):
    items: list[Sentence]


class LiveCallPath(Asked):
    id: str = Field(max_length=64)


@routes.add(HTTPMethod.GET, "/live-help", "Whether live help works, and for how many calls", roles=STAFF)
async def live_help(ask: Ask) -> LiveHelpState:
    text = await ask.services.redis.get(keys.STATE)
    return LiveHelpState.model_validate_json(text) if text else LiveHelpState()


@routes.add(
    HTTPMethod.GET,
    "/live-help/{id}",
    "What was said in a call so far; a seat sees what was said while it was in the call",
    roles=STAFF,
)
async def sentences(ask: Ask, path: LiveCallPath) -> SentencesAnswer:
    found = await ask.services.redis.lrange(keys.said_in(path.id), 0, -1)
    said = [json.loads(text) for text in found]
    return SentencesAnswer(
        items=[Sentence.model_validate(one) for one in said if _may_hear(ask.account, one)]
    )


def _may_hear(account: Account, message: dict[str, Any]) -> bool:
    return account.role in _LEADERS or account.extension in message.get("to", ())
