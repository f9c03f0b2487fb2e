"""Random sheets with answers to them, for property tests."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st

from recorder.quality.scoring import ItemAnswer
from recorder.quality.sheet import ItemKind, Sheet, SheetGroup, SheetItem

Pair = tuple[Sheet, dict[str, ItemAnswer]]


@st.composite
def items(draw: st.DrawFn, code: str, kinds: tuple[ItemKind, ...] = tuple(ItemKind)) -> SheetItem:
    return SheetItem(
        code=code,
        title=code,
        kind=draw(st.sampled_from(kinds)),
        weight=draw(st.integers(1, 40)),
        scale=draw(st.integers(1, 20)),
        cap=draw(st.integers(0, 99)),
        optional=True,
    )


@st.composite
def sheets(draw: st.DrawFn) -> Sheet:
    groups = []
    for g in range(draw(st.integers(1, 4))):
        count = draw(st.integers(1, 4))
        # The first item of the first group gives points, so that the sheet is sound.
        kinds = [(ItemKind.POINTS,) if (g, n) == (0, 0) else tuple(ItemKind) for n in range(count)]
        made = tuple(draw(items(f"g{g}i{n}", kind)) for n, kind in enumerate(kinds))
        weight = draw(st.none() | st.integers(1, 100))
        groups.append(SheetGroup(code=f"g{g}", title="组", weight=weight, items=made))
    return Sheet(groups=tuple(groups), pass_mark=Decimal(draw(st.integers(0, 100))))


@st.composite
def answers(draw: st.DrawFn, item: SheetItem) -> ItemAnswer:
    if draw(st.integers(0, 4)) == 0:
        return ItemAnswer(not_applicable=True)
    if item.kind is ItemKind.POINTS:
        return ItemAnswer(points=Decimal(draw(st.integers(0, item.scale * 10))) / 10)
    return ItemAnswer(yes=draw(st.booleans()))


@st.composite
def scored(draw: st.DrawFn) -> Pair:
    """A sheet and answers of which at least one counts."""
    sheet = draw(sheets())
    given = {item.code: draw(answers(item)) for item in sheet.items()}
    first = next(sheet.items())
    given[first.code] = ItemAnswer(points=Decimal(draw(st.integers(0, first.scale * 10))) / 10)
    return sheet, given
