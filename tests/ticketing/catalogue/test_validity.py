"""Severity rows over time: a day has one row of a rank at most, what a case was promised never changes."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from core.db import SessionFactory
from core.errors import InvalidError
from ticketing import catalogue
from ticketing.catalogue import store
from ticketing.catalogue.lines import ClassLine, EditionLine, Line, SeverityLine
from ticketing.catalogue.tables import SeverityRow

KEY = ("own", "事件", "9901")
FIRST = datetime(2026, 1, 1, 2, 0, tzinfo=UTC)


def _line(chance: random.Random, today: date) -> SeverityLine:
    begin = chance.choice([None, None, today, today + timedelta(days=chance.randint(1, 9))])
    end = chance.choice([None, None, None, (begin or today) + timedelta(days=chance.randint(1, 20))])
    return SeverityLine(
        edition=KEY[0],
        kind=KEY[1],
        code=KEY[2],
        rank=chance.randint(1, 2),
        condition=chance.choice(["轻", "重"]),
        limit_value=chance.randint(1, 3),
        limit_unit="work_day",
        valid_from=begin,
        valid_to=end,
    )


def _told(row: SeverityRow) -> tuple[int, str, int]:
    return (row.rank, row.condition, row.limit_value)


@pytest.mark.parametrize("seed", (1, 28))
async def test_no_day_has_two_rows_and_no_past_changes(sessions: SessionFactory, seed: int) -> None:
    chance = random.Random(seed)
    base: list[Line] = [
        EditionLine(edition=KEY[0], name="本市"),
        ClassLine(edition=KEY[0], kind=KEY[1], code=KEY[2], major="扩展", minor="盲道缺损"),
    ]
    read = [(("目录版本", 2), base[0]), (("类别", 2), base[1])]
    await store.carry_out(sessions, (read, []), store.By(FIRST))
    promised: dict[int, tuple[int, str, int]] = {}
    refused = 0
    for step in range(40):
        by = store.By(FIRST + timedelta(days=step // 2))
        try:
            await store.carry_out(sessions, ([(("严重程度", 2), _line(chance, by.today))], []), by)
        except InvalidError:
            refused += 1
        async with sessions() as session:
            for on in (by.today, by.today + timedelta(days=5)):
                ranks = [row.rank for row in await catalogue.severities(session, KEY, on)]
                assert len(ranks) == len(set(ranks)), (step, on)
            # Cases established today are promised these.
            for row in await catalogue.severities(session, KEY, by.today):
                promised.setdefault(row.id, _told(row))
            rows = {row.id: _told(row) for row in await session.scalars(select(SeverityRow))}
            assert {one: rows[one] for one in promised} == promised, step
    assert len(promised) > 5
    assert refused < 30
