"""ticketing.links.hints: what may be the same, by class, distance, time and words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from core.case_settings import Cases
from core.clock import FixedClock
from core.db import SessionFactory
from tests.ticketing.links.conftest import north
from ticketing.links import Hint, hints
from ticketing.tables import Case

Make = Callable[..., Awaitable[Case]]
LAMP = {"edition": "2013", "kind": "部件", "code": "0115"}


async def hinted(sessions: SessionFactory, case: Case, **rules: Any) -> list[Hint]:
    async with sessions() as session:
        return await hints(session, case, Cases(**rules))


async def ids(sessions: SessionFactory, case: Case, **rules: Any) -> list[int]:
    return [one.case.id for one in await hinted(sessions, case, **rules)]


async def test_fifty_metres_and_a_day(sessions: SessionFactory, clock: FixedClock, registered: Make) -> None:
    first = await registered(**north(49.9))
    clock.advance(timedelta(minutes=6))
    near, far = await registered(**north(0)), await registered(**north(-0.7))
    assert await ids(sessions, first) == [near.id]
    assert await ids(sessions, near) == [far.id, first.id]
    clock.advance(timedelta(hours=23.9))
    last = await registered(**north(10))
    assert set(await ids(sessions, last)) == {first.id, near.id, far.id}
    clock.advance(timedelta(minutes=1))
    late = await registered(**north(10))
    assert set(await ids(sessions, late)) == {near.id, far.id, last.id}


async def test_the_reason_is_said_and_the_nearest_comes_first(
    sessions: SessionFactory, clock: FixedClock, registered: Make
) -> None:
    far = await registered(**north(40))
    clock.advance(timedelta(minutes=90))
    near = await registered(**north(20), description="井盖不见了")
    new = await registered(**north(0), description="这里的井盖不见了")
    found = await hinted(sessions, new)
    assert [one.case.id for one in found] == [near.id, far.id]
    assert found[0].why == "同一类别，相距 20 米，间隔 0.0 小时，内容相似 100%"
    assert found[1].hours == pytest.approx(1.5)
    assert "20 m apart" in found[0].why_en


async def test_every_number_is_a_setting(
    sessions: SessionFactory, clock: FixedClock, registered: Make
) -> None:
    other = await registered(**north(80), category=LAMP)
    clock.advance(timedelta(hours=30))
    new = await registered(**north(0))
    assert await ids(sessions, new, similar_m=100, similar_hours=48) == []
    wide = {"similar_m": 100, "similar_hours": 48, "similar_same_class": False}
    assert await ids(sessions, new, **wide) == [other.id]
    assert await ids(sessions, new, **wide | {"similar_m": 79}) == []
    assert await ids(sessions, new, **wide | {"similar_hours": 29}) == []


async def test_without_a_class_the_words_decide(sessions: SessionFactory, registered: Make) -> None:
    same = await registered(**north(10), category=None, description="路灯不亮了")
    await registered(**north(10), category=None, description="垃圾成堆")
    new = await registered(**north(0), description="有一盏路灯不亮")
    assert await ids(sessions, new) == [same.id]
    assert len(await ids(sessions, new, similar_words=0)) == 2


async def test_without_coordinates_street_and_address_stand_for_the_distance(
    sessions: SessionFactory, registered: Make
) -> None:
    street = {"street": "210202001"}
    same = await registered(**street, address="人民路12号门口")
    await registered(**street, address="人民路34号")
    await registered(**street, address="港湾街口")
    await registered(street="210202005", address="人民路12号")
    new = await registered(**street, **north(0), address="人民路12号")
    found = await hinted(sessions, new)
    assert [one.case.id for one in found] == [same.id]
    assert found[0].distance_m is None and "街道相同、地址相近" in found[0].why


async def test_a_case_that_says_nothing_of_its_place_has_no_hints(
    sessions: SessionFactory, registered: Make
) -> None:
    await registered()
    assert await ids(sessions, await registered()) == []


async def test_what_is_merged_void_or_a_draft_is_not_hinted_at(
    sessions: SessionFactory, registered: Make, act: Make
) -> None:
    first, void, repeat = [await registered(**north(n)) for n in range(3)]
    await act(void.id, "void", "seat")
    await act(repeat.id, "merge", "seat", into=first.number)
    assert await ids(sessions, await registered(**north(5))) == [first.id]
