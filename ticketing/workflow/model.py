"""What a row of the workflow table is made of. Data, no database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from core.tables import Account, Role
from ticketing.tables import Case, Stage


class Phase(StrEnum):
    """The seven stages of GB/T 30428 (hotline.md section 5), and what lies outside of them."""

    COLLECT = "collect"  #: 信息收集
    ESTABLISH = "establish"  #: 案卷建立
    DISPATCH = "dispatch"  #: 任务派遣
    HANDLE = "handle"  #: 任务处理
    FEED_BACK = "feed_back"  #: 处理反馈
    CHECK = "check"  #: 核实结案
    EVALUATE = "evaluate"  #: 综合评价
    OUT = "out"  #: 不再办理


@dataclass(frozen=True)
class StageRow:
    """A stage with its names and the phase it belongs to."""

    stage: Stage
    phase: Phase
    zh: str
    en: str


class InputKind(StrEnum):
    """How a form asks for an input."""

    UNIT = "unit"  #: a code of `units`
    CASE = "case"  #: a case number
    NUMBER = "number"
    CHOICE = "choice"
    MOMENT = "moment"  #: an ISO 8601 time
    SEVERITY = "severity"  #: a rank of the severity rows of the case's class


@dataclass(frozen=True, kw_only=True)
class Input:
    """Something a move asks for besides note and form fields."""

    name: str
    zh: str
    en: str
    kind: InputKind
    required: bool = True
    #: Of a choice: value → (Chinese, English).
    choices: tuple[tuple[str, str, str], ...] = ()
    least: int = 1
    most: int = 999
    #: Column of the case it is put into; empty: only the history has it.
    column: str = ""


class Wish(StrEnum):
    """What a unit asks for and others decide."""

    DELAY = "delay"  #: 延期
    SUSPEND = "suspend"  #: 挂账
    DEFER = "defer"  #: 缓办
    APPEAL = "appeal"  #: 超期申诉


class Tick(StrEnum):
    """What a move does to the clock of the case."""

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    EXTEND = "extend"
    RESET = "reset"


class Does(StrEnum):
    """What a move does beyond the row of the case."""

    DISPATCH = "dispatch"
    ADD_HELPER = "add_helper"
    MERGE = "merge"
    LIMIT = "limit"
    TAKE_BACK = "take_back"
    RATE = "rate"


@dataclass(frozen=True)
class Situation:
    """What guards look at: the case, who wants to move it, when."""

    case: Case
    actor: Account | None
    now: datetime
    most_delays: int = 2


#: Says why a move is not possible just now, or nothing.
Guard = Callable[[Situation], str | None]


class To(StrEnum):
    """Where a move leads that names no stage."""

    SAME = "same"  #: stays where it is
    BACK = "back"  #: where it was before it left the way


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
    to: Stage | To
    #: Form fields that must be filled in before, or come with, the move.
    needs: tuple[str, ...] = ()
    #: The move may bring changes of the form with it.
    takes_fields: bool = False
    inputs: tuple[Input, ...] = ()
    note_required: bool = False
    guards: tuple[Guard, ...] = ()
    #: Column that keeps when it happened, and one that keeps who did it.
    stamp: str | None = None
    signs: str | None = None
    #: Columns that no longer hold.
    clears: tuple[str, ...] = ()
    #: Column that counts how often it happened.
    counts: str | None = None
    #: Columns it marks as true.
    marks: tuple[str, ...] = ()
    gives_number: bool = False
    #: What it asks for, and at which level that is decided first.
    asks: Wish | None = None
    first_level: int = 2
    #: Passes what is asked for on to level 2.
    endorses: bool = False
    #: Decides what was asked for, whichever way.
    settles: bool = False
    tick: Tick | None = None
    does: Does | None = None
    #: A helping unit (协办) may do it too.
    by_helpers: bool = False
    #: On the way from the call to the closed case.
    main: bool = False
    #: English remark for the document.
    remark: str = field(default="", compare=False)
