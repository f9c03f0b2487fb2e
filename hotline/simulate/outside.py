"""What is done outside: district's agent (区级派遣员), department (专业部门), collector (监督员)."""

from __future__ import annotations

from datetime import timedelta

from core.tables import Role
from hotline.simulate import centre
from hotline.simulate.view import Decision, Step, View, Wait

#: Notes as people write them, and as some try: the table must keep them as text.
_NOTES = ("已派人到现场", "正在联系物业", "等配件", '=HYPERLINK("http://x.example","点我")', "<b>已完成</b>")


def verifying(view: View) -> Decision:
    found = "confirmed" if view.maybe(88) else "unfounded"
    return Step(move="verified", by=view.collector(), given={"verification": found}, note="已到现场查看")


def checking(view: View) -> Decision:
    collector = view.collector()
    if view.maybe(12):
        return Step(move="check_fail", by=collector, note="问题仍在")
    return Step(move="check_pass", by=collector, rival=view.rival_of(collector))


def dispatched(view: View) -> Decision:
    """Accepted by the right unit, assigned within the district, or returned."""
    case, right, person = view.case, view.report.unit, view.of_unit()
    if view.once("helper", 4):
        helper = view.chance.choice([code for code in ("city-water", "city-power") if code != case.unit])
        return Step(move="add_helper", by=view.one_of(Role.DISPATCHER), given={"unit": helper})
    if person.role == Role.DISTRICT_AGENT and right.startswith("city-"):
        return Step(move="return", by=person, note="由市级专业单位负责")
    if person.role == Role.DISTRICT_AGENT and view.maybe(90):
        return Step(move="assign", by=person, given={"unit": right})
    if case.unit != right and person.role == Role.DEPARTMENT:
        return Step(move="return", by=person, note="不属于本单位职责")
    if view.once("returns", 2):
        return Step(move="return", by=person, note="产权单位不是我方")
    return Step(move="accept", by=person, rival=view.rival_of(person))


def handling(view: View) -> Decision:
    """One of the unit's steps after the other; what was asked for is decided first."""
    case = view.case
    if case.pending:
        return _pending(view)
    if not view.journey.todo:
        view.journey.todo = _todo(view)
    step = view.journey.todo.pop(0)
    given: dict[str, object] = {}
    if step == "ask_delay":
        if case.limit_value is None or (case.due_at is not None and view.now >= case.due_at):
            return Wait(timedelta(minutes=30))  # too late to ask
        given = {"value": view.chance.randint(1, min(case.limit_value, 3))}
    elif step in ("ask_suspend", "ask_defer"):
        given = {"until": (view.now + timedelta(hours=view.chance.randint(20, 90))).isoformat()}
    return Step(move=step, by=view.of_unit(), given=given, note=view.chance.choice(_NOTES))


def _todo(view: View) -> list[str]:
    steps = ["progress"] * view.chance.choice((0, 0, 0, 1, 1, 2))
    if view.case.delays < 2 and view.maybe(12):
        steps.append("ask_delay")
    if not view.case.suspensions and view.maybe(4):
        steps.append("ask_suspend")
    elif view.maybe(3):
        steps.append("ask_defer")
    if view.once("finds out it is another's", 2):
        return [*steps, "return"]
    return [*steps, "report_done"]


def _pending(view: View) -> Decision:
    case = view.case
    if view.maybe(4):
        return Step(move="withdraw", by=view.of_unit())
    if case.pending_level == 2:
        return centre.deciding(view)
    second = view.of_unit(but=case.pending_by)
    if view.maybe(10):
        return Step(move="decline", by=second, note="本单位可按时完成")
    return Step(move="endorse", by=second)


def waiting(view: View) -> Decision:
    """Suspended or deferred: mostly it goes on by itself."""
    if view.once("goes on early", 15):
        return Step(move="resume", by=view.of_unit())
    return Wait(timedelta(hours=6))
