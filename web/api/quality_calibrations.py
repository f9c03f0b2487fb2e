"""Calibration (校准): several inspectors score one call blind; then how far they agree."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from http import HTTPMethod

from pydantic import Field

from core.errors import InvalidError
from core.tables import Role
from recorder.quality import calibrations, scores, sheets
from recorder.quality.agreement import agreement
from recorder.quality.scored import answers_of
from recorder.quality.scoring import ItemAnswer
from recorder.quality.tables import MAX_NAME, QualityCalibration, QualityScore
from recorder.rights import store
from recorder.rights.model import Right
from web.api.quality_desk import Desk, inspecting, names, overseeing
from web.api.quality_models import LARGEST_ID, IdPath, Names, ScoreForm, SheetAnswer
from web.api.route import STAFF, Answer, Ask, Asked, Routes
from web.quality_calls import candidate_of

routes = Routes("quality")


class CalibrationForm(Asked):
    title: str = Field(min_length=1, max_length=MAX_NAME)
    call_id: str = Field(min_length=1, max_length=64)
    sheet_id: int = Field(ge=1, le=LARGEST_ID)
    #: Accounts.
    inspectors: list[int] = Field(min_length=2, max_length=calibrations.MOST)


class CalibrationAnswer(Answer):
    id: int
    title: str
    call_id: str
    recording_id: int
    created_by: str
    created_at: datetime
    closed_at: datetime | None
    #: Display names.
    inspectors: list[str]
    #: How many of them have scored.
    done: int
    #: The person who asks is one of them, and has scored.
    is_asked: bool
    has_scored: bool
    may_close: bool


class CalibrationPage(Answer):
    items: list[CalibrationAnswer]


class ItemAgreementAnswer(Answer):
    code: str
    #: Percent of the item; None: nobody found that it applies.
    low: float | None
    high: float | None
    mean: float | None
    #: Pairs of inspectors who think the same, percent.
    agreement: float


class AgreementAnswer(Answer):
    items: list[ItemAgreementAnswer]
    mean: float
    spread: float
    agreement: float
    same_verdict: bool


class CalibrationScore(Answer):
    inspector: str
    total: float
    is_fatal: bool
    passed: bool
    comment: str
    answers: dict[str, ItemAnswer]


class CalibrationDetail(CalibrationAnswer):
    sheet: SheetAnswer
    #: Until it is closed only the person's own.
    scores: list[CalibrationScore]
    #: None until it is closed, or with fewer than two scores.
    agreement: AgreementAnswer | None


class InspectorAnswer(Answer):
    id: int
    display_name: str
    role: Role


class InspectorPage(Answer):
    items: list[InspectorAnswer]


@routes.add(HTTPMethod.GET, "/quality/inspectors", "Who may be asked to calibrate", roles=STAFF)
async def list_inspectors(ask: Ask) -> InspectorPage:
    await inspecting(ask)
    async with ask.services.sessions() as db:
        found = await store.holders(db, Right.INSPECT, ask.services.clock.now())
    return InspectorPage(
        items=[
            InspectorAnswer(id=one.id, display_name=one.display_name, role=Role(one.role)) for one in found
        ]
    )


@routes.add(HTTPMethod.GET, "/quality/calibrations", "Calibrations, newest first (校准)", roles=STAFF)
async def list_calibrations(ask: Ask) -> CalibrationPage:
    desk = await overseeing(ask)
    async with ask.services.sessions() as db:
        found = await calibrations.listing(db)
        made = await calibrations.scores_of(db, [one.id for one in found])
        people = await names(db)
    return CalibrationPage(items=[_answer(desk, one, made, people) for one in found])


@routes.add(
    HTTPMethod.POST,
    "/quality/calibrations",
    "Ask inspectors to score a call (发起校准)",
    roles=STAFF,
    status=201,
    errors=(404,),
)
async def begin_calibration(ask: Ask, body: CalibrationForm) -> CalibrationDetail:
    desk = await inspecting(ask)
    async with ask.services.sessions() as db:
        one = await candidate_of(db, body.call_id)
        await desk.check(db, one.call_id)
        may = {one.id for one in await store.holders(db, Right.INSPECT, ask.services.clock.now())}
    if not may.issuperset(body.inspectors):
        raise InvalidError("表单有误", fields={"inspectors": "其中有人没有质检权限"})
    made = await calibrations.begin(
        desk.hand, one, title=body.title, sheet_id=body.sheet_id, inspectors=body.inspectors
    )
    return await _detail(desk, made.id)


@routes.add(HTTPMethod.GET, "/quality/calibrations/{id}", "One, with what its reader may know", roles=STAFF)
async def calibration(ask: Ask, path: IdPath) -> CalibrationDetail:
    return await _detail(await overseeing(ask), path.id)


@routes.add(
    HTTPMethod.POST,
    "/quality/calibrations/{id}/score",
    "One's own score, blind (盲评)",
    roles=STAFF,
    errors=(409,),
)
async def score_calibration(ask: Ask, path: IdPath, body: ScoreForm) -> CalibrationDetail:
    desk = await inspecting(ask)
    async with ask.services.sessions() as db:
        asked = await calibrations.get(db, path.id)
        await desk.check(db, asked.call_id)
        one = await candidate_of(db, asked.call_id)
    await calibrations.submit(desk.hand, path.id, body, seat=one.seat, agent_id=one.agent_id, day=one.day)
    return await _detail(desk, path.id)


@routes.add(
    HTTPMethod.POST,
    "/quality/calibrations/{id}/close",
    "Open the results (结束)",
    roles=STAFF,
    errors=(409,),
)
async def close_calibration(ask: Ask, path: IdPath) -> CalibrationDetail:
    desk = await overseeing(ask)
    async with ask.services.sessions() as db:
        await desk.check(db, (await calibrations.get(db, path.id)).call_id)
    await calibrations.close(desk.hand, path.id)
    return await _detail(desk, path.id)


def _answer(
    desk: Desk, one: QualityCalibration, made: Sequence[QualityScore], people: Names
) -> CalibrationAnswer:
    by = [score.inspector_id for score in made if score.calibration_id == one.id]
    same = ("id", "title", "call_id", "recording_id", "created_at", "closed_at")
    return CalibrationAnswer(
        **{name: getattr(one, name) for name in same},
        created_by=people.get(one.created_by, ""),
        inspectors=[people.get(account, "") for account in one.inspectors],
        done=len(by),
        is_asked=desk.hand.id in one.inspectors,
        has_scored=desk.hand.id in by,
        may_close=one.closed_at is None and calibrations.may_close(desk.ask.account, one),
    )


async def _detail(desk: Desk, calibration_id: int) -> CalibrationDetail:
    async with desk.ask.services.sessions() as db:
        one = await calibrations.get(db, calibration_id)
        await desk.check(db, one.call_id)
        made = list(await calibrations.scores_of(db, [one.id]))
        people = await names(db)
        sheet = await sheets.get(db, one.sheet_id)
        shown = [score for score in made if one.closed_at is not None or score.inspector_id == desk.hand.id]
    found = None
    if one.closed_at is not None:
        answers = [answers_of(score) for score in made]
        found = agreement(sheets.body_of(sheet), answers, [scores.total(score) for score in made])
    return CalibrationDetail(
        **dict(_answer(desk, one, made, people)),
        sheet=SheetAnswer.of(sheet, people),
        scores=[_score(score, people) for score in shown],
        agreement=AgreementAnswer.model_validate(found, from_attributes=True) if found else None,
    )


def _score(made: QualityScore, people: Names) -> CalibrationScore:
    return CalibrationScore(
        inspector=people.get(made.inspector_id, ""),
        total=float(scores.total(made)),
        is_fatal=made.is_fatal,
        passed=made.passed,
        comment=made.comment,
        answers=answers_of(made),
    )
