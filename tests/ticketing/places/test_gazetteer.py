"""What callers say about a place finds it, with the reason; on the demo city's names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import FixedClock
from core.db import SessionFactory
from ticketing.places import gazetteer, store
from ticketing.places.names import Name, Names
from ticketing.places.rows import NewLandmark
from ticketing.places.spoken import take_apart

SORTS = frozenset({"加油站", "站", "小学", "公园"})
NAMES = Names(
    [
        Name("星海广场", ("百年城雕",), "广场", 121.5867, 38.8786, None),
        Name("西边加油站", (), "加油站", 121.5800, 38.8786, None),
        Name("东边加油站", (), "加油站", 121.5900, 38.8786, None),
        Name("海军广场", (), "广场", 121.6600, 38.9000, None),
    ]
)


@pytest.mark.parametrize(
    ("text", "anchor", "wind", "sort"),
    [
        ("星海广场西边那个加油站", "星海广场", "西", "加油站"),
        ("我就在星海广场的东北角呢", "星海广场", "东北", ""),
        ("大工旁边的小学", "大工", "", "小学"),
        ("劳动公园南门", "劳动公园", "南", ""),
        ("甘井子区加油站", "甘井子区", "", "加油站"),
        ("西安路", "西安路", "", ""),
        ("西门", "西门", "", ""),
        ("", "", "", ""),
    ],
)
def test_speech_is_taken_apart(text: str, anchor: str, wind: str, sort: str) -> None:
    found = take_apart(text, SORTS)
    assert (found.anchor, found.wind, found.sort) == (anchor, wind, sort)


def test_the_side_that_was_said_decides() -> None:
    for side in "西东":
        found = gazetteer.search(NAMES, f"星海广场{side}边那个加油站")
        assert found[0].name == f"{side}边加油站"
    assert gazetteer.search(NAMES, "星海广场西边那个加油站")[0].why == "星海广场西边约 580 米"


def test_where_nothing_is_known_the_side_is_a_guess_and_called_one() -> None:
    first, second = gazetteer.search(NAMES, "星海广场北边")[:2]
    assert (first.is_guess, second.is_guess) == (True, False)
    assert first.latitude > second.latitude
    assert "估计" in first.why


SAID = {
    "星海广场": "星海广场",
    "兴海广场": "星海广场",  # sounds the same
    "星海广长": "星海广场",  # one character misheard
    "百年城雕附近": "星海广场",  # an alias
    "星海广场西边那个加油站": "星海西加油站",
    "我在星海广场的西侧，有个加油站": "星海西加油站",
    "黑石角地铁站": "黑石礁地铁站",
    "医大二院门口": "大连医科大学附属第二医院",
    "凌水街道派出所": "凌水派出所",
    "大连高铁站": "大连北站",
}


async def test_what_callers_say(city: SessionFactory) -> None:
    async with city() as session:
        for text, name in SAID.items():
            found = await gazetteer.find(session, text)
            assert found[0].name == name, text
            assert found[0].why
            assert found[0].located is not None


async def test_a_district_that_was_named_comes_first(city: SessionFactory) -> None:
    async with city() as session:
        for district in ("210204", "210202"):
            found = await gazetteer.find(session, "加油站", district)
            assert found[0].located is not None
            assert found[0].located.district is not None
            assert found[0].located.district.code == district


async def test_a_new_name_is_found_at_once(city: SessionFactory, clock: FixedClock) -> None:
    async with city() as session:
        assert "星空酒吧" not in {one.name for one in await gazetteer.find(session, "星空酒吧")}
        await store.put_landmarks(session, [NewLandmark("星空酒吧", 121.6, 38.9, "酒吧")], clock.now())
        await session.commit()
    async with city() as session:
        assert (await gazetteer.find(session, "星空酒吧"))[0].name == "星空酒吧"


@given(st.text(max_size=60))
def test_any_text_is_answered(text: str) -> None:
    assert all(one.why for one in gazetteer.search(NAMES, text))
