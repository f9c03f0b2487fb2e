"""Published articles read out."""

from __future__ import annotations

import asyncio

import pytest

from ivr.flows import engine
from ivr.flows.fakes import FakeArticle, FakeCall, a_world
from ivr.flows.model import Articles, Flow, Language, Menu, Queue, Step, Terminal, ToGoodbye, ToQueue

FLOW = Flow(
    "x",
    "x",
    "menu",
    {
        "menu": Step("menu", "", Menu(("menu",), {"1": "read", "2": "english"}, "wrong", 3, "person")),
        "english": Step("english", "", Language("en", "read")),
        "read": Step("read", "", Articles("bye", "person")),
        "bye": Step("bye", "", ToGoodbye()),
        "person": Step("person", "", Queue("general")),
    },
)
PERSON = ToQueue("general")


def _walk(keys: list[str], articles: int = 3) -> tuple[Terminal, FakeCall]:
    call = FakeCall(keys)
    offered = [FakeArticle(f"/a/{n}/title", f"/a/{n}/text") for n in range(1, articles + 1)]
    return asyncio.run(engine.run(FLOW, call, a_world(articles=offered))), call


def test_titles_are_read_with_their_keys() -> None:
    terminal, call = _walk(["1"])
    assert terminal == PERSON, "silence"
    assert call.played[1:9] == [
        "articles-intro",
        *("/a/1/title/zh_CN", "articles-press", "digit-1"),
        *("/a/2/title/zh_CN", "articles-press", "digit-2"),
        "/a/3/title/zh_CN",
    ]


def test_the_chosen_one_is_read_out_in_the_language_of_the_call() -> None:
    terminal, call = _walk(["2", "2"])
    assert terminal == ToGoodbye()
    assert call.played[-2:] == ["/a/2/text/en", "articles-after"]


def test_again_back_and_another() -> None:
    terminal, call = _walk(["1", "2", "*", "#", "3", "", "0"])
    assert terminal == ToGoodbye()
    assert [sound for sound in call.played if sound.endswith("/text/zh_CN")] == [
        *("/a/2/text/zh_CN", "/a/2/text/zh_CN", "/a/3/text/zh_CN"),
    ]
    assert call.pressed == ["1", "2", "*", "#", "3"]


def test_back_from_the_titles_is_the_menu_and_zero_a_person() -> None:
    assert _walk(["1", "#", "0"])[1].steps == ["menu", "read", "menu", "person"]
    assert _walk(["1", "2", "0"])[0] == PERSON


@pytest.mark.parametrize(("articles", "last"), [(20, "digit-9"), (1, "digit-1")])
def test_as_many_as_there_are_keys(articles: int, last: str) -> None:
    _, call = _walk(["1"], articles)
    assert call.played[-1] == last


def test_nothing_published() -> None:
    terminal, call = _walk(["1"], 0)
    assert (terminal, call.played[-1]) == (PERSON, "articles-none")
