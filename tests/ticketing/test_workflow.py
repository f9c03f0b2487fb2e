"""ticketing.workflow: the table holds together, and a refusal says why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.errors import HotlineError
from core.tables import Role
from ticketing import forms, workflow
from ticketing.tables import Case, Stage
from ticketing.workflow import CLOSE, ESTABLISH, MOVES, InputKind, Situation, To


def test_every_row_speaks_of_things_there_are() -> None:
    columns = set(Case.__table__.columns.keys())
    for move in MOVES.values():
        assert set(move.needs) <= set(forms.COLUMNS)
        named = {move.stamp, move.signs, move.counts, *move.clears, *move.marks}
        assert named <= columns | {None}
        assert {one.column for one in move.inputs} <= columns | {""}
        assert all(one.choices for one in move.inputs if one.kind == InputKind.CHOICE)
        assert move.zh and move.en
    assert len({move.name for move in MOVES.values()}) == len(MOVES)


def test_every_stage_can_be_reached_and_left() -> None:
    assert {move.to for move in MOVES.values()} - set(To) == set(Stage)
    leave = {stage for move in MOVES.values() if move.to != To.SAME for stage in move.sources}
    assert leave == set(Stage)
    assert set(workflow.STAGES) == set(Stage)


@pytest.mark.parametrize(
    ("stage", "role", "names"),
    [
        (Stage.DRAFT, Role.SEAT, ["register", "answer", "refuse", "void"]),
        (Stage.DRAFT, Role.ADMINISTRATOR, []),
        (
            Stage.REGISTERED,
            Role.SEAT,
            ["answer", "ask_verification", "merge", "split", "refuse", "void", "urge"],
        ),
        (Stage.VERIFYING, Role.COLLECTOR, ["verified"]),
        (
            Stage.ESTABLISHED,
            Role.DISPATCHER,
            ["merge", "split", "declare_group", "dispatch", "hand_back", "supervise", "urge"],
        ),
        (
            Stage.ESTABLISHED,
            Role.SHIFT_LEADER,
            ["merge", "split", "declare_group", "close", "force_close", "supervise", "urge", "instruct"],
        ),
        (Stage.DISPATCHED, Role.DEPARTMENT, ["accept", "return", "progress"]),
        (Stage.CHECKING, Role.COLLECTOR, ["check_pass", "check_fail"]),
        (Stage.CLOSED, Role.SHIFT_LEADER, ["reopen", "pass_appeal", "refuse_appeal", "instruct"]),
        (Stage.CLOSED, Role.SEAT, ["rate"]),
        (Stage.CLOSED, Role.ASSESSOR, ["grant_appeal", "refuse_appeal"]),
    ],
)
def test_allowed(stage: Stage, role: Role, names: list[str]) -> None:
    assert [move.name for move in workflow.allowed(stage, role)] == names


def refusal_of(move: workflow.Move, case: Case, note: str = "") -> tuple[str, str]:
    with pytest.raises(HotlineError) as refusal:
        workflow.check_stage(move, case, note)
        workflow.check_guards(move, Situation(case, None, datetime.now(UTC)))
    return refusal.value.code, str(refusal.value)


def test_refusals_say_why() -> None:
    closed = Case(stage=Stage.CLOSED)
    assert refusal_of(ESTABLISH, closed) == ("wrong_stage", "案卷已结案，不能进行“立案”操作")
    guarded = replace(CLOSE, guards=(lambda now: None, lambda now: "处理结果尚未核查"))
    established = Case(stage=Stage.ESTABLISHED)
    assert refusal_of(guarded, established) == ("not_now", "处理结果尚未核查")
    assert refusal_of(replace(CLOSE, note_required=True), established, "  ")[0] == "invalid"
    workflow.check_stage(CLOSE, established, "")


def test_roles() -> None:
    with pytest.raises(HotlineError, match="立案") as refusal:
        workflow.check_role(ESTABLISH, Role.SEAT)
    assert refusal.value.code == "role_not_allowed"
    with pytest.raises(HotlineError):
        workflow.check_role(ESTABLISH, None)
    with pytest.raises(HotlineError):
        workflow.check_role(workflow.OPEN_DRAFT, Role.SHIFT_LEADER)
    workflow.check_role(workflow.OPEN_DRAFT, None)
    workflow.check_role(workflow.REOPEN, None)
    workflow.check_role(workflow.REOPEN, Role.SHIFT_LEADER)
    with pytest.raises(HotlineError):
        workflow.check_role(workflow.REOPEN, Role.SEAT)
    with pytest.raises(HotlineError, match="飞"):
        workflow.find("飞")
