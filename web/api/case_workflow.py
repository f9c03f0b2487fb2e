"""The workflow table as consoles read it (流程): stages and moves with this city's words, and the units."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPMethod

from pydantic import Field
from sqlalchemy import select

from core import audit
from core.audit import Action
from core.db import begin_write
from core.errors import InvalidError
from core.tables import Role, Unit
from ticketing.queries import Offer
from ticketing.tables import Place, Stage
from ticketing.workflow import MOVES, PHASE_LABELS, STAGES, Input, Phase
from web.api.models import ChoiceAnswer, MoveAnswer, MoveInputAnswer
from web.api.route import EVERYBODY, Answer, Ask, Asked, Routes

routes = Routes("case-workflow")
_ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})


class StageAnswer(Answer):
    name: Stage
    label: str
    label_en: str
    #: One of the seven stages of GB/T 30428, or `out`.
    phase: Phase
    phase_label: str
    phase_label_en: str


class MoveLabelAnswer(Answer):
    name: str
    label: str
    label_en: str
    roles: list[Role]
    by_system: bool
    sources: list[Stage]
    #: A stage; `same`, `back`: where it is, where it was.
    to: str


class WorkflowAnswer(Answer):
    stages: list[StageAnswer]
    moves: list[MoveLabelAnswer]


class UnitPath(Asked):
    code: str = Field(min_length=1, max_length=32, pattern=r"^[0-9A-Za-z-]+$")


class UnitBody(Asked):
    name: str = Field(min_length=1, max_length=64)
    #: Place code; null: the whole city.
    district: str | None = Field(None, max_length=15, pattern=r"^[0-9]+$")
    is_active: bool = True


class UnitAnswer(UnitBody, Answer):
    code: str


class UnitsAnswer(Answer):
    items: list[UnitAnswer]


@routes.add(HTTPMethod.GET, "/case-workflow", "Stages and moves of cases (流程)", roles=EVERYBODY)
async def workflow(ask: Ask) -> WorkflowAnswer:
    labels = ask.services.settings.cases.labels
    stages = [
        StageAnswer(
            name=row.stage,
            label=labels.get(row.stage, row.zh),
            label_en=row.en,
            phase=row.phase,
            phase_label=PHASE_LABELS[row.phase][0],
            phase_label_en=PHASE_LABELS[row.phase][1],
        )
        for row in STAGES.values()
    ]
    moves = [
        MoveLabelAnswer(
            name=row.name,
            label=labels.get(row.name, row.zh),
            label_en=row.en,
            roles=sorted(row.roles),
            by_system=row.by_system or not row.roles,
            sources=sorted(row.sources),
            to=str(row.to),
        )
        for row in MOVES.values()
    ]
    return WorkflowAnswer(stages=stages, moves=moves)


@routes.add(HTTPMethod.GET, "/units", "Units that cases are dispatched to (责任单位)", roles=EVERYBODY)
async def units(ask: Ask) -> UnitsAnswer:
    async with ask.services.sessions() as db:
        found = await db.scalars(select(Unit).order_by(Unit.code))
        return UnitsAnswer(items=[_answer(one) for one in found])


@routes.add(HTTPMethod.PUT, "/units/{code}", "Add or change a unit", roles=_ADMINISTRATORS)
async def put_unit(ask: Ask, path: UnitPath, body: UnitBody) -> UnitAnswer:
    async with ask.services.sessions.begin() as db:
        await begin_write(db)
        if body.district and await db.get(Place, body.district) is None:
            raise InvalidError("表单有误", fields={"district": "没有这个区县"})
        unit = await db.merge(Unit(code=path.code, **body.model_dump()))
        audit.record(
            db,
            at=ask.services.clock.now(),
            actor_id=ask.account.id,
            action=Action.UNIT_SET,
            subject=f"unit:{path.code}",
            address=ask.address,
            detail=body.model_dump(),
        )
        return _answer(unit)


def offered(offer: Offer, labels: Mapping[str, str]) -> MoveAnswer:
    """A move with all a form for it needs; `labels` are this city's own words."""
    row = offer.move
    return MoveAnswer(
        name=row.name,
        label=labels.get(row.name, row.zh),
        label_en=row.en,
        main=row.main,
        note_required=row.note_required,
        objection=offer.objection,
        needs=list(row.needs),
        inputs=[_asked(one) for one in row.inputs],
    )


def _asked(one: Input) -> MoveInputAnswer:
    choices = [ChoiceAnswer(value=value, label=zh, label_en=en) for value, zh, en in one.choices]
    return MoveInputAnswer(
        name=one.name,
        label=one.zh,
        label_en=one.en,
        kind=one.kind,
        required=one.required,
        choices=choices,
        least=one.least,
        most=one.most,
    )


def _answer(unit: Unit) -> UnitAnswer:
    return UnitAnswer(code=unit.code, name=unit.name, district=unit.district, is_active=unit.is_active)
