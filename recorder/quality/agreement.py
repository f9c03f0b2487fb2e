"""How far inspectors agree on one recording (校准): per item and over all. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import combinations

from recorder.quality.scoring import ItemAnswer, half_up
from recorder.quality.sheet import ItemKind, Sheet, SheetItem

#: Points that differ by no more than this share of the scale are the same opinion.
CLOSE = Fraction(1, 10)


@dataclass(frozen=True)
class ItemAgreement:
    """One item as all inspectors judged it."""

    code: str
    #: Lowest and highest, percent of the item; None: nobody found that it applies.
    low: Decimal | None
    high: Decimal | None
    mean: Decimal | None
    #: Share of pairs of inspectors who think the same, percent.
    agreement: Decimal


@dataclass(frozen=True)
class Agreement:
    """All of it; None where fewer than two have scored."""

    items: tuple[ItemAgreement, ...]
    mean: Decimal
    spread: Decimal
    #: Mean over the items, percent.
    agreement: Decimal
    #: All say passed, or all say not.
    same_verdict: bool


def agreement(
    sheet: Sheet, answers: Sequence[Mapping[str, ItemAnswer]], totals: Sequence[Decimal]
) -> Agreement | None:
    """One mapping of answers and one total an inspector."""
    if len(answers) < 2:
        return None
    items = tuple(_item(item, [one[item.code] for one in answers]) for item in sheet.items())
    return Agreement(
        items=items,
        mean=_mean([Fraction(one) for one in totals]),
        spread=max(totals) - min(totals),
        agreement=_mean([Fraction(one.agreement) for one in items]),
        same_verdict=len({one >= sheet.pass_mark for one in totals}) == 1,
    )


def _item(item: SheetItem, answers: list[ItemAnswer]) -> ItemAgreement:
    opinions = [_opinion(item, one) for one in answers]
    pairs = list(combinations(opinions, 2))
    same = sum(_agree(one, other) for one, other in pairs)
    known = [one * 100 for one in opinions if one is not None]
    return ItemAgreement(
        code=item.code,
        low=half_up(min(known)) if known else None,
        high=half_up(max(known)) if known else None,
        mean=_mean(known) if known else None,
        agreement=half_up(Fraction(100 * same, len(pairs))),
    )


def _opinion(item: SheetItem, answer: ItemAnswer) -> Fraction | None:
    """Share of the item given, 1 for a fatal item that is met; None: does not apply."""
    if answer.not_applicable:
        return None
    if item.kind is ItemKind.POINTS:
        return Fraction(answer.points or 0) / item.scale
    return Fraction(1 if answer.yes else 0)


def _agree(one: Fraction | None, other: Fraction | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= CLOSE


def _mean(values: Sequence[Fraction]) -> Decimal:
    return half_up(sum(values, Fraction(0)) / len(values))
