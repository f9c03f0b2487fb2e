"""From what a caller says to points on the map (地名检索): ranked, each with the reason it is there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from ticketing.places.geometry import WINDS, bearing, distance_m, moved, wind
from ticketing.places.index import Located
from ticketing.places.names import NAMES, Alike, Name, Names
from ticketing.places.spoken import Spoken, take_apart

#: How far from what was named people still mean “西边”, metres.
_REACH_M = 3000.0
#: At this distance a hit counts half as much as one next door.
_HALF_M = 800.0
#: Where “西边” is, when nothing is known there: so many metres away, a guess that is called one.
_GUESS_M = 150.0
_GUESSED = 0.9
#: Names so much worse than the best are no places to look around.
_ANCHORS, _ANCHOR_SCORE, _ANCHOR_MARGIN = 3, 0.75, 0.05
#: Where something was said to lie by something else, a name that resembles the whole sentence counts so much,
#: unless it is all but said in full.
_BESIDE, _IN_FULL = 0.7, 0.95
#: Hits so much worse than the best only hide it.
_WORTH_SHOWING = 0.58
#: What a hit in another district than the one asked for keeps.
_ELSEWHERE = 0.6


@dataclass(frozen=True)
class Hit:
    """A place that may be meant. `is_guess`: nobody has noted anything there, only the direction is known."""

    name: str
    sort: str
    longitude: float
    latitude: float
    score: float
    why: str
    located: Located | None
    is_guess: bool = False


async def find(session: AsyncSession, text: str, district: str | None = None, most: int = 8) -> list[Hit]:
    """Places that `text` may mean, likeliest first; none when nothing resembles it.

    Args:
        district: code of the district the caller named: what lies in another counts less.
    """
    return search(await NAMES.current(session), text, district, most)


def search(names: Names, text: str, district: str | None = None, most: int = 8) -> list[Hit]:
    """`find` among names that are at hand. Pure."""
    spoken = take_apart(text, names.sorts)
    hits = [*_whole(names, spoken), *_around(names, spoken)]
    best = dict[tuple[str, float, float], Hit]()
    for hit in (_weighed(one, district) for one in hits):
        key = hit.name, hit.longitude, hit.latitude
        if key not in best or best[key].score < hit.score:
            best[key] = hit
    ranked = sorted(best.values(), key=lambda one: (-one.score, one.name))
    return [one for one in ranked if one.score >= ranked[0].score * _WORTH_SHOWING][:most]


def _whole(names: Names, spoken: Spoken) -> Iterator[Hit]:
    """What bears the name that was said."""
    is_beside = bool(spoken.wind or spoken.near)
    for one in names.alike(spoken.whole):
        score = one.score * _BESIDE if is_beside and one.score < _IN_FULL else one.score
        yield _hit(one.name, score, _named(one))


def _around(names: Names, spoken: Spoken) -> Iterator[Hit]:
    """What lies where it was said to lie, seen from what was named."""
    if not (spoken.wind or spoken.near or spoken.sort):
        return
    anchors = names.alike(spoken.anchor, _ANCHORS)
    good = [one for one in anchors if one.score >= max(_ANCHOR_SCORE, anchors[0].score - _ANCHOR_MARGIN)]
    for anchor in good:
        near = list(_near(names.by_sort.get(spoken.sort, ()), anchor, spoken)) if spoken.sort else []
        yield from near
        if not any(one.score >= anchor.score * 0.5 for one in near):
            yield from _guess(anchor, spoken)


def _near(things: Iterable[Name], anchor: Alike, spoken: Spoken) -> Iterator[Hit]:
    for one in things:
        if one == anchor.name:
            continue
        metres = distance_m(anchor.name.longitude, anchor.name.latitude, one.longitude, one.latitude)
        degrees = bearing(anchor.name.longitude, anchor.name.latitude, one.longitude, one.latitude)
        if anchor.name.within:
            if anchor.name.within not in _codes(one):
                continue
            yield _hit(one, anchor.score, f"在{anchor.name.name}")
        elif metres <= _REACH_M:
            score = anchor.score * 1.1 * _aside(degrees, spoken.wind) / (1 + (metres / _HALF_M) ** 2)
            yield _hit(one, score, f"{anchor.name.name}{wind(degrees)}边约 {_rounded(metres)} 米")


def _aside(degrees: float, wanted: str) -> float:
    """1 where a bearing is on the side that was said, less beside it, little behind."""
    if not wanted:
        return 1.0
    off = abs((degrees - WINDS.index(wanted) * 45 + 180) % 360 - 180)
    return 1.0 if off <= 50 else 0.6 if off <= 80 else 0.15


def _guess(anchor: Alike, spoken: Spoken) -> Iterator[Hit]:
    """The thing that was named, and before it the ground on the side of it that was said."""
    name, (lon, lat) = anchor.name, (anchor.name.longitude, anchor.name.latitude)
    yield _hit(name, anchor.score * (_GUESSED - 0.05 if spoken.wind else 1), _named(anchor))
    if not spoken.wind:
        return
    lon, lat = moved(lon, lat, WINDS.index(spoken.wind) * 45, _GUESS_M)
    why = f"{name.name}以{spoken.wind}约 {_GUESS_M:.0f} 米，按方位估计"
    score = round(anchor.score * _GUESSED, 3)
    yield Hit(f"{name.name}{spoken.wind}边", name.sort, lon, lat, score, why, name.located, True)


def _named(one: Alike) -> str:
    return f"名称相近：{one.by}" if one.by == one.name.name else f"别名相近：{one.by}"


def _weighed(hit: Hit, district: str | None) -> Hit:
    inside = hit.located and hit.located.district
    if not district or not inside or inside.code == district:
        return hit
    return Hit(**vars(hit) | {"score": round(hit.score * _ELSEWHERE, 3)})


def _hit(one: Name, score: float, why: str) -> Hit:
    return Hit(one.name, one.sort, one.longitude, one.latitude, round(score, 3), why, one.located)


def _codes(one: Name) -> set[str]:
    return {code for code in one.located.codes().values() if code} if one.located else set()


def _rounded(metres: float) -> int:
    return max(10, round(metres / 10) * 10)
