"""Why a move is not possible just now, in words for the person who tries. Pure."""

from __future__ import annotations

from core.tables import OUTSIDE, Role
from ticketing.deadlines import is_overdue
from ticketing.workflow.model import Guard, Situation, Wish

_NAMES = {Wish.DELAY: "延期", Wish.SUSPEND: "挂账", Wish.DEFER: "缓办", Wish.APPEAL: "超期申诉"}


def is_consultation(now: Situation) -> str | None:
    """Only what an answer settles is finished on the spot."""
    if now.case.kind in ("consultation", "suggestion", "praise"):
        return None
    return "只有咨询、建议、表扬可以直接答复办结，其他诉求请登记后立案"


def not_unfounded(now: Situation) -> str | None:
    return "核实结果为不属实，请作废或不予受理" if now.case.verification == "unfounded" else None


def nothing_pending(now: Situation) -> str | None:
    wish = now.case.pending
    return f"{_NAMES[Wish(wish)]}申请尚未批复" if wish else None


def not_overdue(now: Situation) -> str | None:
    return "案卷已超期，不能再申请延期" if is_overdue(now.case, now.now) else None


def has_limit(now: Situation) -> str | None:
    return None if now.case.limit_value else "案卷没有时限"


def delays_left(now: Situation) -> str | None:
    most = now.most_delays
    return f"已延期 {now.case.delays} 次，最多 {most} 次" if now.case.delays >= most else None


def at_most_one_limit(now: Situation) -> str | None:
    """A delay adds at most one original limit."""
    limit, asked = now.case.limit_value, now.case.pending_value
    if limit is None or asked is None or asked <= limit:
        return None
    return f"一次延期不超过原时限（{limit}）"


def never_suspended(now: Situation) -> str | None:
    return "每个案卷只能挂账一次" if now.case.suspensions else None


def until_later(now: Situation) -> str | None:
    """A suspension or deferral ends after now."""
    until = now.case.pending_until
    return "恢复时间须晚于现在" if until is not None and until <= now.now else None


def was_overdue(now: Situation) -> str | None:
    return None if is_overdue(now.case, now.now) else "案卷没有超期，无须申诉"


def never_appealed(now: Situation) -> str | None:
    return "每个案卷只能申诉一次" if now.case.appealed else None


def not_rated(now: Situation) -> str | None:
    return "市民已经评价过" if now.case.rating is not None else None


def not_group(now: Situation) -> str | None:
    return "已经是群发事件" if now.case.is_group else None


def pending(wish: Wish, level: int = 2) -> Guard:
    """`wish` was asked for and has got to `level`."""

    def guard(now: Situation) -> str | None:
        case = now.case
        if case.pending != wish:
            return f"没有待批复的{_NAMES[wish]}申请"
        if case.pending_level < level:
            return f"{_NAMES[wish]}申请须先经单位审核" if wish != Wish.APPEAL else "申诉须先经初审"
        return f"{_NAMES[wish]}申请已经过这一级审核" if case.pending_level > level else None

    return guard


def endorsable(now: Situation) -> str | None:
    """The unit's own review of what one of its people asked for (单位审核)."""
    case = now.case
    if not case.pending or case.pending == Wish.APPEAL or case.pending_level != 1:
        return "没有待单位审核的申请"
    return _not_own(now)


def has_wish(now: Situation) -> str | None:
    """Something a unit asked for waits for a decision."""
    return None if now.case.pending and now.case.pending != Wish.APPEAL else "没有待批复的申请"


def declinable(now: Situation) -> str | None:
    """Level 1 is the unit's to decline, level 2 the dispatcher's."""
    case = now.case
    if not case.pending or case.pending == Wish.APPEAL:
        return "没有待批复的申请"
    role = now.actor.role if now.actor else ""
    if case.pending_level == 1:
        return _not_own(now) if role in OUTSIDE else "申请须先经单位审核"
    return None if role in (Role.DISPATCHER, Role.SHIFT_LEADER) else "申请已报派遣员批复"


def appeal_refusable(now: Situation) -> str | None:
    """Level 1 is the shift leader's, level 2 the assessor's."""
    case = now.case
    if case.pending != Wish.APPEAL:
        return "没有待审核的申诉"
    role = now.actor.role if now.actor else ""
    mine = Role.SHIFT_LEADER if case.pending_level == 1 else Role.ASSESSOR
    return None if role == mine else ("申诉须先经初审" if case.pending_level == 1 else "申诉已报终审")


def _not_own(now: Situation) -> str | None:
    is_own = now.actor is not None and now.case.pending_by == now.actor.id
    return "申请人不能审核自己的申请" if is_own else None
