"""Random sheets with answers to them, for property tests."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st

from recorder.quality.scoring import Answer
from recorder.quality.sheet import Group, Item, Kind, Sheet

Pair = tuple[Sheet, dict[str, Answer]]


@st.composite
def items(draw: st.DrawFn, code: str, kinds: tuple[Kind, ...] = tuple(Kind)) -> Item:
    return Item(
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
        kinds = [(Kind.POINTS,) if (g, n) == (0, 0) else tuple(Kind) for n in range(count)]
        made = tuple(draw(items(f"g{g}i{n}", kind)) for n, kind in enumerate(kinds))
        weight = draw(st.none() | st.integers(1, 100))
        groups.append(Group(code=f"g{g}", title="组", weight=weight, items=made))
    return Sheet(groups=tuple(groups), pass_mark=Decimal(draw(st.integers(0, 100))))


@st.composite
def answers(draw: st.DrawFn, item: Item) -> Answer:
    if draw(st.integers(0, 4)) == 0:
        return Answer(not_applicable=True)
    if item.kind is Kind.POINTS:
        return Answer(points=Decimal(draw(st.integers(0, item.scale * 10))) / 10)
    return Answer(yes=draw(st.booleans()))


@st.composite
def scored(draw: st.DrawFn) -> Pair:
    """A sheet and answers of which at least one counts."""
    sheet = draw(sheets())
    given = {item.code: draw(answers(item)) for item in sheet.items()}
    first = next(sheet.items())
    given[first.code] = Answer(points=Decimal(draw(st.integers(0, first.scale * 10))) / 10)
    return sheet, given
