"""Finding a class while typing: by code, words of its name, pinyin or its initials (类别检索). Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar


class Searched(Protocol):
    """A class of the catalogue."""

    @property
    def kind(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def major(self) -> str: ...
    @property
    def minor(self) -> str: ...
    @property
    def initials(self) -> str: ...
    @property
    def pinyin(self) -> str: ...


S = TypeVar("S", bound=Searched)


@dataclass(frozen=True)
class Found(Generic[S]):
    """`why`: code, name, initials, pinyin, words; the better match has the smaller `rank`."""

    one: S
    rank: tuple[int, int]
    why: str


def search(classes: Iterable[S], typed: str, most: int = 20) -> list[Found[S]]:
    """The classes that what was typed may mean, the likeliest first; nothing typed finds nothing."""
    words = typed.lower().split()
    found = [hit for one in classes if words and (hit := _match(one, words)) is not None]
    return sorted(found, key=lambda hit: (hit.rank, hit.one.kind, hit.one.code))[:most]


def _match(one: S, words: list[str]) -> Found[S] | None:
    """All words have to fit; the worst fit counts."""
    fits = [_fit(one, word) for word in words]
    known = [fit for fit in fits if fit is not None]
    if len(known) < len(fits):
        return None
    step, why = max(known)
    return Found(one, (step, 0 if why == "code" else len(one.minor)), why)


def _fit(one: Searched, word: str) -> tuple[int, str] | None:
    name = one.minor.lower()
    for step, fits, why in (
        (0, name == word or one.code == word, "name" if name == word else "code"),
        (1, name.startswith(word), "name"),
        (2, one.code.startswith(word), "code"),
        (3, one.initials == word or one.pinyin == word, "initials" if one.initials == word else "pinyin"),
        (4, word in name, "name"),
        (5, one.initials.startswith(word), "initials"),
        (6, one.pinyin.startswith(word), "pinyin"),
        (7, len(word) > 1 and word in one.initials, "initials"),
        (8, len(word) > 2 and word in one.pinyin, "pinyin"),
        (9, word in f"{one.kind}{one.major}".lower(), "words"),
    ):
        if fits:
            return step, why
    return None
