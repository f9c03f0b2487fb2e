"""Sheets, scores, appeals, calibrations: who may do what when, and what is kept."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text

from core.calendar import OfficeCalendar
from core.clock import FixedClock
from core.errors import ConflictError, ForbiddenError, InvalidError
from core.tables import AuditEntry
from recorder.quality import appeals, calibrations, forget, scored, scores, sheets
from recorder.quality.rules import Candidate
from recorder.quality.scores import Given
from recorder.quality.scoring import ItemAnswer
from recorder.quality.sheet import SheetGroup, SheetItem
from recorder.quality.standard import STANDARD
from recorder.quality.tables import QualitySample, SampleState, SheetState
from tests.recorder.quality.conftest import Office, full
from tests.recorder.quality.talks import MONDAY, talk

NO = ItemAnswer(yes=False, note="没有说您好")


async def test_a_new_version_leaves_old_scores_alone(office: Office, of_seat: Candidate) -> None:
    made = await office.score(of_seat, greeting=NO)
    hand = office.hand("wang")
    item = SheetItem(code="only", title="唯一")
    body = STANDARD.model_copy(update={"groups": (SheetGroup(code="g", title="组", items=(item,)),)})
    draft = await sheets.add(hand, name="新表", body=STANDARD, copy_of=office.sheet_id)
    assert (draft.version, draft.state) == (2, SheetState.DRAFT)
    with pytest.raises(ConflictError):
        await sheets.add(hand, name="另一个草稿", body=body, copy_of=office.sheet_id)
    changed = await sheets.edit(hand, draft.id, revision=1, name="新表", body=body)
    with pytest.raises(ConflictError):
        await sheets.edit(hand, draft.id, revision=1, name="晚了", body=body)
    since = MONDAY + timedelta(days=1)
    await sheets.publish(hand, changed.id, valid_from=since)
    with pytest.raises(ConflictError):
        await sheets.edit(hand, changed.id, revision=2, name="晚了", body=body)
    async with office.sessions() as db:
        assert [one.id for one in await sheets.for_day(db, MONDAY)] == [office.sheet_id]
        assert [one.id for one in await sheets.for_day(db, since)] == [changed.id]
        kept = await scores.get(db, made.id)
        assert (kept.sheet_id, scores.total(kept)) == (office.sheet_id, Decimal("92.0"))
        found = await scored.between(db, MONDAY, MONDAY)
    assert found.titles["greeting"] == "开头语"


async def test_a_sheet_is_for_its_days_only(office: Office, of_seat: Candidate) -> None:
    await sheets.retire(office.hand("wang"), office.sheet_id)
    with pytest.raises(InvalidError):
        await office.score(of_seat)
    with pytest.raises(ConflictError):
        await sheets.retire(office.hand("wang"), office.sheet_id)


async def test_the_delivered_sheet_comes_once(office: Office) -> None:
    await sheets.retire(office.hand("wang"), office.sheet_id)
    await sheets.ensure_standard(office.sessions, office.clock)
    async with office.sessions() as db:
        assert len(await sheets.listing(db)) == 1


async def test_an_appeal_is_for_its_seat_in_time_and_reviewed_by_another(
    office: Office, of_seat: Candidate
) -> None:
    made = await office.score(of_seat, greeting=NO)
    seat, wang, li = office.hand("seat"), office.hand("wang"), office.hand("li")
    with pytest.raises(ForbiddenError):
        await appeals.appeal(li, made.id, "不是我的")
    with pytest.raises(InvalidError):
        await appeals.appeal(seat, made.id, "  ")
    await appeals.appeal(seat, made.id, "说了")
    for wrong in (wang, seat):
        with pytest.raises(ForbiddenError):
            await appeals.review(wrong, made.id, note="自己复核")
    with pytest.raises(InvalidError):
        await appeals.review(li, made.id, note="缺项", answers={})
    changed = await appeals.review(li, made.id, note="确实说了", answers=full())
    assert (changed.state, scores.total(changed)) == ("changed", Decimal("100.0"))
    with pytest.raises(ConflictError):
        await appeals.review(li, made.id, note="再来")
    async with office.sessions() as db:
        lines = await scores.history(db, made.id)
    assert [(one.what, one.total_tenths) for one in lines] == [
        ("submitted", 920),
        ("appealed", 920),
        ("changed", 1000),
    ]


async def test_an_appeal_comes_too_late(office: Office, of_seat: Candidate) -> None:
    made = await office.score(of_seat)
    office.clock.advance(timedelta(days=7))
    with pytest.raises(ConflictError):
        await appeals.appeal(office.hand("seat"), made.id, "晚了")


def test_the_deadline_counts_workdays(clock: FixedClock) -> None:
    # Friday 25 September 2026 is a holiday (Mid-Autumn), and its week-end follows.
    wednesday = clock.now().replace(month=9, day=23)
    until = scores.deadline(OfficeCalendar(), wednesday, 2)
    assert until.date() == date(2026, 9, 29)


async def test_calibration_is_blind_until_it_is_closed_and_once_each(office: Office) -> None:
    wang, li = office.hand("wang"), office.hand("li")
    ids = [office.people[name].id for name in ("wang", "li")]
    with pytest.raises(InvalidError):
        await calibrations.begin(wang, talk(1), title="校准", sheet_id=office.sheet_id, inspectors=ids[:1])
    made = await calibrations.begin(wang, talk(1), title="校准", sheet_id=office.sheet_id, inspectors=ids)
    given = Given(sheet_id=office.sheet_id, answers=full())
    where = {"seat": "1001", "agent_id": None, "day": MONDAY}
    await calibrations.submit(wang, made.id, given, **where)  # type: ignore[arg-type]
    with pytest.raises(ConflictError):
        await calibrations.submit(wang, made.id, given, **where)  # type: ignore[arg-type]
    with pytest.raises(ForbiddenError):
        await calibrations.submit(office.hand("leader"), made.id, given, **where)  # type: ignore[arg-type]
    with pytest.raises(ForbiddenError):
        await calibrations.close(li, made.id)
    await calibrations.close(office.hand("leader"), made.id)
    with pytest.raises(ConflictError):
        await calibrations.submit(li, made.id, given, **where)  # type: ignore[arg-type]
    async with office.sessions() as db:
        assert (await scored.between(db, MONDAY, MONDAY)).scores == []


async def test_a_deleted_recording_leaves_figures_and_no_words(office: Office, of_seat: Candidate) -> None:
    secrets = ("没有说您好", "评语里有姓名", "申诉里有电话", "复核里有地址", "这里")
    made = await office.score(of_seat, comment=secrets[1], greeting=NO)
    await appeals.appeal(office.hand("seat"), made.id, secrets[2])
    await appeals.review(office.hand("li"), made.id, note=secrets[3])
    waiting = await office.sample(talk(2))
    async with office.sessions.begin() as db:
        for recording_id in (1, 2, 999):
            await forget(db, recording_id)
    async with office.sessions() as db:
        kept = await scores.get(db, made.id)
        assert scores.total(kept) == Decimal("92.0")
        assert [one["at_s"] for one in kept.marks] == [3.0]
        assert len((await scored.between(db, MONDAY, MONDAY)).scores) == 1
        gone = await db.get(QualitySample, waiting.id)
        assert gone is not None and gone.state == SampleState.GONE
        for table in ("quality_scores", "quality_appeals", "quality_history", "quality_samples"):
            rows = (await db.execute(text(f"SELECT * FROM {table}"))).all()  # noqa: S608 - our own names
            assert rows
            assert not any(word in str(row) for row in rows for word in (*secrets, "您好")), table


async def test_every_step_is_in_the_audit_trail(office: Office, of_seat: Candidate) -> None:
    made = await office.score(of_seat)
    await scores.seen(office.hand("seat"), made.id)
    await scores.seen(office.hand("seat"), made.id)
    async with office.sessions() as db:
        lines = [
            one.action
            for one in await db.scalars(select(AuditEntry).order_by(AuditEntry.id))
            if one.action.startswith("quality")
        ]
    assert lines == [
        "quality_sample:chosen",
        "quality_sample:claimed",
        "quality_score:submitted",
        "quality_score:seen",
    ]
