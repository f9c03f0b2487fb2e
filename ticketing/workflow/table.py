"""THE table: every way a case may move, who may move it, and what it takes (hotline.md section 5).

A new move is a new row here. The one door `ticketing.moves.move`, the buttons of the console, the API and
docs/case-workflow.md follow from it.
"""

from __future__ import annotations

from typing import Any

from core.tables import Role
from ticketing.tables import Stage
from ticketing.workflow import guards as g
from ticketing.workflow.model import Does, Input, InputKind, Move, Tick, To, Wish
from ticketing.workflow.stages import EVERY, OPEN, UNDER_WAY, WITH_UNIT

SEAT, SHIFT, DISPATCHER = Role.SEAT, Role.SHIFT_LEADER, Role.DISPATCHER
DISTRICT, DEPARTMENT, COLLECTOR = Role.DISTRICT_AGENT, Role.DEPARTMENT, Role.COLLECTOR
LEADER, ASSESSOR = Role.LEADER, Role.ASSESSOR
D, R, V, E = Stage.DRAFT, Stage.REGISTERED, Stage.VERIFYING, Stage.ESTABLISHED
P, H, S, F = Stage.DISPATCHED, Stage.HANDLING, Stage.SUSPENDED, Stage.DEFERRED
B, C, K, X = Stage.REPORTED, Stage.CHECKING, Stage.CHECKED, Stage.CLOSED

UNIT = Input(name="unit", zh="责任单位", en="Unit in charge", kind=InputKind.UNIT)
HELPER = Input(name="unit", zh="协办单位", en="Helping unit", kind=InputKind.UNIT)
INTO = Input(name="into", zh="合并到案卷号", en="Number of the case it repeats", kind=InputKind.CASE)
LIMIT = Input(
    name="limit_value", zh="时限", en="Limit", kind=InputKind.NUMBER, required=False, column="limit_value"
)
LIMIT_UNIT = Input(
    name="limit_unit",
    zh="时限单位",
    en="Unit of the limit",
    kind=InputKind.CHOICE,
    required=False,
    column="limit_unit",
    choices=(
        ("urgent_hour", "紧急工作时", "clock hours"),
        ("work_hour", "工作时", "office hours"),
        ("work_day", "工作日", "work days"),
        ("natural_day", "自然日", "natural days"),
    ),
)
SEVERITY = Input(
    name="severity", zh="严重程度", en="Severity", kind=InputKind.SEVERITY, required=False, most=99
)
FOUND = Input(
    name="verification",
    zh="核实结果",
    en="What was found",
    kind=InputKind.CHOICE,
    column="verification",
    choices=(("confirmed", "属实", "as reported"), ("unfounded", "不属实", "unfounded")),
)
WHY_NOT = Input(
    name="ground",
    zh="不予受理原因",
    en="Ground",
    kind=InputKind.CHOICE,
    choices=(
        ("court", "已进入诉讼", "before a court"),
        ("arbitration", "已进入仲裁或复议", "before arbitration or review"),
        ("petition", "属信访事项", "a petition matter"),
        ("not_ours", "不属本市职责", "not the city's to do"),
        ("other", "其他", "other"),
    ),
)
MORE_TIME = Input(
    name="value", zh="延长（同原时限单位）", en="How much, in the limit's unit", kind=InputKind.NUMBER,
    column="pending_value",
)  # fmt: skip
UNTIL = Input(name="until", zh="恢复时间", en="Until", kind=InputKind.MOMENT, column="pending_until")
STARS = Input(
    name="rating",
    zh="满意度",
    en="Rating",
    kind=InputKind.CHOICE,
    choices=(
        ("1", "非常满意", "very satisfied"),
        ("2", "满意", "satisfied"),
        ("3", "基本满意", "fairly satisfied"),
        ("4", "不满意", "dissatisfied"),
        ("5", "非常不满意", "very dissatisfied"),
    ),
)


def row(name: str, zh: str, en: str, who: set[Role], sources: set[Stage] | frozenset[Stage], to: Stage | To,
        **more: Any) -> Move:  # fmt: skip
    """A row, with sets a person can read."""
    return Move(
        name=name, zh=zh, en=en, roles=frozenset(who), sources=frozenset(sources), to=to,
        **more,
    )  # fmt: skip


