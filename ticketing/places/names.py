"""The gazetteer in memory: names and aliases, found by what they look and sound like."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import CHINA, SystemClock
from ticketing.places.index import Located, OutsideError, PlaceIndex
from ticketing.places.levels import LABELS, Level
from ticketing.places.memory import TREE, Memory
from ticketing.places.tables import Landmark

#: Sounds that dialect and recognisers mix up.
_BLUR = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"))
#: Names looked at closely; so many share most syllables with what was said.
_CLOSELY = 60
#: Below this a likeness is an accident.
LEAST = 0.62


@dataclass(frozen=True)
class Name:
    """A thing with a name and a point. `within`: code of the place it is, when it is a district or street."""

    name: str
    aliases: tuple[str, ...]
    sort: str
    longitude: float
    latitude: float
    located: Located | None
    landmark_id: int | None = None
    within: str = ""


@dataclass(frozen=True)
class Alike:
    """A name that resembles what was said, how much (0 to 1), and by which of its names."""

    name: Name
    score: float
    by: str


class Names:
    """All names at one revision. Never changes."""

    def __init__(self, names: Iterable[Name]) -> None:
        self.all = tuple(names)
        self._said: list[tuple[int, str, str]] = []
        self._by_pair: dict[str, list[int]] = defaultdict(list)
        for at, one in enumerate(self.all):
            for said in (one.name, *one.aliases):
                sound = sounds(said)
                for pair in _pairs(sound):
                    self._by_pair[pair].append(len(self._said))
                self._said.append((at, said, " ".join(sound)))

    @cached_property
    def sorts(self) -> frozenset[str]:
        """The sorts of things there are, in a word each."""
        return frozenset(one.sort for one in self.all if one.sort and not one.within)

    @cached_property
    def by_sort(self) -> dict[str, list[Name]]:
        found = defaultdict[str, list[Name]](list)
        for one in self.all:
            found[one.sort].append(one)
        return found

    def alike(self, text: str, most: int = 8) -> list[Alike]:
        """The names that resemble `text`, best first, each once."""
        sound = sounds(text)
        shared = Counter(at for pair in set(_pairs(sound)) for at in self._by_pair.get(pair, ()))
        best = dict[int, Alike]()
        for at, _ in shared.most_common(_CLOSELY):
            index, said, spoken = self._said[at]
            score = _likeness(said, spoken, text, " ".join(sound))
            if score >= LEAST and (index not in best or best[index].score < score):
                best[index] = Alike(self.all[index], round(score, 3), said)
        return sorted(best.values(), key=lambda one: (-one.score, len(one.by), one.name.name))[:most]


def sounds(text: str) -> list[str]:
    """The syllables of a text, without tones, and without what dialect blurs."""
    from pypinyin import lazy_pinyin  # its tables are read with it

    found = []
    for syllable in lazy_pinyin(text.lower()):
        for clear, blurred in _BLUR:
            syllable = syllable.replace(clear, blurred)
        found.append("l" + syllable[1:] if syllable.startswith("n") else syllable)
    return found


def _pairs(sound: Sequence[str]) -> list[str]:
    """Neighbouring syllables; a single one stands for itself."""
    return [f"{a} {b}" for a, b in pairwise(sound)] or list(sound)


def _likeness(said: str, spoken: str, text: str, sound: str) -> float:
    """How much a name resembles what was said: mostly by its sound, and more when it is all of it."""
    from rapidfuzz import fuzz

    looks = fuzz.partial_ratio(said, text) / 100
    heard = fuzz.partial_ratio(spoken, sound) / 100
    covers = min(len(said), len(text)) / max(len(said), len(text))
    return 0.4 * looks + 0.4 * heard + 0.2 * covers


async def read_names(session: AsyncSession) -> Names:
    """Landmarks, and districts, streets and communities by a point inside of each."""
    tree = await TREE.current(session)
    today = SystemClock().now().astimezone(CHINA).date()
    rows = (await session.scalars(select(Landmark).where(Landmark.is_active).order_by(Landmark.id))).all()
    return await asyncio.to_thread(_build, tree, rows, today)


def _build(tree: PlaceIndex, rows: Sequence[Landmark], today: date) -> Names:
    found = [
        Name(
            row.name,
            tuple(row.aliases),
            row.sort,
            row.longitude,
            row.latitude,
            _locate(tree, row.longitude, row.latitude, today),
            row.id,
        )
        for row in rows
    ]
    for place, lon, lat in tree.middles(today):
        if place.level <= Level.COMMUNITY:
            label = LABELS[Level(place.level)]
            found.append(Name(place.name, (), label, lon, lat, tree.above(place), None, place.code))
    return Names(found)


def _locate(tree: PlaceIndex, lon: float, lat: float, today: date) -> Located | None:
    try:
        return tree.locate(lon, lat, today)
    except OutsideError:
        return None


#: All names, made anew when names or the tree change.
NAMES: Memory[Names] = Memory(read_names, "tree", "names")
