"""The search index on both databases: what was said is found, filters narrow it, newest first."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from core.db import SessionFactory
from core.errors import InvalidError
from recorder.search import index
from recorder.search.facts import CallFacts, Figures
from recorder.search.index import Document
from recorder.search.lines import Line
from recorder.search.query import Page, Reach, Wanted, search, words_wanted
from recorder.search.tables import SearchRow, SearchText

BEGIN = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)


def document(number: int, said: str = "路灯坏了", answered: str = "您好", **call: Any) -> Document:
    """Recording `number`, which began `number` minutes after the first."""
    facts = CallFacts(f"call-{number}", BEGIN + timedelta(minutes=number))
    lines = [Line("caller", said, [(0, 1.5)]), Line("hotline", answered, [(0, 0.5)])]
    return Document(number, replace(facts, **call), Figures(60.0), lines)


async def fill(sessions: SessionFactory, *documents: Document) -> None:
    async with sessions.begin() as session:
        for one in documents:
            await index.put(session, one)


async def ask(sessions: SessionFactory, *, limit: int = 20, cursor: str = "", **wanted: Any) -> Page:
    async with sessions() as session:
        return await search(session, Wanted(**wanted), Reach(), limit=limit, cursor=cursor)


async def found(sessions: SessionFactory, **wanted: Any) -> list[int]:
    page = await ask(sessions, **wanted)
    return [one.row.recording_id for one in page.items]


async def test_two_characters_are_found_newest_first(sessions: SessionFactory) -> None:
    await fill(sessions, document(1, "小区漏气了"), document(2, "路灯不亮"), document(3, "楼道有漏气的味道"))
    assert await found(sessions, q="漏气") == [3, 1]
    assert await found(sessions, q="路灯") == [2]
    assert await found(sessions, q="气泄") == []


LONGER = {
    "路灯不亮": [1],
    "路灯 不亮": [2, 1],  # both said, wherever
    "灯不亮了": [1],
    "led灯": [3],
    "ＬＥＤ": [3],  # full width
    "13800001234": [4],
    "您好": [4, 3, 2, 1],
    "号路": [],  # end of one side, beginning of the other
}


async def test_longer_words_stand_together(sessions: SessionFactory) -> None:
    await fill(
        sessions,
        document(1, "解放路路灯不亮了"),
        document(2, "路灯都不行 不亮"),
        document(3, "LED 灯闪"),
        document(4, "我的电话 138 0000 1234 号", "您好 路口"),
    )
    assert {q: await found(sessions, q=q) for q in LONGER} == LONGER


@pytest.mark.parametrize("q", ["灯", "路灯 坏", "，。", " ".join(f"路灯{n}" for n in range(9))])
def test_what_cannot_be_searched_is_refused(q: str) -> None:
    with pytest.raises(InvalidError):
        words_wanted(q)


async def test_nothing_in_a_search_is_an_operator(sessions: SessionFactory) -> None:
    await fill(sessions, document(1, "路灯坏了", seat="1001"), document(2, "井盖丢了"))
    for q in ('路灯" OR "您好', "路灯*", "路灯')--", "seat_1001", "%%", "路_灯", "路灯 NOT 井盖"):
        with suppress(InvalidError):
            assert set(await found(sessions, q=q)) <= {1}, q


async def test_every_filter_narrows(sessions: SessionFactory) -> None:
    wanted = replace(
        document(
            1,
            caller="13800001234",
            seat="1001",
            queue="general",
            survey=5,
            marks=["emergency", "nuisance:human"],
            case_id=7,
            case_number="2102002026110200001",
        ),
        figures=Figures(130.0, 0.42, 4.5, 75.0),
        keywords=["漏气"],
    )
    await fill(sessions, wanted, document(2))
    narrow: list[dict[str, Any]] = [
        {"number": "13800001234"},
        {"number": "1234"},
        {"number": "01234"},
        {"seat": "1001"},
        {"queue": "general"},
        {"survey": 5},
        {"flag": "emergency"},
        {"flag": "nuisance"},
        {"case": "7"},
        {"case": "2102002026110200001"},
        {"min_s": 100},
        {"score_min": 75},
        {"score_max": 75.5},
        {"silence_min": 0.42},
        {"talk_over_min": 4.5},
        {"keyword": "漏气"},
        {"keyword": "*"},
        {"to": BEGIN + timedelta(minutes=2)},
    ]
    for one in narrow:
        assert await found(sessions, **one) == [1], one
    whole = {name: value for one in narrow for name, value in one.items()}
    assert await found(sessions, q="路灯", **whole) == [1]
    for other in (
        {"number": "9999"},
        {"min_s": 130.5},
        {"score_min": 75.5},
        {"silence_min": 0.43},
        {"talk_over_min": 5},
        {"keyword": "爆炸"},
        {"survey": 4},
    ):
        assert await found(sessions, **other) == [], other
    assert await found(sessions, max_s=100) == [2]
    assert await found(sessions, from_=BEGIN + timedelta(minutes=2)) == [2]


async def test_pages_follow_each_other_though_more_comes_in(sessions: SessionFactory) -> None:
    await fill(sessions, *(document(number) for number in range(1, 6)))
    first = await ask(sessions, q="路灯", limit=2)
    await fill(sessions, document(9))
    assert first.next is not None
    second = await ask(sessions, q="路灯", limit=2, cursor=first.next)
    assert second.next is not None
    third = await ask(sessions, q="路灯", limit=2, cursor=second.next)
    ids = [[one.row.recording_id for one in page.items] for page in (first, second, third)]
    assert ids == [[5, 4], [3, 2], [1]]
    assert third.next is None
    with pytest.raises(InvalidError):
        await ask(sessions, q="路灯", cursor="1; DROP")


async def test_a_reach_keeps_the_rest_unseen(sessions: SessionFactory) -> None:
    await fill(sessions, *(document(number, seat=str(1001 + number % 2)) for number in range(1, 7)))
    for hints in ([], [["seat_1001"]], [["seat_1001"], ["seat_"]]):
        async with sessions() as session:
            reach = Reach(SearchRow.seat == "1001", hints=hints)
            page = await search(session, Wanted(q="路灯"), reach, limit=2)
        assert [one.row.recording_id for one in page.items] == [6, 4]
        assert page.next is not None


async def test_put_again_takes_the_place_of_what_was_there(sessions: SessionFactory) -> None:
    await fill(sessions, document(1, "路灯坏了"), document(2, "井盖丢了"))
    await fill(sessions, document(1, "水管爆裂"))
    await fill(sessions, document(1, "水管爆裂"))
    assert await found(sessions, q="路灯") == []
    assert await found(sessions, q="水管") == [1]
    async with sessions() as session:
        assert await session.scalar(select(func.count()).select_from(SearchRow)) == 2


async def test_a_score_comes_and_stays(sessions: SessionFactory) -> None:
    await fill(sessions, document(1), document(2))
    async with sessions.begin() as session:
        await index.set_score(session, 1, 55.0)
        await index.set_score(session, 99, 55.0)
    assert await found(sessions, score_min=50) == [1]
    assert await found(sessions, score_max=50) == []
    await fill(sessions, document(1, "路灯又坏了"))
    assert await found(sessions, q="又坏", score_min=50) == [1]
    async with sessions.begin() as session:
        await index.set_score(session, 1, 95.0)
    assert await found(sessions, score_max=60) == []
    assert await found(sessions, q="又坏", score_min=90) == [1]


async def test_what_is_forgotten_leaves_no_word(sessions: SessionFactory) -> None:
    await fill(sessions, document(1, "路灯坏了"), document(2, "路灯坏了"))
    async with sessions.begin() as session:
        await index.forget(session, 1)
        await index.forget(session, 1)
    assert await found(sessions, q="路灯") == [2]
    async with sessions.begin() as session:
        await index.forget(session, 2)
        assert await session.scalar(select(func.count()).select_from(SearchText)) == 0
    assert await found(sessions, q="路灯") == []
    # The words themselves, not only the way to them: a new recording under the old key holds none of them.
    await fill(sessions, document(1, "井盖丢了"))
    assert await found(sessions, q="路灯") == []
    assert await found(sessions, q="井盖") == [1]


async def test_recordings_of_one_second_do_not_push_each_other_out(sessions: SessionFactory) -> None:
    same = BEGIN + timedelta(minutes=5)
    await fill(sessions, *(document(number, started_at=same) for number in (1, 2, 4097, 8193)))
    assert sorted(await found(sessions, q="路灯")) == [1, 2, 4097, 8193]
    assert len(await found(sessions, from_=same, to=same + timedelta(seconds=1))) == 4
    assert await found(sessions, to=same) == []


async def test_a_very_long_call_is_found_by_its_last_word(sessions: SessionFactory) -> None:
    said = "".join(chr(0x4E00 + (n * 7) % 9000) for n in range(90_000)) + "煤气爆炸"
    await fill(sessions, document(1, said))
    assert await found(sessions, q="煤气爆炸") == [1]


async def test_a_find_is_shown_in_its_context(sessions: SessionFactory) -> None:
    lines = [
        Line("caller", "喂 我家楼下路灯不亮", [(0, 1.0), (2, 1.5), (6, 2.5)]),
        Line("hotline", "您说路灯不亮", [(0, 4.0), (2, 4.5)]),
    ]
    await fill(sessions, Document(1, document(1).call, Figures(), lines))
    page = await ask(sessions, q="路灯")
    (one,) = page.items
    assert [(hit.side, hit.at_s, hit.text[slice(*hit.marks[0])]) for hit in one.hits] == [
        ("caller", 2.5, "路灯"),
        ("hotline", 4.5, "路灯"),
    ]