_FORM = ("kind", "description", "district")
_TOLD = ("kind", "description")
_UNIT_SIDE = {DISTRICT, DEPARTMENT}
# fmt: off
ROWS = (
    # 信息收集
    row("open_draft", "生成草稿", "Open draft", set(), set(), D),
    row("register", "登记", "Register", {SEAT, SHIFT}, {D}, R,
        needs=_FORM, takes_fields=True, stamp="registered_at", gives_number=True, main=True, by_system=True,
        remark="the system: complete reports from outside"),
    row("answer", "直接答复办结", "Answer and finish", {SEAT, SHIFT}, {D, R}, X,
        needs=_TOLD, takes_fields=True, note_required=True, gives_number=True, guards=(g.is_consultation,),
        stamp="closed_at", remark="the note is the answer"),
    row("ask_verification", "请求核实", "Ask for verification", {SEAT, SHIFT}, {R}, V,
        clears=("verification",)),
    row("verified", "核实反馈", "Report verification", {COLLECTOR}, {V}, R,
        inputs=(FOUND,), note_required=True, main=True),
    row("merge", "合并重复件", "Merge as repeat", {SEAT, SHIFT, DISPATCHER}, {R, E}, Stage.MERGED,
        inputs=(INTO,), does=Does.MERGE),
    row("split", "拆分", "Split", {SEAT, SHIFT, DISPATCHER}, OPEN, To.SAME,
        note_required=True, remark="the note is the second matter: it becomes a registered case of its own"),
    row("open_split", "拆分生成", "Open by splitting", set(), set(), R),
    row("declare_group", "列为群发事件", "Declare a group event", {SHIFT, DISPATCHER}, OPEN, To.SAME,
        note_required=True, guards=(g.not_group,), marks=("is_group",),
        remark="what is merged into it is closed with it, each reporter told"),
    row("close_with_parent", "随群发事件结案", "Close with its event", set(), {Stage.MERGED}, X,
        stamp="closed_at"),
    row("refuse", "不予受理", "Do not accept", {SEAT, SHIFT}, {D, R}, Stage.REFUSED,
        needs=_TOLD, takes_fields=True, inputs=(WHY_NOT,), note_required=True, gives_number=True),
    row("void", "作废", "Void", {SEAT, SHIFT}, {D, R}, Stage.VOID, note_required=True),
    row("restore", "恢复", "Restore", {SHIFT}, {Stage.VOID, Stage.REFUSED, Stage.MERGED}, To.BACK,
        note_required=True, clears=("merged_into",)),
    # 案卷建立
    row("establish", "立案", "Establish", {SHIFT}, {R}, E,
        inputs=(SEVERITY, LIMIT, LIMIT_UNIT), guards=(g.not_unfounded,), stamp="established_at",
        signs="established_by", does=Does.LIMIT, main=True,
        remark="who establishes a case is answerable for it"),
    row("send_back", "退回补正", "Send back", {SHIFT}, {R}, D, note_required=True),
    # 任务派遣
    row("dispatch", "派遣", "Dispatch", {DISPATCHER}, {E}, P,
        inputs=(UNIT,), stamp="dispatched_at", tick=Tick.START, does=Does.DISPATCH,
        remark="the deadline's clock starts", main=True),
    row("hand_back", "退回立案", "Hand back", {DISPATCHER}, {E}, R,
        note_required=True, clears=("established_at", "established_by")),
    row("assign", "区级转派", "Assign within the district", {DISTRICT}, {P}, P,
        inputs=(UNIT,), does=Does.DISPATCH, remark="to a unit of the same district; the clock goes on"),
    row("add_helper", "加派协办", "Add a helper", {DISPATCHER, DISTRICT}, WITH_UNIT, To.SAME,
        inputs=(HELPER,), does=Does.ADD_HELPER),
    # 任务处理
    row("accept", "接收", "Accept", _UNIT_SIDE, {P}, H, stamp="accepted_at", main=True),
    row("return", "退单", "Return", _UNIT_SIDE, {P, H}, E,
        note_required=True, guards=(g.nothing_pending,), counts="returns", tick=Tick.RESET,
        does=Does.TAKE_BACK, remark="not ours: the dispatcher decides again"),
    row("ask_delay", "申请延期", "Ask for delay", _UNIT_SIDE, {H}, To.SAME,
        inputs=(MORE_TIME,), note_required=True, asks=Wish.DELAY, first_level=1,
        guards=(g.nothing_pending, g.has_limit, g.not_overdue, g.delays_left, g.at_most_one_limit)),
    row("ask_suspend", "申请挂账", "Ask to suspend", _UNIT_SIDE, {H}, To.SAME,
        inputs=(UNTIL,), note_required=True, asks=Wish.SUSPEND,
        guards=(g.nothing_pending, g.never_suspended, g.until_later)),
    row("ask_defer", "申请缓办", "Ask to defer", _UNIT_SIDE, {H}, To.SAME,
        inputs=(UNTIL,), note_required=True, asks=Wish.DEFER, guards=(g.nothing_pending, g.until_later)),
    row("endorse", "单位审核同意", "Endorse", _UNIT_SIDE, {H}, To.SAME, guards=(g.endorsable,), endorses=True,
        remark="somebody else of the unit or its district than who asked"),
    row("grant_delay", "批准延期", "Grant delay", {DISPATCHER}, {H}, To.SAME,
        guards=(g.pending(Wish.DELAY), g.not_overdue, g.delays_left), settles=True, counts="delays",
        tick=Tick.EXTEND),
    row("grant_suspend", "批准挂账", "Suspend", {DISPATCHER}, {H}, S,
        guards=(g.pending(Wish.SUSPEND), g.until_later), settles=True, counts="suspensions", tick=Tick.PAUSE,
        remark="resumes by itself"),
    row("grant_defer", "批准缓办", "Defer", {DISPATCHER}, {H}, F,
        guards=(g.pending(Wish.DEFER), g.until_later), settles=True, tick=Tick.PAUSE,
        remark="leaves the denominator of the statistics; resumes by itself"),
    row("decline", "不批准", "Decline", {DISPATCHER, SHIFT, *_UNIT_SIDE}, {H}, To.SAME,
        note_required=True, guards=(g.declinable,), settles=True),
    row("withdraw", "撤回申请", "Withdraw request", _UNIT_SIDE, {H}, To.SAME,
        guards=(g.has_wish,), settles=True),
    row("resume", "恢复办理", "Resume", {DISPATCHER, *_UNIT_SIDE}, {S, F}, H, by_system=True,
        clears=("resume_at",), tick=Tick.RESUME, main=True),
    row("progress", "办理进展", "Note progress", _UNIT_SIDE, WITH_UNIT, To.SAME,
        note_required=True, by_helpers=True),
    row("report_done", "办结反馈", "Report done", _UNIT_SIDE, {H}, B,
        note_required=True, guards=(g.nothing_pending,), stamp="handled_at", tick=Tick.PAUSE,
        remark="the unit's clock halts", main=True),
    # 处理反馈
    row("send_check", "派核查", "Send for check", {DISPATCHER, SEAT}, {B}, C, main=True),
    row("rework", "返工", "Rework", {DISPATCHER, SHIFT}, {B, K}, H,
        note_required=True, counts="reworks", clears=("handled_at", "checked_at"), tick=Tick.RESUME),
    # 核实结案
    row("check_pass", "核查通过", "Check passed", {COLLECTOR}, {C}, K, stamp="checked_at", main=True),
    row("check_fail", "核查不通过", "Check failed", {COLLECTOR}, {C}, H,
        note_required=True, counts="reworks", clears=("handled_at",), tick=Tick.RESUME),
    row("close", "结案", "Close", {SHIFT}, {E, K}, X, stamp="closed_at", tick=Tick.STOP,
        remark="from established: the centre settled it itself", main=True),
    row("force_close", "强制结案", "Force close", {SHIFT}, UNDER_WAY, X,
        note_required=True, stamp="closed_at", marks=("forced",), settles=True, clears=("resume_at",),
        tick=Tick.STOP),
    row("reopen", "退回重办", "Reopen", {SHIFT}, {X}, E, by_system=True, note_required=True,
        settles=True, clears=("closed_at", "handled_at", "checked_at", "rating", "merged_into"),
        tick=Tick.RESET, does=Does.TAKE_BACK),
    # 综合评价
    row("rate", "评价", "Rate", {SEAT}, {X}, To.SAME, by_system=True, inputs=(STARS,), guards=(g.not_rated,),
        does=Does.RATE),
    row("appeal", "超期申诉", "Appeal against overdue", _UNIT_SIDE, {X}, To.SAME,
        note_required=True, asks=Wish.APPEAL, first_level=1, marks=("appealed",),
        guards=(g.never_appealed, g.was_overdue, g.nothing_pending)),
    row("pass_appeal", "申诉初审通过", "Appeal: first review", {SHIFT}, {X}, To.SAME,
        guards=(g.pending(Wish.APPEAL, 1),), endorses=True),
    row("grant_appeal", "申诉终审通过", "Grant appeal", {ASSESSOR}, {X}, To.SAME,
        guards=(g.pending(Wish.APPEAL),), settles=True, marks=("exempt",)),
    row("refuse_appeal", "驳回申诉", "Refuse appeal", {SHIFT, ASSESSOR}, {X}, To.SAME,
        note_required=True, guards=(g.appeal_refusable,), settles=True),
    # 任何阶段
    row("supervise", "督办", "Supervise", {LEADER, SHIFT, DISPATCHER}, UNDER_WAY, To.SAME,
        note_required=True, counts="supervisions"),
    row("urge", "催办", "Urge", {LEADER, SHIFT, DISPATCHER, SEAT}, OPEN, To.SAME, counts="urges"),
    row("instruct", "批示", "Instruct", {LEADER, SHIFT}, EVERY - {D}, To.SAME, note_required=True),
    row("recompute", "重算时限", "Recompute deadline", set(), UNDER_WAY, To.SAME,
        remark="the office calendar changed"),
    row("linked", "关联案卷变动", "Linked case changed", set(), EVERY - {D}, To.SAME,
        remark="another case was merged into this one, or taken out again"),
    row("escalate", "超时上报", "Escalate", set(), WITH_UNIT, To.SAME),
)
# fmt: on
MOVES: dict[str, Move] = {move.name: move for move in ROWS}
