"""What the demo city adds to the catalogue: units of its own for some classes, and a class it made up."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from ticketing.catalogue import DEFAULT_EDITION, store
from ticketing.catalogue.lines import ClassLine, Line, SeverityLine
from ticketing.catalogue.tables import Edition

#: (kind, code) → unit of the whole city (`hotline.demo_units`).
_UNITS = {
    **dict.fromkeys((("部件", "0101"), ("部件", "0125"), ("事件", "0501")), "city-water"),
    **dict.fromkeys((("部件", "0111"), ("部件", "0149"), ("部件", "0157"), ("事件", "0502")), "city-gas"),
    **dict.fromkeys((("部件", "0110"), ("事件", "0504")), "city-heat"),
    **dict.fromkeys((("部件", "0105"), ("部件", "0128"), ("部件", "0130")), "city-power"),
}
#: Cities count their own codes down from 99.
_OWN = ClassLine(
    edition=DEFAULT_EDITION, kind="事件", code="0199", major="市容环境", minor="盲道缺损", is_local=True
)
_ROWS = ((1, "缺失、隆起，盲人可能绊倒", 1, "work_day"), (2, "颜色脱落，尚可辨认", 5, "work_day"))


async def add(session: AsyncSession, now: datetime) -> None:
    """Once, in the caller's transaction: a catalogue that anybody edited stays as it is."""
    edition = await session.get(Edition, DEFAULT_EDITION)
    if edition is None or edition.revision > 1:
        return
    state = await store.state(session)
    lines: list[Line] = [
        replace(state.classes[(DEFAULT_EDITION, *key)], unit=unit) for key, unit in _UNITS.items()
    ]
    lines.append(_OWN)
    for rank, condition, value, unit in _ROWS:
        lines.append(
            SeverityLine(
                edition=_OWN.edition,
                kind=_OWN.kind,
                code=_OWN.code,
                rank=rank,
                condition=condition,
                limit_value=value,
                limit_unit=unit,
            )
        )
    sheets = {ClassLine: "类别", SeverityLine: "严重程度"}
    read = [((sheets[type(one)], n), one) for n, one in enumerate(lines, 2)]
    await store.carry_out_in(session, (read, []), store.By(now, address="demo"))
