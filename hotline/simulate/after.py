"""What comes after closing: the citizen's rating, the way back, the unit's appeal, the assessor (考核员)."""

from __future__ import annotations

from datetime import timedelta

from core.tables import Role
from hotline.simulate.view import Decision, Step, View, Wait
from ticketing.deadlines import is_overdue

#: 非常满意 … 非常不满意, of a hundred.
_STARS = ((1, 42), (2, 30), (3, 15), (4, 8), (5, 5))


def closed(view: View) -> Decision:
    case = view.case
    if case.pending == "appeal":
        return _appealed(view)
    if case.unit and not case.appealed and is_overdue(case, view.now) and view.once("appeals", 35):
        return Step(move="appeal", by=view.of_unit(), note="因暴雨无法施工")
    if case.rating is None:
        return _visit(view)
    if case.rating >= 4 and view.once("comes back", 70):
        return Step(move="reopen", by=None, note="市民回访不满意")
    if view.once("mistaken", 0.5):
        return Step(move="reopen", by=view.one_of(Role.SHIFT_LEADER), note="抽查发现未处理")
    return None


def _visit(view: View) -> Decision:
    """The result visit (结果回访), a day later; the one after a reopening is made by a seat."""
    if view.once("waits for the visit", 100):
        return Wait(timedelta(hours=20 + view.chance.randint(0, 20)))
    if not view.case.wants_visit or not view.maybe(60):
        return None
    stars = view.chance.choices([star for star, _ in _STARS], [weight for _, weight in _STARS])[0]
    by = view.one_of(Role.SEAT) if view.maybe(20) else None
    return Step(move="rate", by=by, given={"rating": str(stars)})


def _appealed(view: View) -> Decision:
    if view.case.pending_level == 1:
        leader = view.one_of(Role.SHIFT_LEADER)
        if view.maybe(75):
            return Step(move="pass_appeal", by=leader)
        return Step(move="refuse_appeal", by=leader, note="天气正常")
    assessor = view.one_of(Role.ASSESSOR)
    if view.maybe(70):
        return Step(move="grant_appeal", by=assessor)
    return Step(move="refuse_appeal", by=assessor, note="理由不充分")
