"""ticketing.notices.tell: moves write messages, to the right people, in their own transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core.case_settings import Cases
from core.clock import FixedClock
from core.db import SessionFactory
from core.errors import ConflictError
from core.tables import Account
from tests.ticketing.notices.conftest import Go, Template
from ticketing import drafts, moves
from ticketing.links.following import Following
from ticketing.notices.tables import CaseContact, OutgoingMessage, SendState, StaffContact
from ticketing.rounds import Rounds
from ticketing.sources import intake
from ticketing.sources.book import fresh
from ticketing.sources.channels import Channel
from ticketing.sources.reports import Report
from ticketing.tables import Case

Outgoing = Callable[[], Awaitable[list[OutgoingMessage]]]
TO_HAND = ("seat register", "shift_leader establish", "dispatcher dispatch", "parks1 accept")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """SQLite alone: `tests/web/test_messages.py` tells people on both databases."""
    return sqlite_url


async def test_a_move_without_a_template_tells_nobody(go: Go, draft: Case, outgoing: Outgoing) -> None:
    await go(draft.id, *TO_HAND)
    assert await outgoing() == []


async def test_the_reporter_is_told_in_the_words_of_the_template(
    go: Go, draft: Case, template: Template, outgoing: Outgoing
) -> None:
    await template("register", "【12319】{称呼}，您反映的{诉求内容}已登记，案卷号{案卷号}。")
    case = await go(draft.id, "seat register", reporter_name="张先生")
    (message,) = await outgoing()
    assert message.text == f"【12319】张先生，您反映的路灯不亮已登记，案卷号{case.number}。"
    assert (message.recipient, message.state, message.case_id) == ("13800001234", "waiting", case.id)
    assert message.next_at == case.changed_at


async def test_a_move_that_fails_tells_nobody(
    sessions: SessionFactory,
    people: dict[str, Account],
    draft: Case,
    template: Template,
    outgoing: Outgoing,
    clock: FixedClock,
    complete: dict[str, Any],
) -> None:
    await template("register")
    with pytest.raises(ConflictError):
        await moves.move(
            sessions,
            case_id=draft.id,
            move="register",
            actor=people["seat"],
            version=draft.version + 1,
            fields=complete,
            clock=clock,
        )
    assert await outgoing() == []


@pytest.mark.parametrize(
    ("number", "why"),
    [("", "来电未显示号码"), ("0411-88886666", "固定电话收不到短信"), ("95588", "短号收不到短信")],
)
async def test_a_number_no_sms_reaches_is_skipped_with_the_reason(
    sessions: SessionFactory,
    go: Go,
    draft: Case,
    template: Template,
    outgoing: Outgoing,
    number: str,
    why: str,
) -> None:
    async with sessions() as session:
        case = await session.get_one(Case, draft.id)
        case.caller_number = case.callback_number = ""
        await session.commit()
    await template("register")
    await go(draft.id, "seat register", callback_number=number)
    (message,) = await outgoing()
    assert (message.state, message.why, message.next_at) == (SendState.SKIPPED, why, None)


async def test_who_wants_no_visit_gets_no_message(
    go: Go, draft: Case, template: Template, outgoing: Outgoing
) -> None:
    await template("register")
    await go(draft.id, "seat register", wants_visit=False)
    (message,) = await outgoing()
    assert (message.state, message.why) == (SendState.SKIPPED, "反映人不需要回复")


@pytest.mark.parametrize(("policy", "state"), [("bare", SendState.WAITING), ("skip", SendState.SKIPPED)])
async def test_a_confidential_case_says_no_content(
    go: Go, draft: Case, template: Template, outgoing: Outgoing, policy: str, state: SendState
) -> None:
    await template("register", "{称呼}：{诉求内容}，{当前环节}", confidential=policy)
    await go(draft.id, "seat register", confidential=True, reporter_name="张先生")
    (message,) = await outgoing()
    assert (message.text, message.state) == ("市民朋友：（保密），已登记", state)


async def test_language_and_channel_are_the_reporters(
    sessions: SessionFactory, go: Go, draft: Case, template: Template, outgoing: Outgoing
) -> None:
    await template("register")
    await template("register", "Case {number}: {stage}.", language="en")
    await template("register", "Case {number}", language="en", channel="email", subject="{move}")
    await template("register", channel="wechat")
    async with sessions() as session:
        session.add(CaseContact(case_id=draft.id, email="a@b.example", language="en", channel="email"))
        await session.commit()
    case = await go(draft.id, "seat register")
    (message,) = await outgoing()
    assert (message.channel, message.recipient, message.language) == ("email", "a@b.example", "en")
    assert (message.subject, message.text) == ("Register", f"Case {case.number}")


async def test_people_of_the_unit_are_told_of_urging(
    go: Go, draft: Case, template: Template, outgoing: Outgoing, parks_phones: None
) -> None:
    await template("urge", "催办{案卷号}", audience="unit")
    await template("urge", "催办{案卷号}", audience="unit", channel="email", subject="催办")
    await go(draft.id, *TO_HAND, "leader urge")
    told = {(one.channel, one.recipient) for one in await outgoing()}
    assert told == {("sms", "13900000001"), ("email", "one@parks.example"), ("email", "two@parks.example")}


async def test_a_unit_nobody_can_be_reached_in_is_said(
    go: Go, draft: Case, template: Template, outgoing: Outgoing
) -> None:
    await template("urge", audience="unit")
    await go(draft.id, *TO_HAND, "leader urge")
    (message,) = await outgoing()
    assert (message.state, message.why) == (SendState.SKIPPED, "责任单位没有登记手机号的人员")


async def test_each_step_of_the_ladder_tells_whom_it_names(
    sessions: SessionFactory,
    people: dict[str, Account],
    go: Go,
    draft: Case,
    template: Template,
    outgoing: Outgoing,
    clock: FixedClock,
    parks_phones: None,
) -> None:
    await template("escalate", "{案卷号}超时，上报{上报级别}", audience="escalated")
    async with sessions() as session:
        for n, role in enumerate(("dispatcher", "shift_leader", "leader")):
            session.add(StaffContact(account_id=people[role].id, mobile=f"1390000010{n}"))
        await session.commit()
    await go(draft.id, *TO_HAND)
    rounds = Rounds(sessions, Cases(), clock)
    for _ in range(4):
        clock.advance(timedelta(days=10))
        await rounds.escalate()
    told = [(one.recipient, one.text[-3:]) for one in await outgoing()]
    expected = [("13900000001", "任单位"), ("13900000100", "派遣员"), ("13900000101", "值班长")]
    assert told == [*expected, ("13900000102", "报领导")]


async def test_those_whose_case_was_merged_are_told_too_and_each_once(
    sessions: SessionFactory,
    go: Go,
    open_draft: Callable[..., Awaitable[Case]],
    template: Template,
    outgoing: Outgoing,
) -> None:
    await template("dispatch")
    cases = [await open_draft(f"a-{n}") for n in range(4)]
    numbers = ["13800001234", "13800002222", "13800001234", "0411-88886666"]
    for one, number in zip(cases, numbers, strict=True):
        await go(one.id, "seat register", callback_number=number)
    async with sessions() as session:
        for case in await session.scalars(select(Case).where(Case.id != cases[0].id)):
            case.merged_into = cases[0].id
        await session.commit()
    await go(cases[0].id, "shift_leader establish", "dispatcher dispatch")
    assert sorted(one.recipient for one in await outgoing()) == ["13800001234", "13800002222"]


async def test_reports_of_a_group_event_hear_of_its_close_by_their_own(
    sessions: SessionFactory,
    go: Go,
    open_draft: Callable[..., Awaitable[Case]],
    template: Template,
    outgoing: Outgoing,
    clock: FixedClock,
) -> None:
    await template("force_close")
    await template("close_with_parent", "随群发事件结案")
    event, report = [await open_draft(f"a-{n}") for n in range(2)]
    await go(event.id, "seat register", "shift_leader establish")
    await go(report.id, "seat register", callback_number="13800002222")
    async with sessions() as session:
        (await session.get_one(Case, event.id)).is_group = True
        merged = await session.get_one(Case, report.id)
        merged.merged_into, merged.stage, merged.stage_before = event.id, "merged", "registered"
        await session.commit()
    await go(event.id, "shift_leader force_close")
    await Following(sessions, Cases(), clock).once()
    told = [(one.recipient, one.text[:3]) for one in await outgoing()]
    assert told == [("13800001234", "案卷2"), ("13800002222", "随群发")]


async def test_a_meter_nobody_stands_behind_writes_no_message(
    sessions: SessionFactory, go: Go, draft: Case, template: Template, outgoing: Outgoing
) -> None:
    async with sessions() as session:
        (await session.get_one(Case, draft.id)).caller_number = ""
        await session.commit()
    await template("register")
    await go(draft.id, "seat register", wants_visit=False, callback_number="")
    assert await outgoing() == []


async def test_what_came_with_a_report_is_used(
    sessions: SessionFactory,
    people: dict[str, Account],
    template: Template,
    outgoing: Outgoing,
    clock: FixedClock,
) -> None:
    await template("register", channel="email", subject="{案卷号}")
    mailbox = fresh("mailbox", "市长信箱", Channel.WEB, clock.now())
    async with sessions.begin() as session:
        session.add(mailbox)
    report = Report(id="r-1", description="路灯不亮", district="210202", email="a@b.example")
    await intake.accept(sessions, "mailbox", report, clock)
    (message,) = await outgoing()
    assert (message.recipient, message.state) == ("a@b.example", SendState.WAITING)


async def test_who_called_in_english_is_told_in_english(
    sessions: SessionFactory,
    people: dict[str, Account],
    go: Go,
    template: Template,
    outgoing: Outgoing,
    clock: FixedClock,
) -> None:
    await template("register")
    await template("register", "Case {number}: {stage}", language="en")
    case, _ = await drafts.open_draft(
        sessions, call_id="e", caller_number="13800001234", transcript="", clock=clock, language="en"
    )
    case = await go(case.id, "seat register")
    (message,) = await outgoing()
    assert message.text == f"Case {case.number}: Registered"
