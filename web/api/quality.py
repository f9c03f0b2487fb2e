"""The inspectors' work (质检): the sample, the queue, the machine's suggestions, the score."""

from __future__ import annotations

from dataclasses import asdict
from http import HTTPMethod
from typing import Any

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError
from sqlalchemy import ColumnElement, Text, cast, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.audit import Action
from core.calendar import store as calendar
from core.db import begin_write
from core.errors import NotFoundError
from core.secrets import instance_secret
from ivr.ledger.tables import Call
from recorder.quality import draw, prescore, queue, scores, sheets, weeks
from recorder.quality.prescore import Finding
from recorder.quality.rules import Rule
from recorder.quality.tables import QualitySample, QualityScore, SampleState
from recorder.tables import Recording
from web.api.quality_desk import Desk, inspecting, names, overseeing
from web.api.quality_models import (
    LARGEST_ID,
    FindingAnswer,
    IdPath,
    SampleAnswer,
    SampleDetail,
    SamplePage,
    ScoreForm,
    SheetAnswer,
)
from web.api.recording_rights import Right, may_in
from web.api.route import STAFF, Answer, Ask, Asked, Routes
from web.quality_calls import LedgerCandidates, candidate_of, talk_of
from web.quality_news import tell_scored

routes = Routes("quality")
#: Seed of the lots: whoever knows it knows who will be drawn.
LOTS = "quality_lots"


class SamplesQuery(Asked):
    state: SampleState | None = None
    seat: str = Field("", max_length=8)
    rule: Rule | None = None
    week: str = Field("", max_length=8)
    mine: bool = False
    cursor: int | None = Field(None, ge=1, le=LARGEST_ID)
    limit: int = Field(50, ge=1, le=200)


class Choice(Asked):
    call_id: str = Field(min_length=1, max_length=64)
    note: str = Field("", max_length=200)


class Week(Asked):
    #: 2026-W48
    week: str = Field(max_length=8)

    @field_validator("week")
    @classmethod
    def _there_is_one(cls, week: str) -> str:
        try:
            weeks.days_of(week)
        except ValueError as error:
            raise PydanticCustomError("week", "应为 ISO 周，例如 2026-W48") from error
        return week


class Drawn(Answer):
    made: int


class Note(Asked):
    note: str = Field(min_length=1, max_length=queue.NOTE_LENGTH)


class Draft(Asked):
    draft: dict[str, Any]


class ProgressAnswer(Answer):
    waiting: int
    claimed: int
    mine_today: int
    mine_week: int
    scored_week: int


class Submitted(Answer):
    score_id: int
    total: float
    passed: bool
    is_fatal: bool


@routes.add(HTTPMethod.GET, "/quality/samples", "Sampled calls, newest first (抽检样本)", roles=STAFF)
async def list_samples(ask: Ask, query: SamplesQuery) -> SamplePage:
    desk = await overseeing(ask)
    async with ask.services.sessions() as db:
        page = await queue.page(db, _where(desk, query), cursor=query.cursor, limit=query.limit)
        return SamplePage(items=await _listed(db, desk, list(page.items)), next=page.next)


@routes.add(
    HTTPMethod.POST, "/quality/samples", "Choose a call for inspection (指定质检)", roles=STAFF, errors=(404,)
)
async def choose_sample(ask: Ask, body: Choice) -> SampleAnswer:
    desk = await overseeing(ask)
    async with ask.services.sessions() as db:
        one = await candidate_of(db, body.call_id)
        await desk.check(db, one.call_id)
    return await _one(desk, await queue.choose(desk.hand, one, body.note))


@routes.add(HTTPMethod.POST, "/quality/samples/draw", "Draw a week's sample now (抽检)", roles=STAFF)
async def draw_samples(ask: Ask, body: Week) -> Drawn:
    desk = await inspecting(ask)
    services = ask.services
    first, last = weeks.days_of(body.week)
    made = await draw.draw(
        services.sessions,
        LedgerCandidates(services.sessions),
        services.settings.quality,
        services.clock,
        first=first,
        last=last,
        random=True,
        secret=instance_secret(services.settings, LOTS),
    )
    async with services.sessions() as db:
        await begin_write(db)
        desk.hand.note(db, Action.QUALITY_DRAWN, f"quality_week:{body.week}", made=made)
        await db.commit()
    return Drawn(made=made)


@routes.add(HTTPMethod.GET, "/quality/progress", "How far inspection is (进度)", roles=STAFF)
async def progress(ask: Ask) -> ProgressAnswer:
    desk = await overseeing(ask)
    async with ask.services.sessions() as db:
        return ProgressAnswer(**asdict(await queue.progress(db, desk.hand)))


@routes.add(
    HTTPMethod.POST, "/quality/samples/next", "Claim what should be heard next (领取下一条)", roles=STAFF,
    errors=(404,),
)  # fmt: skip
async def next_sample(ask: Ask) -> SampleAnswer:
    desk = await inspecting(ask)
    within = desk.within(QualitySample.call_id)
    sample = await queue.claim_next(desk.hand, _minutes(ask), within)
    if sample is None:
        raise NotFoundError("队列里没有待质检的通话。")
    return await _one(desk, sample)


