"""recorder.quality.draw: the weekly sample, drawn again after being cut off, with nobody twice."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from core.clock import FixedClock
from core.db import SessionFactory
from core.recorder_settings import Quality
from recorder.quality import draw
from recorder.quality.rules import Candidate, Rule, reasons
from recorder.quality.tables import QualityRun, QualitySample, SampleState
from tests.recorder.quality.talks import MONDAY, WEEK, FakeTalks, talk

SUNDAY = MONDAY + timedelta(days=6)


async def _draw(
    sessions: SessionFactory, clock: FixedClock, source: FakeTalks, *, random: bool = True, **more: int
) -> int:
    settings = Quality(**more)
    return await draw.draw(
        sessions, source, settings, clock, first=MONDAY, last=SUNDAY, random=random, secret="s"
    )


async def _samples(sessions: SessionFactory) -> list[QualitySample]:
    async with sessions() as db:
        return list(await db.scalars(select(QualitySample).order_by(QualitySample.recording_id)))


def _week(seat: str, first: int) -> list[Candidate]:
    """Ten talks on each day."""
    return [talk(first + day * 10 + n, seat=seat, day=day) for day in range(7) for n in range(10)]


async def test_so_many_of_each_seat_spread_over_the_week(sessions: SessionFactory, clock: FixedClock) -> None:
    source = FakeTalks(_week("1001", 0) + _week("1002", 100))
    assert await _draw(sessions, clock, source, random_per_seat=7) == 14
    made = await _samples(sessions)
    assert Counter(one.seat for one in made) == {"1001": 7, "1002": 7}
    assert all(len({one.day for one in made if one.seat == seat}) == 7 for seat in ("1001", "1002"))
    assert {one.week for one in made} == {WEEK}


async def test_drawing_again_adds_nothing(sessions: SessionFactory, clock: FixedClock) -> None:
    source = FakeTalks([*_week("1001", 0), talk(500, survey=5)])
    first = await _draw(sessions, clock, source)
    before = [(one.recording_id, one.reasons) for one in await _samples(sessions)]
    assert first == len(before) >= 5
    assert await _draw(sessions, clock, source) == 0
    assert [(one.recording_id, one.reasons) for one in await _samples(sessions)] == before


class _CutOffError(Exception):
    pass


async def test_a_draw_that_was_cut_off_goes_on(
    sessions: SessionFactory, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = FakeTalks([one for n in range(4) for one in _week(f"100{n}", n * 100)])
    await _draw(sessions, clock, source)
    whole = {one.recording_id for one in await _samples(sessions)}
    async with sessions.begin() as db:
        for row in await db.scalars(select(QualitySample)):
            await db.delete(row)
    seats = 0
    real = draw._draw_seat

    async def dies(*args: object) -> int:
        nonlocal seats
        seats += 1
        if seats == 3:
            raise _CutOffError
        return await real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(draw, "_draw_seat", dies)
    with pytest.raises(_CutOffError):
        await _draw(sessions, clock, source)
    assert 0 < len(await _samples(sessions)) < len(whole)
    monkeypatch.undo()
    await _draw(sessions, clock, source)
    assert {one.recording_id for one in await _samples(sessions)} == whole


async def test_a_week_drawn_in_its_middle_is_filled_up_later(
    sessions: SessionFactory, clock: FixedClock
) -> None:
    source = FakeTalks([talk(1), talk(2, day=1)])
    assert await _draw(sessions, clock, source, random_per_seat=5) == 2
    source.talks += [talk(number, day=number % 7) for number in range(3, 40)]
    assert await _draw(sessions, clock, source, random_per_seat=5) == 3


async def test_short_talks_are_not_drawn_at_random(sessions: SessionFactory, clock: FixedClock) -> None:
    source = FakeTalks([talk(1, talk_s=5.0)])
    assert await _draw(sessions, clock, source, short_talk_s=0) == 0


async def test_rules_take_the_weightiest_and_say_why(sessions: SessionFactory, clock: FixedClock) -> None:
    source = FakeTalks(
        [
            talk(1, survey=4),
            talk(2, survey=5, keywords=("漏气", "爆炸")),
            talk(3, is_complaint=True),
            talk(4, longest_silence_s=32.4),
        ]
    )
    assert await _draw(sessions, clock, source, random=False, rule_per_seat=2) == 2
    first, second = await _samples(sessions)
    assert [one["rule"] for one in first.reasons] == ["low_survey"]
    assert second.reasons == [
        {"rule": "keyword", "detail": "漏气、爆炸"},
        {"rule": "low_survey", "detail": "5"},
    ]
    assert second.priority > first.priority
    # Later a rule finds another reason for one that is there: it is told, and no other is taken.
    source.talks[0] = talk(1, survey=4, is_complaint=True)
    assert await _draw(sessions, clock, source, random=False, rule_per_seat=2) == 0
    assert [one["rule"] for one in (await _samples(sessions))[0].reasons] == ["low_survey", "complaint"]


async def test_what_is_scored_keeps_its_reasons(sessions: SessionFactory, clock: FixedClock) -> None:
    source = FakeTalks([talk(1, survey=5)])
    await _draw(sessions, clock, source, random=False)
    async with sessions.begin() as db:
        await db.execute(update(QualitySample).values(state=SampleState.SCORED))
    source.talks[0] = talk(1, survey=5, keywords=("爆炸",))
    await _draw(sessions, clock, source)
    (one,) = await _samples(sessions)
    assert [reason["rule"] for reason in one.reasons] == ["low_survey"]


async def test_a_week_is_finished_once(sessions: SessionFactory, clock: FixedClock) -> None:
    assert await draw.is_due(sessions, WEEK)
    await _draw(sessions, clock, FakeTalks([talk(1)]))
    assert await draw.is_due(sessions, WEEK)
    await draw.finish(sessions, WEEK, clock)
    assert not await draw.is_due(sessions, WEEK)
    async with sessions() as db:
        run = await db.get(QualityRun, WEEK)
    assert run is not None and run.made == 1


@pytest.mark.parametrize(
    ("more", "rules"),
    [
        ({}, []),
        ({"survey": 3}, []),
        ({"survey": 4}, [Rule.LOW_SURVEY]),
        ({"talk_s": 14.9}, [Rule.SHORT]),
        ({"talk_s": 900.5}, [Rule.LONG]),
        ({"longest_silence_s": 20.1}, [Rule.SILENCE]),
        ({"talk_over_s": 5.1}, [Rule.TALK_OVER]),
        ({"talk_over_s": 5.0}, []),
        ({"agent_days": 29}, [Rule.NEW_SEAT]),
        ({"agent_days": 30}, []),
        ({"keywords": ("爆炸",), "is_complaint": True}, [Rule.KEYWORD, Rule.COMPLAINT]),
    ],
)
def test_when_a_rule_holds(more: dict[str, object], rules: list[Rule]) -> None:
    assert [one.rule for one in reasons(talk(1, **more), Quality())] == rules


def test_a_rule_can_be_off() -> None:
    off = Quality(
        low_survey=6, short_talk_s=0, long_talk_s=0, longest_silence_s=0, talk_over_s=0, new_seat_days=0
    )
    one = talk(1, survey=5, talk_s=1.0, longest_silence_s=99.0, talk_over_s=99.0, agent_days=0)
    assert reasons(one, off) == []
