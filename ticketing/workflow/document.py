"""docs/case-workflow.md, written from the table."""

from __future__ import annotations

from ticketing.tables import Stage
from ticketing.workflow.model import Move, Phase, To
from ticketing.workflow.stages import PHASE_LABELS, STAGES
from ticketing.workflow.table import MOVES

_HEAD = """\
# How a case moves (案卷流转)

Written by `hotline workflow` (`make docs`) from `ticketing/workflow/table.py`, which the one door
`ticketing.moves.move`, the API and the console's buttons obey. Names shown to people can be changed in
settings: `cases.labels`.
"""
_RULES = """\
## Rules beside the table

- Who works for a unit (部门, 区级派遣员) moves the cases of that unit only; a district's agent has all units
  of the district. A helping unit (协办) sees the case and notes progress.
- A move with an asterisk (*) needs a note. Whoever comes second is told who was faster.
- The deadline's clock starts at 派遣, halts at 挂账, 缓办 and while the result is looked at (已反馈 to
  核查通过), goes on at 恢复办理 and 返工, and stops at 结案. A returned or reopened case gets a new clock
  when it is dispatched again.
- 延期: only in hand and not overdue, at most one original limit each time, at most `cases.most_delays` times;
  a second person of the unit agrees first, then the dispatcher. 挂账: once. 超期申诉: once, two reviews; the
  case is left out of the statistics, the fact stays.
- A unit is proposed at 派遣 by the routing rules in force, by the catalogue, or by what units have accepted
  so far, always with the reason; what is proposed, chosen and returned is kept (`routing_decisions`).
- 合并 and its undoing stand in the history of both cases, 拆分 too. What is merged into a group event
  (群发事件) is closed with it, each report by a move of its own, so that each reporter is told.
- Every move is a row of `case_history`, which the database refuses to change.
"""


def render() -> str:
    """The whole document."""
    return "\n".join([_HEAD, _diagram(), _stages(), _moves(), _RULES])


def _diagram() -> str:
    """Moves between stages; those that stay, and the ways back from outside, are in the table alone."""
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f'    state "{row.zh}" as {row.stage}' for row in STAGES.values()]
    lines += ["    [*] --> draft: 生成草稿", "    [*] --> registered: 拆分生成"]
    for move in MOVES.values():
        if move.to in (To.SAME, To.BACK) or move.name == "force_close":
            continue
        lines += [
            f"    {source} --> {move.to}: {move.zh}"
            for source in _in_order(move.sources)
            if source != move.to
        ]
    return "\n".join([*lines, "```", ""])


def _stages() -> str:
    lines = ["## Stages", "", "| phase (阶段) | stage | code |", "|---|---|---|"]
    for phase in Phase:
        zh, en = PHASE_LABELS[phase]
        for row in STAGES.values():
            if row.phase == phase:
                lines.append(f"| {zh} {en} | {row.zh} {row.en} | `{row.stage}` |")
    return "\n".join([*lines, ""])


def _moves() -> str:
    head = "| move | who | from | to | asks for | clock | remark |"
    return "\n".join(["## Moves", "", head, "|---" * 7 + "|", *map(_row, MOVES.values()), ""])


def _row(move: Move) -> str:
    star = "*" if move.note_required else ""
    who = [str(role) for role in sorted(move.roles)] + (
        ["system"] if move.by_system or not move.roles else []
    )
    to = {"same": "(stays)", "back": "(where it was)"}.get(str(move.to), str(move.to))
    asked = [*move.needs, *(one.name + ("" if one.required else "?") for one in move.inputs)]
    sources = "any but draft" if len(move.sources) == len(STAGES) - 1 else ", ".join(_in_order(move.sources))
    cells = (
        f"{move.zh} {move.en}{star} `{move.name}`",
        ", ".join(who),
        sources,
        to,
        ", ".join(asked),
        str(move.tick or ""),
        move.remark,
    )
    return f"| {' | '.join(cells)} |"


def _in_order(stages: frozenset[Stage]) -> list[Stage]:
    return [row.stage for row in STAGES.values() if row.stage in stages]
