"""Asking the table: which moves there are, who may, and why not."""

from __future__ import annotations

from core.errors import InvalidError
from ticketing.errors import GuardedError, NoSuchMoveError, RoleNotAllowedError, WrongStageError
from ticketing.tables import Case
from ticketing.workflow.model import Move, Situation
from ticketing.workflow.stages import STAGE_LABELS
from ticketing.workflow.table import MOVES


def find(name: str) -> Move:
    """
    Raises:
        NoSuchMoveError: the table has no such row.
    """
    try:
        return MOVES[name]
    except KeyError:
        raise NoSuchMoveError(f"没有“{name[:32]}”这个操作") from None


def allowed(stage: str, role: str | None) -> tuple[Move, ...]:
    """Moves that `role` could make from `stage`, in the order of the table."""
    return tuple(move for move in MOVES.values() if role in move.roles and stage in move.sources)


def check_role(move: Move, role: str | None) -> None:
    """
    Raises:
        RoleNotAllowedError: `role` may not make this move; None, the system, makes only its own.
    """
    is_systems = role is None and (move.by_system or not move.roles)
    if role not in move.roles and not is_systems:
        raise RoleNotAllowedError(f"您的角色不能进行“{move.zh}”操作")


def check_stage(move: Move, case: Case, note: str) -> None:
    """Whether `case` can make `move` from where it stands; guards and fields come after.

    Raises:
        WrongStageError: not from the stage it stands at.
        InvalidError: the move wants a note.
    """
    if case.stage not in move.sources:
        raise WrongStageError(f"案卷{STAGE_LABELS[case.stage]}，不能进行“{move.zh}”操作")
    if move.note_required and not note.strip():
        raise InvalidError("表单有误", fields={"note": f"“{move.zh}”须填写说明"})


def objection(move: Move, now: Situation) -> str:
    """The first guard's reason against `move`; empty: it can be made."""
    return next((reason for guard in move.guards if (reason := guard(now))), "")


def check_guards(move: Move, now: Situation) -> None:
    """
    Raises:
        GuardedError: says what stands against it.
    """
    if reason := objection(move, now):
        raise GuardedError(reason)
