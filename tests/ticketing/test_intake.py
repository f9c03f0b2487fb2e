"""ticketing.intake: one draft a call, described by the transcript until a person touches it."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select

from core.clock import FixedClock
from core.db import SessionFactory
from core.errors import NotFoundError
from core.events import CallChanged, HelpRequested, TranscriptReady
from core.tables import Account, OutboxEntry
from ticketing import moves
from ticketing.intake import Caller, Intake
from ticketing.tables import Case, CaseHistory


class Facts:
    """Calls and transcripts as other rooms would tell of them."""

    def __init__(self) -> None:
        self.callers = {"a-1": "13800001234", "withheld": ""}
        self.texts: dict[str, str] = {}
        self.in_confidence: set[str] = set()

    async def caller(self, call_id: str) -> Caller | None:
        number = self.callers.get(call_id)
        return None if number is None else Caller(number, call_id in self.in_confidence)

    async def caller_text(self, call_id: str) -> str:
        return self.texts.get(call_id, "")


@pytest.fixture
def facts() -> Facts:
    return Facts()


@pytest.fixture
def intake(sessions: SessionFactory, facts: Facts, clock: FixedClock) -> Intake:
    return Intake(sessions, facts, facts, clock)


def help_requested(clock: FixedClock, call_id: str = "a-1") -> HelpRequested:
    return HelpRequested(at=clock.now(), call_id=call_id)


def transcript_ready(clock: FixedClock, call_id: str = "a-1") -> TranscriptReady:
    return TranscriptReady(at=clock.now(), call_id=call_id, recording_id=1)


async def cases(sessions: SessionFactory) -> list[Case]:
    async with sessions() as session:
        return list(await session.scalars(select(Case).order_by(Case.id)))


async def test_a_call_opens_one_draft_however_often_it_is_said(
    sessions: SessionFactory, intake: Intake, clock: FixedClock
) -> None:
    await asyncio.gather(*(intake.handle(help_requested(clock)) for _ in range(5)))
    (case,) = await cases(sessions)
    assert (case.stage, case.source, case.call_id) == ("draft", "telephone", "a-1")
    assert case.caller_number == case.callback_number == "13800001234"
    async with sessions() as session:
        assert len(list(await session.scalars(select(CaseHistory)))) == 1
        assert list(await session.scalars(select(OutboxEntry.type))) == ["CaseOpened"]


async def test_two_callers_with_one_number_get_two_drafts(
    sessions: SessionFactory, intake: Intake, facts: Facts, clock: FixedClock
) -> None:
    facts.callers["a-2"] = facts.callers["a-1"]
    await asyncio.gather(*(intake.handle(help_requested(clock, call)) for call in ("a-1", "a-2")))
    assert {case.call_id for case in await cases(sessions)} == {"a-1", "a-2"}


async def test_a_withheld_number_is_no_obstacle(
    sessions: SessionFactory, intake: Intake, clock: FixedClock
) -> None:
    await intake.handle(help_requested(clock, "withheld"))
    assert (await cases(sessions))[0].caller_number == ""


async def test_who_reports_in_confidence_gets_a_confidential_case(
    sessions: SessionFactory, intake: Intake, facts: Facts, clock: FixedClock
) -> None:
    facts.callers["a-2"] = "13800001234"
    facts.in_confidence.add("a-2")
    for call in ("a-1", "a-2"):
        await intake.handle(help_requested(clock, call))
    assert [case.confidential for case in await cases(sessions)] == [False, True]


async def test_a_call_not_yet_in_the_ledger_is_tried_again(
    sessions: SessionFactory, intake: Intake, facts: Facts, clock: FixedClock
) -> None:
    with pytest.raises(NotFoundError):
        await intake.handle(help_requested(clock, "late"))
    facts.callers["late"] = "95588"
    await intake.handle(help_requested(clock, "late"))
    assert len(await cases(sessions)) == 1


async def test_the_transcript_becomes_the_description_and_a_better_one_replaces_it(
    sessions: SessionFactory, intake: Intake, facts: Facts, clock: FixedClock
) -> None:
    await intake.handle(help_requested(clock))
    for text in ("路灯 不亮", "路灯不亮了"):
        facts.texts["a-1"] = text
        await intake.handle(transcript_ready(clock))
        (case,) = await cases(sessions)
        assert (case.description, case.description_is_transcript) == (text, True)
    assert case.version == 3


async def test_a_transcript_that_is_already_there_comes_with_the_draft(
    sessions: SessionFactory, intake: Intake, facts: Facts, clock: FixedClock
) -> None:
    facts.texts["a-1"] = "路" * 5000
    await intake.handle(transcript_ready(clock))
    await intake.handle(help_requested(clock))
    (case,) = await cases(sessions)
    assert (len(case.description), case.description_is_transcript) == (4000, True)


async def test_what_a_person_wrote_is_theirs(
    sessions: SessionFactory, intake: Intake, facts: Facts, clock: FixedClock, people: dict[str, Account]
) -> None:
    await intake.handle(help_requested(clock))
    facts.texts["a-1"] = "路灯不亮"
    await intake.handle(transcript_ready(clock))
    (case,) = await cases(sessions)
    await moves.edit_draft(
        sessions,
        case_id=case.id,
        actor=people["seat"],
        version=case.version,
        fields={"description": "中山路 1 号路灯不亮"},
        clock=clock,
    )
    facts.texts["a-1"] = "路灯不亮了"
    await intake.handle(transcript_ready(clock))
    (case,) = await cases(sessions)
    assert (case.description, case.description_is_transcript) == ("中山路 1 号路灯不亮", False)


async def test_events_that_are_not_ours_do_nothing(
    sessions: SessionFactory, intake: Intake, clock: FixedClock
) -> None:
    await intake.handle(CallChanged(at=clock.now(), call_id="a-1", ended=True))
    await intake.handle(transcript_ready(clock, "asked-nothing"))
    assert await cases(sessions) == []
