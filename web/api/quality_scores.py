"""Scores (评分结果): those who inspect see all, a seat its own; appeals (申诉) and their review (复核)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from http import HTTPMethod

from pydantic import Field
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import ForbiddenError
from recorder.quality import appeals, scores, sheets
from recorder.quality.scored import answers_of
from recorder.quality.scoring import ItemAnswer
from recorder.quality.tables import QualityAppeal, QualityScore, ScoreState
from web.api.quality_desk import Desk, names, overseeing
from web.api.quality_models import (
    LARGEST_ID,
    AppealAnswer,
    FindingAnswer,
    HistoryAnswer,
    IdPath,
    Names,
    ScoreAnswer,
    ScoreDetail,
    ScoreMarkAnswer,
    ScorePage,
    SheetAnswer,
)
from web.api.recording_rights import rights_of
from web.api.route import STAFF, Answer, Ask, Asked, Routes
from web.quality_news import tell_scored

routes = Routes("quality")
_FIRST, _LAST = date(2000, 1, 1), date(2199, 12, 31)
_MONTH = timedelta(days=30)


class ScoresQuery(Asked):
    #: Only those of the person's own calls; always so for a seat.
    mine: bool = False
    state: ScoreState | None = None
    seat: str = Field("", max_length=8)
    from_: date | None = Field(None, alias="from", ge=_FIRST, le=_LAST)
    to: date | None = Field(None, ge=_FIRST, le=_LAST)
    cursor: int | None = Field(None, ge=1, le=LARGEST_ID)
    limit: int = Field(50, ge=1, le=200)


class Reason(Asked):
    reason: str = Field(min_length=1, max_length=appeals.REASON_LENGTH)


class Review(Asked):
    note: str = Field(min_length=1, max_length=appeals.REASON_LENGTH)
    #: The answers as they should have been; None: the score stays.
    answers: dict[str, ItemAnswer] | None = None


class MineAnswer(Answer):
    """A person's own inspection, the last 30 days."""

    count: int
    #: Of those; None: none.
    average: float | None
    #: Not looked at yet, in all time.
    unseen: int
    appealed: int


@routes.add(HTTPMethod.GET, "/quality/scores", "Scores, newest first; a seat sees its own", roles=STAFF)
async def list_scores(ask: Ask, query: ScoresQuery) -> ScorePage:
    desk = Desk(ask, await rights_of(ask))
    where = _where(desk, query)
    async with ask.services.sessions() as db:
        found, following = await scores.page(db, where, cursor=query.cursor, limit=query.limit)
        people = await names(db)
    return ScorePage(items=[ScoreAnswer(**_facts(desk, one, people)) for one in found], next=following)


@routes.add(HTTPMethod.GET, "/quality/mine", "How one's own calls were judged lately (我的质检)", roles=STAFF)
async def mine(ask: Ask) -> MineAnswer:
    own = (QualityScore.calibration_id.is_(None), QualityScore.agent_id == ask.account.id)
    since = QualityScore.submitted_at >= ask.services.clock.now() - _MONTH
    appealed = QualityScore.state != ScoreState.SUBMITTED
    async with ask.services.sessions() as db:
        tenths = func.avg(QualityScore.total_tenths)
        row = (await db.execute(select(func.count(), tenths).where(*own, since))).one()
        unseen = await _count(db, *own, QualityScore.seen_at.is_(None))
        asked = await _count(db, *own, since, appealed)
    average = None if row[1] is None else round(float(row[1]) / 10, 1)
    return MineAnswer(count=row[0], average=average, unseen=unseen, appealed=asked)


@routes.add(HTTPMethod.GET, "/quality/scores/{id}", "One score with its history", roles=STAFF)
async def score(ask: Ask, path: IdPath) -> ScoreDetail:
    desk = Desk(ask, await rights_of(ask))
    async with ask.services.sessions() as db:
        found = await scores.get(db, path.id)
        await _check(desk, db, found)
        return await _detail(desk, db, found)


