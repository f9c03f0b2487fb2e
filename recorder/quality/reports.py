"""Reports (质检报表): averages, fatal and appeal rates by seat, item, inspector, week or month. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from recorder.quality.scoring import half_up
from recorder.quality.weeks import week_of


class By(StrEnum):
    """What a report has a line for each of."""

    SEAT = "seat"  #: 坐席
    INSPECTOR = "inspector"  #: 质检员
    WEEK = "week"  #: 周
    MONTH = "month"  #: 月


@dataclass(frozen=True)
class Scored:
    """One score of a sample, as far as reports care."""

    seat: str
    inspector_id: int
    #: Of the call, in China.
    day: date
    total_tenths: int
    is_fatal: bool
    passed: bool
    appealed: bool
    #: The appeal led to another score.
    changed: bool
    #: SheetItem code → share given, 0 to 1; not there: does not apply.
    shares: Mapping[str, Fraction]
    #: Codes of the fatal items that were met.
    fatal: frozenset[str]


@dataclass(frozen=True)
class Line:
    """Figures of one seat, inspector, week or month. Averages are points, rates are percent."""

    key: str
    count: int
    average: Decimal
    low: Decimal
    high: Decimal
    pass_rate: Decimal
    fatal_rate: Decimal
    appeal_rate: Decimal
    #: Of the appeals, those that changed the score; 0 where there were none.
    changed_rate: Decimal


@dataclass(frozen=True)
class ItemLine:
    """How one item of the sheets fares."""

    code: str
    #: Scores in which it applied.
    count: int
    #: Mean share given, percent; of a fatal item 0.
    average: Decimal
    #: Scores that gave less than all of it, percent; of a fatal item those in which it was met.
    loss_rate: Decimal


_KEYS: dict[By, Callable[[Scored], str]] = {
    By.SEAT: lambda one: one.seat,
    By.INSPECTOR: lambda one: str(one.inspector_id),
    By.WEEK: lambda one: week_of(one.day),
    By.MONTH: lambda one: f"{one.day:%Y-%m}",
}


def lines(scores: Iterable[Scored], by: By) -> list[Line]:
    """One line each, in the order of keys."""
    groups: dict[str, list[Scored]] = defaultdict(list)
    for one in scores:
        groups[_KEYS[by](one)].append(one)
    return [line(key, groups[key]) for key in sorted(groups)]


def line(key: str, scores: Sequence[Scored]) -> Line:
    """`scores` together, at least one."""
    tenths = [one.total_tenths for one in scores]
    appeals = [one for one in scores if one.appealed]
    return Line(
        key=key,
        count=len(scores),
        average=half_up(Fraction(sum(tenths), 10 * len(tenths))),
        low=Decimal(min(tenths)).scaleb(-1),
        high=Decimal(max(tenths)).scaleb(-1),
        pass_rate=_rate([one.passed for one in scores]),
        fatal_rate=_rate([one.is_fatal for one in scores]),
        appeal_rate=_rate([one.appealed for one in scores]),
        changed_rate=_rate([one.changed for one in appeals]),
    )


def item_lines(scores: Sequence[Scored], fatal: Iterable[str]) -> list[ItemLine]:
    """One line an item that applied anywhere; `fatal`: codes of fatal items, in whatever score."""
    shares: dict[str, list[Fraction]] = defaultdict(list)
    for one in scores:
        for code, share in one.shares.items():
            shares[code].append(share)
    ordinary = [
        ItemLine(
            code=code,
            count=len(found),
            average=half_up(100 * sum(found, Fraction(0)) / len(found)),
            loss_rate=_rate([share < 1 for share in found]),
        )
        for code, found in sorted(shares.items())
    ]
    met = [
        ItemLine(code, len(scores), Decimal("0.0"), _rate([code in one.fatal for one in scores]))
        for code in sorted(set(fatal))
        if scores
    ]
    return ordinary + met


def _rate(flags: Sequence[bool]) -> Decimal:
    return half_up(Fraction(100 * sum(flags), len(flags))) if flags else Decimal("0.0")
