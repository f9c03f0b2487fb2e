"""hotline.quality: samples are drawn when they are due, from what the house knows of a call."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from core.clock import FixedClock
from core.db import SessionFactory
from core.settings import Paths, Settings
from core.tables import Account, Role
from hotline.quality import last_week, sample_once
from ivr.ledger.tables import Call, Seat
from ivr.seats.tables import SeatState
from recorder.quality.tables import QualityRun, QualitySample, QualitySheet
from recorder.search.tables import KeywordAlert, MeasuresRow
from recorder.tables import Recording, RecordingState
from ticketing.tables import Case
from web.quality_calls import LedgerCandidates

#: A Monday, 04:00 in China: the week before is over for more than three hours.
MORNING = datetime(2026, 11, 22, 20, tzinfo=UTC)


class House:
    """Calls with their recordings, as the recorder leaves them."""

    def __init__(self, sessions: SessionFactory) -> None:
        self.sessions = sessions
        self.count = 0

    async def call(self, began: datetime, *more: object, state: str = "transcribed", **facts: Any) -> int:
        """A talk of a minute with seat 1001; id of its recording."""
        self.count += 1
        known: dict[str, Any] = {"seat": "1001", "seat_answered_at": began, "talk_s": 60.0}
        async with self.sessions.begin() as db:
            call = Call(
                id=f"call-{self.count}",
                trunk="demo",
                started_at=began,
                answered_at=began,
                ended_at=began + timedelta(seconds=70),
                outcome="answered",
                **known | facts,
            )
            db.add(call)
            recording = Recording(call_id=call.id, state=state, created_at=began, duration_s=70.0)
            db.add(recording)
            await db.flush()
            for one in more:
                if hasattr(one, "recording_id"):
                    one.recording_id = recording.id
                if hasattr(one, "call_id"):
                    one.call_id = call.id
                db.add(one)
        return recording.id

    async def samples(self) -> list[QualitySample]:
        async with self.sessions() as db:
            return list(await db.scalars(select(QualitySample).order_by(QualitySample.id)))


@pytest.fixture
async def house(sessions: SessionFactory) -> House:
    async with sessions.begin() as db:
        db.add(Seat(extension="1001", display_name="坐席", sip_secret="s"))
        for name, created in (("now", MORNING - timedelta(days=90)), ("then", MORNING - timedelta(days=10))):
            db.add(
                Account(
                    username=name,
                    display_name=name,
                    role=Role.SEAT,
                    password_hash="-",
                    extension="1001" if name == "now" else None,
                    failures=0,
                    created_at=created,
                )
            )
    return House(sessions)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(paths=Paths(state=tmp_path))


@pytest.mark.parametrize(
    ("hours", "week"), [(0, "2026-W47"), (-1.5, "2026-W46"), (24 * 6, "2026-W47"), (24 * 7, "2026-W48")]
)
def test_a_week_is_due_some_hours_after_its_end(hours: float, week: str) -> None:
    assert last_week(MORNING + timedelta(hours=hours)) == week


async def test_the_week_before_is_drawn_once(house: House, settings: Settings) -> None:
    for day in range(7):
        for n in range(3):
            await house.call(MORNING - timedelta(days=day + 1, minutes=n))
    clock = FixedClock(MORNING)
    assert await sample_once(settings, house.sessions, clock) == settings.quality.random_per_seat
    clock.advance(timedelta(minutes=5))
    assert await sample_once(settings, house.sessions, clock) == 0
    async with house.sessions() as db:
        run = await db.get(QualityRun, "2026-W47")
        assert run is not None and run.finished_at == MORNING
        (sheet,) = await db.scalars(select(QualitySheet))
    assert sheet.state == "published"
    assert all(one.is_random for one in await house.samples())


async def test_rules_do_not_wait_for_the_week(house: House, settings: Settings) -> None:
    clock = FixedClock(MORNING + timedelta(days=3))
    await sample_once(settings, house.sessions, clock)
    at = clock.now() - timedelta(hours=1)
    await house.call(at)
    loud = await house.call(at, survey=5)
    assert await sample_once(settings, house.sessions, clock) == 1
    (sample,) = await house.samples()
    assert (sample.recording_id, sample.week) == (loud, "2026-W48")


async def test_what_a_candidate_knows(house: House) -> None:
    at = MORNING - timedelta(days=2)
    case = Case(
        changed_at=at,
        stage="draft",
        kind="complaint",
        urgency="normal",
        source="telephone",
        version=1,
        created_at=at,
    )
    alert = KeywordAlert(
        recording_id=0, call_id="", list_id=1, list_name="险情", severity="high", words=["漏气"], at=at
    )
    measures = MeasuresRow(
        recording_id=0,
        silence_share=0.5,
        talk_over_s=7.0,
        caller_speech_s=1.0,
        hotline_speech_s=1.0,
        caller_chars_per_min=100.0,
        hotline_chars_per_min=100.0,
        longest_silence_s=31.0,
    )
    async with house.sessions() as db:
        then = await db.scalar(select(Account.id).where(Account.username == "then"))
    sat = SeatState(extension="1001", account_id=then, state="talking", call_id="", started_at=at)
    await house.call(at, case, alert, measures, sat, survey=2)
    (one,) = await LedgerCandidates(house.sessions).between(at.date(), at.date() + timedelta(days=1))
    # Presence knows better than today's plan who sat there.
    assert (one.agent_id, one.agent_days) == (then, 8)
    assert (one.is_complaint, one.keywords, one.survey) == (True, ("漏气",), 2)
    assert (one.longest_silence_s, one.talk_over_s) == (31.0, 7.0)


async def test_only_talks_that_can_be_played(house: House) -> None:
    at = MORNING - timedelta(days=2)
    await house.call(at, state=RecordingState.STAGED)
    await house.call(at, state=RecordingState.DAMAGED)
    await house.call(at, seat="", seat_answered_at=None)
    kept = await house.call(at, state=RecordingState.ARCHIVED)
    found = await LedgerCandidates(house.sessions).between(at.date(), at.date() + timedelta(days=1))
    assert [one.recording_id for one in found] == [kept]