@routes.add(
    HTTPMethod.GET, "/quality/samples/{id}", "A sample with sheets and suggestions (智能预评)", roles=STAFF
)
async def sample(ask: Ask, path: IdPath) -> SampleDetail:
    desk = await overseeing(ask)
    async with ask.services.sessions() as db:
        found = await queue.get(db, path.id)
        await desk.check(db, found.call_id)
        (listed,) = await _listed(db, desk, [found])
        people = await names(db)
        return SampleDetail(
            **dict(listed),
            draft=found.draft if listed.is_mine else {},
            sheets=[SheetAnswer.of(one, people) for one in await sheets.for_day(db, found.day)],
            findings=[FindingAnswer.of(one) for one in await findings(db, desk, found)],
        )


@routes.add(
    HTTPMethod.POST, "/quality/samples/{id}/claim", "Lock it for oneself (领取)", roles=STAFF, errors=(409,)
)
async def claim_sample(ask: Ask, path: IdPath) -> SampleAnswer:
    desk = await _reaching(ask, path.id)
    return await _one(desk, await queue.claim(desk.hand, path.id, _minutes(ask)))


@routes.add(
    HTTPMethod.POST, "/quality/samples/{id}/release", "Give it back (退回)", roles=STAFF, errors=(409,)
)
async def release_sample(ask: Ask, path: IdPath) -> SampleAnswer:
    desk = await _reaching(ask, path.id)
    return await _one(desk, await queue.release(desk.hand, path.id))


@routes.add(
    HTTPMethod.POST, "/quality/samples/{id}/skip", "Nothing to score here (跳过)", roles=STAFF, errors=(409,)
)
async def skip_sample(ask: Ask, path: IdPath, body: Note) -> SampleAnswer:
    desk = await _reaching(ask, path.id)
    return await _one(desk, await queue.skip(desk.hand, path.id, body.note))


@routes.add(
    HTTPMethod.PATCH,
    "/quality/samples/{id}",
    "Keep what is filled in (暂存)",
    roles=STAFF,
    errors=(409,),
)
async def save_draft(ask: Ask, path: IdPath, body: Draft) -> SampleAnswer:
    desk = await _reaching(ask, path.id)
    return await _one(desk, await queue.save_draft(desk.hand, path.id, body.draft, _minutes(ask)))


@routes.add(
    HTTPMethod.POST,
    "/quality/samples/{id}/score",
    "Hand in the score (提交评分); its seat is told",
    roles=STAFF,
    status=201,
    errors=(409,),
)
async def score_sample(ask: Ask, path: IdPath, body: ScoreForm) -> Submitted:
    desk = await _reaching(ask, path.id)
    async with ask.services.sessions() as db:
        found = await findings(db, desk, await queue.get(db, path.id))
        days = await calendar.read(db)
    machine = {"findings": [FindingAnswer.of(one).model_dump(mode="json") for one in found]}
    until = scores.deadline(days, desk.hand.now(), ask.services.settings.quality.appeal_workdays)
    made = await scores.submit(desk.hand, path.id, body, machine=machine, appeal_until=until)
    await tell_scored(ask.services, made)
    return Submitted(
        score_id=made.id, total=float(scores.total(made)), passed=made.passed, is_fatal=made.is_fatal
    )


async def findings(db: AsyncSession, desk: Desk, found: QualitySample) -> list[Finding]:
    """What the machine makes of a sample's call; nothing where its recording is gone, or may not be heard."""
    recording, call = await db.get(Recording, found.recording_id), await db.get(Call, found.call_id)
    if recording is None or call is None or found.state == SampleState.GONE:
        return []
    if not await may_in(db, desk.rights, Right.LISTEN, call):
        return []
    return prescore.look(await talk_of(db, recording, call), desk.ask.services.settings.quality)


async def _reaching(ask: Ask, sample_id: int) -> Desk:
    desk = await inspecting(ask)
    async with ask.services.sessions() as db:
        await desk.check(db, (await queue.get(db, sample_id)).call_id)
    return desk


def _where(desk: Desk, query: SamplesQuery) -> list[ColumnElement[bool]]:
    wanted = [desk.within(QualitySample.call_id)]
    if query.state is not None:
        wanted.append(QualitySample.state == query.state)
    if query.seat:
        wanted.append(QualitySample.seat == query.seat)
    if query.week:
        wanted.append(QualitySample.week == query.week)
    if query.rule is not None:
        wanted.append(cast(QualitySample.reasons, Text).contains(f'"{query.rule}"', autoescape=True))
    if query.mine:
        wanted.append(QualitySample.claimed_by == desk.hand.id)
    return wanted


async def _listed(db: AsyncSession, desk: Desk, found: list[QualitySample]) -> list[SampleAnswer]:
    people = await names(db)
    ids = [one.id for one in found]
    rows = await db.scalars(select(QualityScore).where(QualityScore.sample_id.in_(ids)))
    made = {one.sample_id: one for one in rows}
    return [SampleAnswer.of(one, people, desk.hand.id, made.get(one.id)) for one in found]


async def _one(desk: Desk, found: QualitySample) -> SampleAnswer:
    async with desk.ask.services.sessions() as db:
        return (await _listed(db, desk, [found]))[0]


def _minutes(ask: Ask) -> int:
    return ask.services.settings.quality.claim_minutes
