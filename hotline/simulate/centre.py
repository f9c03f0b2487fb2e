"""What the centre does with a case: seat (坐席), shift leader (值班长), dispatcher (派遣员)."""

from __future__ import annotations

from core.tables import Role
from hotline.simulate.reports import ANSWERED
from hotline.simulate.view import EDIT, Decision, Step, View
from ticketing.tables import Stage
from ticketing.workflow import OPEN

SEAT, SHIFT, DISPATCHER = Role.SEAT, Role.SHIFT_LEADER, Role.DISPATCHER
_GROUNDS = ("court", "arbitration", "petition", "not_ours", "other")
_LIMITS = {
    "critical": ((2, "urgent_hour"), (4, "urgent_hour")),
    "urgent": ((12, "urgent_hour"), (1, "natural_day")),
    "normal": ((4, "work_hour"), (1, "work_day"), (3, "work_day"), (5, "work_day")),
}


def draft(view: View) -> Decision:
    """The seat writes down what the caller wants, and settles or registers it."""
    report, seat = view.report, view.one_of(SEAT)
    if view.once("types", 60):
        return Step(move=EDIT, by=seat, fields={"kind": report.kind, "address": report.address})
    if view.once("silent", 2):
        return Step(move="void", by=seat, note="无声电话")
    if report.kind in ANSWERED and view.once("answers", 85):
        return Step(move="answer", by=seat, fields=report.form(), note="已当场答复")
    if view.once("not accepted", 3):
        return _refuse(view)
    return Step(move="register", by=seat, fields=report.form())


def _refuse(view: View) -> Step:
    ground = {"ground": view.chance.choice(_GROUNDS)}
    fields = view.report.form()
    return Step(move="refuse", by=view.one_of(SEAT, SHIFT), fields=fields, given=ground, note="已向市民说明")


def registered(view: View) -> Decision:
    """Merged with what it repeats, verified, sent back, or established."""
    into = view.journey.repeats
    if into and into.number and view.first_stage in OPEN and view.once("merges", 92):
        return Step(move="merge", by=view.one_of(SEAT, DISPATCHER), given={"into": into.number})
    if view.case.verification == "unfounded":
        void = Step(move="void", by=view.one_of(SHIFT), note="核实不属实")
        return _refuse(view) if view.maybe(30) else void
    problem = view.report.problem
    if problem and problem.kind == "部件" and view.once("verifies", 30):
        return Step(move="ask_verification", by=view.one_of(SEAT))
    if linking := _linking(view):
        return linking
    leader = view.one_of(SHIFT)
    if view.once("sends back", 3):
        return Step(move="send_back", by=leader, note="地址不详，请补正")
    given = {}
    if view.maybe(60):
        value, unit = view.chance.choice(_LIMITS[view.case.urgency])
        given = {"limit_value": value, "limit_unit": unit}
    return Step(move="establish", by=leader, given=given, rival=view.rival_of(leader))


def _linking(view: View) -> Decision:
    """Two matters in one report are split; what many report is made a group event (群发事件)."""
    if view.once("splits", 2):
        return Step(move="split", by=view.one_of(SEAT), note="另反映：楼下路灯也不亮")
    if view.journey.repeats is None and view.once("declares", 12):
        return Step(move="declare_group", by=view.one_of(SHIFT, DISPATCHER), note="多人反映同一问题")
    return None


def established(view: View) -> Decision:
    """Sent to a unit; not always to the right one at once."""
    report, dispatcher = view.report, view.one_of(DISPATCHER)
    if not report.unit or view.once("settles itself", 1):
        return Step(move="close", by=view.one_of(SHIFT))
    if view.once("hands back", 1):
        return Step(move="hand_back", by=dispatcher, note="要素不全")
    unit = report.unit
    if view.proposed and view.once("follows the rules", 60):
        unit = view.proposed
    elif not unit.startswith("city-") and view.once("platform", 25):
        unit = report.place.district
    elif view.once("mistakes the unit", 10):
        unit = report.own(view.chance.choice(("roads", "streets", "parks", "order")))
    return Step(move="dispatch", by=dispatcher, given={"unit": unit}, rival=view.rival_of(dispatcher))


def deciding(view: View) -> Decision:
    """The dispatcher's word on what a unit has asked for."""
    case, dispatcher = view.case, view.one_of(DISPATCHER)
    overdue = case.due_at is not None and view.now >= case.due_at
    until = case.pending_until
    too_late = overdue if case.pending == "delay" else until is not None and until <= view.now
    if too_late or view.maybe(18):
        return Step(move="decline", by=dispatcher, note="理由不足")
    return Step(move=f"grant_{case.pending}", by=dispatcher, rival=view.rival_of(dispatcher))


def reported(view: View) -> Decision:
    if view.maybe(4):
        return Step(move="rework", by=view.one_of(DISPATCHER, SHIFT), note="照片不清楚")
    sender = view.one_of(DISPATCHER, SEAT)
    return Step(move="send_check", by=sender, rival=view.rival_of(sender))


def checked(view: View) -> Decision:
    leader = view.one_of(SHIFT)
    if view.once("not content", 2):
        return Step(move="rework", by=leader, note="市民反映仍未解决")
    return Step(move="close", by=leader, rival=view.rival_of(leader))


def out(view: View) -> Decision:
    """Merged, refused, void: seldom taken back."""
    if view.case.stage == Stage.VOID and view.case.verification == "unfounded":
        return None
    if view.once("restores", 4):
        return Step(move="restore", by=view.one_of(SHIFT), note="处理有误，恢复")
    return None
