"""The workflow of cases (案卷流转): `table` is the one table; `rules` asks it. Data, no database."""

from ticketing.workflow.model import Does, Input, InputKind, Move, Phase, Situation, Tick, To, Wish
from ticketing.workflow.rules import allowed, check_guards, check_role, check_stage, find, objection
from ticketing.workflow.stages import OPEN, PHASE_LABELS, STAGE_LABELS, STAGES, UNDER_WAY, WITH_UNIT
from ticketing.workflow.table import MOVES

OPEN_DRAFT = MOVES["open_draft"]
REGISTER = MOVES["register"]
ESTABLISH = MOVES["establish"]
CLOSE = MOVES["close"]
REOPEN = MOVES["reopen"]

__all__ = [
    "CLOSE",
    "ESTABLISH",
    "MOVES",
    "OPEN",
    "OPEN_DRAFT",
    "PHASE_LABELS",
    "REGISTER",
    "REOPEN",
    "STAGES",
    "STAGE_LABELS",
    "UNDER_WAY",
    "WITH_UNIT",
    "Does",
    "Input",
    "InputKind",
    "Move",
    "Phase",
    "Situation",
    "Tick",
    "To",
    "Wish",
    "allowed",
    "check_guards",
    "check_role",
    "check_stage",
    "find",
    "objection",
]
