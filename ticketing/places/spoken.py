"""What a caller says about a place, taken apart: “星海广场西边那个加油站” → 星海广场, 西, 加油站. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from ticketing.places.geometry import WINDS

_NOISE = re.compile(r"[\s，。！？、,.!?;；:：\"'“”‘’()（）]+")
#: Words that say nothing about where.
_FILLERS = re.compile(
    r"(?:那个|这个|有一个|有个|一个|那边|这边|那儿|这儿|那里|这里|我们|我在|我|就在|就是|在|就|呢|啊|吧|嘛|的)"
)
_SIDE = "|".join(sorted(WINDS, key=len, reverse=True))
#: How something lies to what was named first: a wind and a side, or near it.
_RELATION = re.compile(
    rf"(?:往|向|靠)?(?P<wind>{_SIDE})(?:边|侧|面|头|方向|角|门|边儿|走)"
    r"|(?P<near>附近|旁边|边上|周边|周围|对面|对过|斜对面|门口|前面|后面|里面|隔壁|旁|边)"
)


@dataclass(frozen=True)
class Spoken:
    """`anchor`: what was named; `wind`: on which side of it (or empty); `sort`: what is looked for there."""

    whole: str
    anchor: str
    wind: str = ""
    near: str = ""
    sort: str = ""


def plain(text: str) -> str:
    """Without blanks and stops."""
    return _NOISE.sub("", text)


def take_apart(text: str, sorts: Collection[str]) -> Spoken:
    """What somebody said, by parts; `sorts` are the sorts of things the gazetteer knows."""
    whole = plain(text)
    found = next((one for one in _RELATION.finditer(whole) if one.start() >= 2), None)
    if found is None:
        return Spoken(whole, *_with_sort(_FILLERS.sub("", whole), sorts))
    anchor = _FILLERS.sub("", whole[: found.start()])
    rest = _FILLERS.sub("", whole[found.end() :])
    # “……西边往北走的加油站”: the first relation is to the thing named, what follows is on the way.
    return Spoken(whole, anchor, found["wind"] or "", found["near"] or "", sort_in(rest, sorts))


def sort_in(text: str, sorts: Collection[str]) -> str:
    """The longest sort of thing a text speaks of; empty: none."""
    return max((one for one in sorts if one and one in text), key=len, default="")


def _with_sort(text: str, sorts: Collection[str]) -> tuple[str, str, str, str]:
    """“甘井子区加油站”: a name, and what is looked for there."""
    sort = sort_in(text, sorts)
    name = text.removesuffix(sort)
    if sort and text.endswith(sort) and name:
        return name, "", "", sort
    return text, "", "", ""
