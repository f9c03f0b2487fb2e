"""The scoring engine (评分): answers to the items of a sheet in, a total of 0.0 to 100.0 out. Pure.

A group's share of the total is its weight, or the weights of its items that apply where it has none. Within
a group items count by their weights. What does not apply (不适用) counts neither for nor against: its weight
goes to the others. A fatal item that is met (一票否决) leaves at most its cap. The total is rounded half up
to 0.1, once, at the end: all before is exact.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from pydantic import BaseModel, ConfigDict, Field

from core.errors import InvalidError
from recorder.quality.sheet import ItemKind, Sheet, SheetGroup, SheetItem, Tenths

FULL = Fraction(100)


class ItemAnswer(BaseModel):
    """What an inspector found about one item."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    #: Points given, of an item of kind `points`.
    points: Tenths | None = None
    #: Yes or no; of a fatal item True means that it is met.
    yes: bool | None = None
    #: Does not apply to this call.
    not_applicable: bool = False
    note: str = Field("", max_length=500)


@dataclass(frozen=True)
class ItemResult:
    """One item's part in a total."""

    code: str
    #: 0 to 1; None: does not apply, or fatal.
    share: Fraction | None
    #: A fatal item that is met.
    is_fatal: bool = False


@dataclass(frozen=True)
class Result:
    """A total and how it came about."""

    #: 0.0 to 100.0.
    total: Decimal
    #: The same before fatal items.
    before_fatal: Decimal
    passed: bool
    #: Codes of the fatal items that are met.
    fatal: tuple[str, ...]
    items: tuple[ItemResult, ...]


def score(sheet: Sheet, answers: Mapping[str, ItemAnswer]) -> Result:
    """The total of `answers`, by item code.

    Raises:
        InvalidError: an item without an answer, an answer that does not fit or has no item, or nothing that
            applies; `fields` names each.
    """
    wrong = _mistakes(sheet, answers)
    if wrong:
        raise InvalidError(fields=wrong)
    results = tuple(_result(item, answers[item.code]) for item in sheet.items())
    exact = _total(sheet, {one.code: one.share for one in results})
    if exact is None:
        raise InvalidError(fields={"answers": "没有一项适用，无法评分"})
    met = [item for item, one in zip(sheet.items(), results, strict=True) if one.is_fatal]
    total = min([exact, *(Fraction(item.cap) for item in met)])
    rounded = half_up(total)
    return Result(
        total=rounded,
        before_fatal=half_up(exact),
        passed=rounded >= sheet.pass_mark,
        fatal=tuple(item.code for item in met),
        items=results,
    )


def half_up(value: Fraction) -> Decimal:
    """`value` (not negative) to one decimal; 0.05 becomes 0.1."""
    return Decimal((value * 20 + 1) // 2).scaleb(-1)


def _result(item: SheetItem, answer: ItemAnswer) -> ItemResult:
    if item.kind is ItemKind.FATAL:
        return ItemResult(item.code, None, bool(answer.yes) and not answer.not_applicable)
    if answer.not_applicable:
        return ItemResult(item.code, None)
    if item.kind is ItemKind.YES_NO:
        return ItemResult(item.code, Fraction(1 if answer.yes else 0))
    return ItemResult(item.code, Fraction(answer.points or 0) / item.scale)


def _total(sheet: Sheet, shares: Mapping[str, Fraction | None]) -> Fraction | None:
    """Exact total; None: nothing applies."""
    weights = got = Fraction(0)
    for group in sheet.groups:
        weight, share = _group(group, shares)
        weights += weight
        got += weight * share
    return FULL * got / weights if weights else None


def _group(group: SheetGroup, shares: Mapping[str, Fraction | None]) -> tuple[Fraction, Fraction]:
    """Weight and share of a group; (0, 0) where none of its items applies."""
    counted = [(item.weight, share) for item in group.items if (share := shares[item.code]) is not None]
    inner = sum(weight for weight, _ in counted)
    if not inner:
        return Fraction(0), Fraction(0)
    share = sum((weight * share for weight, share in counted), Fraction(0)) / inner
    return Fraction(group.weight or inner), share


def _mistakes(sheet: Sheet, answers: Mapping[str, ItemAnswer]) -> dict[str, str]:
    """Field (`answers.CODE`) → what is wrong with it."""
    known = {item.code: item for item in sheet.items()}
    wrong = {f"answers.{code}": "评分表中没有这一项" for code in answers if code not in known}
    for code, item in known.items():
        if problem := _mistake(item, answers.get(code)):
            wrong[f"answers.{code}"] = problem
    return wrong


def _mistake(item: SheetItem, answer: ItemAnswer | None) -> str:
    if answer is None:
        return "尚未评分"
    if answer.not_applicable:
        return "" if item.optional or item.kind is ItemKind.FATAL else "此项不能选“不适用”"
    if item.kind is ItemKind.POINTS:
        if answer.points is None:
            return "尚未评分"
        return "" if answer.points <= item.scale else f"最多 {item.scale} 分"
    return "尚未评分" if answer.yes is None else ""