@routes.add(HTTPMethod.POST, "/quality/scores/{id}/seen", "Its seat has looked at it (已阅)", roles=STAFF)
async def seen_score(ask: Ask, path: IdPath) -> ScoreDetail:
    desk = Desk(ask, await rights_of(ask))
    async with ask.services.sessions() as db:
        await _check(desk, db, await scores.get(db, path.id))
    await scores.seen(desk.hand, path.id)
    return await _again(desk, path.id)


@routes.add(
    HTTPMethod.POST,
    "/quality/scores/{id}/appeal",
    "Object to it (申诉): its seat, once, in time",
    roles=STAFF,
    errors=(409,),
)
async def appeal_score(ask: Ask, path: IdPath, body: Reason) -> ScoreDetail:
    desk = Desk(ask, await rights_of(ask))
    await appeals.appeal(desk.hand, path.id, body.reason)
    return await _again(desk, path.id)


@routes.add(
    HTTPMethod.POST,
    "/quality/scores/{id}/review",
    "Uphold or change it (复核); never by who scored it",
    roles=STAFF,
    errors=(409,),
)
async def review_score(ask: Ask, path: IdPath, body: Review) -> ScoreDetail:
    desk = await overseeing(ask)
    async with ask.services.sessions() as db:
        await _check(desk, db, await scores.get(db, path.id))
    made = await appeals.review(desk.hand, path.id, note=body.note, answers=body.answers)
    await tell_scored(ask.services, made)
    return await _again(desk, path.id)


def _where(desk: Desk, query: ScoresQuery) -> list[ColumnElement[bool]]:
    own = QualityScore.agent_id == desk.hand.id
    wanted = [own if query.mine or not desk.oversees else desk.within(QualityScore.call_id)]
    if query.state is not None:
        wanted.append(QualityScore.state == query.state)
    if query.seat:
        wanted.append(QualityScore.seat == query.seat)
    if query.from_ is not None:
        wanted.append(QualityScore.day >= query.from_)
    if query.to is not None:
        wanted.append(QualityScore.day <= query.to)
    return wanted


async def _check(desk: Desk, db: AsyncSession, found: QualityScore) -> None:
    """
    Raises:
        ForbiddenError: neither the person's own nor within their right.
    """
    if found.agent_id == desk.hand.id:
        return
    if not desk.oversees:
        raise ForbiddenError("只能查看本人的评分。")
    await desk.check(db, found.call_id)


def _facts(desk: Desk, found: QualityScore, people: Names) -> dict[str, object]:
    now: datetime = desk.hand.now()
    facts: dict[str, object] = ScoreAnswer.facts(found, people, desk.hand.id, now, oversees=desk.oversees)
    return facts


async def _again(desk: Desk, score_id: int) -> ScoreDetail:
    async with desk.ask.services.sessions() as db:
        return await _detail(desk, db, await scores.get(db, score_id))


async def _detail(desk: Desk, db: AsyncSession, found: QualityScore) -> ScoreDetail:
    people = await names(db)
    appealed = (await appeals.of_scores(db, [found.id])).get(found.id)
    lines = await scores.history(db, found.id)
    return ScoreDetail(
        **_facts(desk, found, people),
        sheet=SheetAnswer.of(await sheets.get(db, found.sheet_id), people),
        answers=answers_of(found),
        comment=found.comment,
        marks=[ScoreMarkAnswer.model_validate(one) for one in found.marks],
        findings=[FindingAnswer.model_validate(one) for one in found.machine.get("findings", [])],
        appeal=_appeal(appealed, people) if appealed else None,
        history=[
            HistoryAnswer(
                at=one.at,
                actor=people.get(one.actor_id, ""),
                what=one.what,
                total=one.total_tenths / 10,
                is_fatal=one.is_fatal,
                note=one.note,
            )
            for one in lines
        ],
    )


def _appeal(appealed: QualityAppeal, people: Names) -> AppealAnswer:
    return AppealAnswer(
        by=people.get(appealed.by, ""),
        at=appealed.at,
        reason=appealed.reason,
        reviewed_by=people.get(appealed.reviewed_by or 0, ""),
        reviewed_at=appealed.reviewed_at,
        review_note=appealed.review_note,
    )


async def _count(db: AsyncSession, *where: ColumnElement[bool]) -> int:
    return await db.scalar(select(func.count()).select_from(QualityScore).where(*where)) or 0
