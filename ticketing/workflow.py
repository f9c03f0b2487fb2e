"""The workflow table: every way a case may move, who may move it, and what it takes. Data, no database.

Today's short path through the seven stages (hotline.md section 5): 草稿 → 已登记 → 已立案 → 已结案, and back
into handling when the citizen is not satisfied with the result.
A new move is a new row here; `ticketing.moves.move` needs no change.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.errors import InvalidError
from core.tables import Role
from ticketing.errors import GuardedError, NoSuchMoveError, RoleNotAllowedError, WrongStageError
from ticketing.tables import Case, Stage

#: Looks at a case and says why a move is not possible just now, or nothing.
Guard = Callable[[Case], str | None]

STAGE_LABELS: dict[str, str] = {
    Stage.DRAFT: "草稿",
    Stage.REGISTERED: "已登记",
    Stage.ESTABLISHED: "已立案",
    Stage.CLOSED: "已结案",
}


@dataclass(frozen=True, kw_only=True)
class Move:
    """One row of the table."""

    name: str
    zh: str
    en: str
    #: Who may do it; empty: the system alone.
    roles: frozenset[Role]
    #: The system may do it as well as the people in `roles`.
    by_system: bool = False
    #: Stages it starts from; empty: there is no case before it.
    sources: frozenset[Stage]
    to: Stage
    #: Form fields that must be filled in before, or come with, the move.
    needs: tuple[str, ...] = ()
    #: The move may bring changes of the form with it.
    takes_fields: bool = False
    note_required: bool = False
    #: Column that keeps when it happened.
    stamp: str | None = None
    #: Column of a stamp that no longer holds.
    clears: str | None = None
    gives_number: bool = False
    guards: tuple[Guard, ...] = ()


OPEN_DRAFT = Move(
    name="open_draft", zh="生成草稿", en="Open draft", roles=frozenset(), sources=frozenset(), to=Stage.DRAFT
)
REGISTER = Move(
    name="register",
    zh="登记",
    en="Register",
    roles=frozenset({Role.SEAT, Role.SHIFT_LEADER}),
    sources=frozenset({Stage.DRAFT}),
    to=Stage.REGISTERED,
    needs=("kind", "description", "district"),
    takes_fields=True,
    stamp="registered_at",
    gives_number=True,
)
ESTABLISH = Move(
    name="establish",
    zh="立案",
    en="Establish",
    roles=frozenset({Role.SHIFT_LEADER}),
    sources=frozenset({Stage.REGISTERED}),
    to=Stage.ESTABLISHED,
    stamp="established_at",
)
CLOSE = Move(
    name="close",
    zh="结案",
    en="Close",
    roles=frozenset({Role.SHIFT_LEADER}),
    sources=frozenset({Stage.ESTABLISHED}),
    to=Stage.CLOSED,
    stamp="closed_at",
)
REOPEN = Move(
    name="reopen",
    zh="退回重办",
    en="Reopen",
    roles=frozenset({Role.SHIFT_LEADER}),
    by_system=True,
    sources=frozenset({Stage.CLOSED}),
    to=Stage.ESTABLISHED,
    note_required=True,
    clears="closed_at",
)
MOVES: dict[str, Move] = {move.name: move for move in (OPEN_DRAFT, REGISTER, ESTABLISH, CLOSE, REOPEN)}


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


def check(move: Move, case: Case, note: str) -> None:
    """Whether `case` can make `move` now; fields of the form are `ticketing.forms`' business.

    Raises:
        WrongStageError: not from the stage it stands at.
        GuardedError: a guard of the move objects.
        InvalidError: the move wants a note.
    """
    if case.stage not in move.sources:
        raise WrongStageError(f"案卷{STAGE_LABELS[case.stage]}，不能进行“{move.zh}”操作")
    for guard in move.guards:
        reason = guard(case)
        if reason:
            raise GuardedError(reason)
    if move.note_required and not note.strip():
        raise InvalidError("表单有误", fields={"note": f"“{move.zh}”须填写说明"})
