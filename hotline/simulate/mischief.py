"""What must not work, tried now and then by people who know no better, and how each is to be refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.tables import Account, Role
from hotline.simulate.view import View
from ticketing.tables import Stage

_NOBODYS_CASE = 2**31 - 2


@dataclass(frozen=True, kw_only=True)
class Try:
    """A move with the code of the error that must come of it."""

    move: str
    by: Account
    code: str
    given: Mapping[str, Any] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)
    note: str = "说明"
    #: How many versions ago the person looked.
    lag: int = 0
    case_id: int | None = None


def some(view: View) -> Try:
    """One that fits the case as it stands."""
    return view.chance.choice([one for make in _ALL if (one := make(view))])


def _wrong_role(view: View) -> Try:
    return Try(move="establish", by=view.one_of(Role.SEAT, Role.DISPATCHER), code="role_not_allowed")


def _wrong_stage(view: View) -> Try | None:
    if view.case.stage in (Stage.ESTABLISHED, Stage.CHECKED):
        return None
    return Try(move="close", by=view.one_of(Role.SHIFT_LEADER), code="wrong_stage")


def _no_such_move(view: View) -> Try:
    return Try(move="fly", by=view.one_of(Role.SEAT), code="no_such_move")


def _no_such_case(view: View) -> Try:
    by = view.one_of(Role.SHIFT_LEADER)
    return Try(move="establish", by=by, code="no_such_case", case_id=_NOBODYS_CASE)


def _stale(view: View) -> Try:
    return Try(move="instruct", by=view.one_of(Role.LEADER), code="conflict", lag=1)


def _no_reason(view: View) -> Try | None:
    if view.case.stage == Stage.DRAFT:
        return None
    return Try(move="instruct", by=view.one_of(Role.LEADER), code="invalid", note=" ")


def _control_characters(view: View) -> Try:
    return Try(move="instruct", by=view.one_of(Role.LEADER), code="invalid", note="立即\x00处理")


def _too_long(view: View) -> Try:
    return Try(move="instruct", by=view.one_of(Role.LEADER), code="invalid", note="急" * 1001)


def _not_theirs(view: View) -> Try | None:
    """A department moves a case of another one."""
    codes = sorted(code for code in view.staff.by_unit if code != view.case.unit and "-" in code)
    person = view.staff.by_unit[view.chance.choice(codes)][0]
    return Try(move="accept", by=person, code="not_yours")


def _unknown_unit(view: View) -> Try | None:
    if view.case.stage != Stage.ESTABLISHED:
        return None
    return Try(move="dispatch", by=view.one_of(Role.DISPATCHER), code="invalid", given={"unit": "nobody"})


def _into_itself(view: View) -> Try | None:
    if view.case.stage != Stage.REGISTERED or not view.journey.number:
        return None
    return Try(
        move="merge", by=view.one_of(Role.SEAT), code="invalid", given={"into": view.journey.number}
    )  # fmt: skip


def _incomplete(view: View) -> Try | None:
    if view.case.stage != Stage.DRAFT:
        return None
    return Try(move="register", by=view.one_of(Role.SEAT), code="invalid", fields={"description": ""})


def _unknown_place(view: View) -> Try | None:
    if view.case.stage != Stage.DRAFT:
        return None
    fields = dict(view.report.form()) | {"district": "999999", "street": None}
    return Try(move="register", by=view.one_of(Role.SEAT), code="invalid", fields=fields)


def _own_review(view: View) -> Try | None:
    """Who asked for a delay agrees to it."""
    case = view.case
    if case.stage != Stage.HANDLING or case.pending_level != 1 or not case.unit:
        return None
    asked = next(one for one in view.staff.by_unit[case.unit] if one.id == case.pending_by)
    return Try(move="endorse", by=asked, code="not_now")


_ALL: tuple[Callable[[View], Try | None], ...] = (
    *(_wrong_role, _wrong_stage, _no_such_move, _no_such_case, _stale, _no_reason, _control_characters),
    *(_too_long, _not_theirs, _unknown_unit, _into_itself, _incomplete, _unknown_place, _own_review),
)
