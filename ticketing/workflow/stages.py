"""Every stage a case may stand at, with its names."""

from __future__ import annotations

from ticketing.tables import Stage
from ticketing.workflow.model import Phase, StageRow

_ROWS = (
    StageRow(Stage.DRAFT, Phase.COLLECT, "草稿", "Draft"),
    StageRow(Stage.VERIFYING, Phase.COLLECT, "核实中", "Being verified"),
    StageRow(Stage.REGISTERED, Phase.ESTABLISH, "已登记", "Registered"),
    StageRow(Stage.ESTABLISHED, Phase.DISPATCH, "已立案", "Established"),
    StageRow(Stage.DISPATCHED, Phase.HANDLE, "已派遣", "Dispatched"),
    StageRow(Stage.HANDLING, Phase.HANDLE, "处理中", "In hand"),
    StageRow(Stage.SUSPENDED, Phase.HANDLE, "挂账", "Suspended"),
    StageRow(Stage.DEFERRED, Phase.HANDLE, "缓办", "Deferred"),
    StageRow(Stage.REPORTED, Phase.FEED_BACK, "已反馈", "Reported done"),
    StageRow(Stage.CHECKING, Phase.CHECK, "核查中", "Being checked"),
    StageRow(Stage.CHECKED, Phase.CHECK, "核查通过", "Check passed"),
    StageRow(Stage.CLOSED, Phase.EVALUATE, "已结案", "Closed"),
    StageRow(Stage.MERGED, Phase.OUT, "已合并", "Merged"),
    StageRow(Stage.REFUSED, Phase.OUT, "不予受理", "Not accepted"),
    StageRow(Stage.VOID, Phase.OUT, "已作废", "Void"),
)
STAGES: dict[str, StageRow] = {row.stage: row for row in _ROWS}
STAGE_LABELS: dict[str, str] = {row.stage: row.zh for row in _ROWS}
PHASE_LABELS: dict[Phase, tuple[str, str]] = {
    Phase.COLLECT: ("信息收集", "Collect"),
    Phase.ESTABLISH: ("案卷建立", "Establish"),
    Phase.DISPATCH: ("任务派遣", "Dispatch"),
    Phase.HANDLE: ("任务处理", "Handle"),
    Phase.FEED_BACK: ("处理反馈", "Feed back"),
    Phase.CHECK: ("核实结案", "Check and close"),
    Phase.EVALUATE: ("综合评价", "Evaluate"),
    Phase.OUT: ("不再办理", "Out"),
}
#: A unit has the case in hand: the clock runs or is paused.
WITH_UNIT = frozenset({Stage.DISPATCHED, Stage.HANDLING, Stage.SUSPENDED, Stage.DEFERRED})
#: Established and not closed.
UNDER_WAY = WITH_UNIT | {Stage.ESTABLISHED, Stage.REPORTED, Stage.CHECKING, Stage.CHECKED}
#: Has a number, and somebody has yet to do something.
OPEN = UNDER_WAY | {Stage.REGISTERED, Stage.VERIFYING}
EVERY = frozenset(Stage)
