"""Whose case it is: who works outside of the centre sees and moves the cases of their own unit alone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from core.errors import ForbiddenError
from core.tables import OUTSIDE, Account, Role, Unit
from ticketing.tables import Case, CaseHelper, Stage
from ticketing.workflow import Move

#: What a collector (监督员) is sent to.
_TO_LOOK_AT = (Stage.VERIFYING, Stage.CHECKING)


class NotYoursError(ForbiddenError):
    """案卷不在您的单位。"""

    code = "not_yours"


@dataclass(frozen=True)
class Scope:
    """How far a person's cases reach. `units` and `district` mean something where `is_limited`."""

    role: str
    is_limited: bool = False
    #: Units whose cases are theirs.
    units: frozenset[str] = frozenset()
    district: str | None = None

    def cases(self) -> ColumnElement[bool]:
        """The cases this person sees, as a condition."""
        if not self.is_limited:
            return true()
        if self.role == Role.COLLECTOR:
            here = Case.district == self.district if self.district else true()
            # Their ids first: SQLite would look for these few along all cases, newest first.
            one = aliased(Case)
            return Case.id.in_(select(one.id).where(one.stage.in_(_TO_LOOK_AT))) & here
        helped = select(CaseHelper.case_id).where(CaseHelper.unit.in_(self.units))
        return or_(Case.unit.in_(self.units), Case.id.in_(helped))

    def covers(self, case: Case, helping: Collection[str]) -> bool:
        """Whether this person sees `case`, as `cases` would find it; of it stage, unit and district count."""
        if not self.is_limited:
            return True
        if self.role == Role.COLLECTOR:
            return case.stage in _TO_LOOK_AT and self.district in (None, case.district)
        return case.unit in self.units or not self.units.isdisjoint(helping)


async def of(session: AsyncSession, account: Account | None) -> Scope:
    """The scope of an account; a district's agent (区级派遣员) has all units of the district."""
    if account is None or account.role not in OUTSIDE:
        return Scope(account.role if account else "")
    unit = await session.get(Unit, account.unit) if account.unit else None
    if unit is None:
        return Scope(account.role, is_limited=True)
    units = {unit.code}
    if account.role == Role.DISTRICT_AGENT and unit.district:
        units |= set(await session.scalars(select(Unit.code).where(Unit.district == unit.district)))
    return Scope(account.role, True, frozenset(units), unit.district)


async def helpers(session: AsyncSession, case_id: int) -> list[str]:
    """Codes of the units that help with a case, in the order they were added."""
    query = select(CaseHelper.unit).where(CaseHelper.case_id == case_id)
    return list(await session.scalars(query.order_by(CaseHelper.added_at, CaseHelper.unit)))


def is_theirs(scope: Scope, row: Move, case: Case, helping: list[str]) -> bool:
    """Whether this person may make `row` with this case, as far as units go."""
    if not scope.is_limited:
        return True
    if scope.role == Role.COLLECTOR:
        return not scope.district or case.district == scope.district
    return case.unit in scope.units or (row.by_helpers and not scope.units.isdisjoint(helping))


async def check(session: AsyncSession, row: Move, case: Case, actor: Account | None) -> None:
    """
    Raises:
        NotYoursError: it is another unit's, or lies in another district.
    """
    scope = await of(session, actor)
    if scope.is_limited:
        helping = await helpers(session, case.id) if row.by_helpers else []
        if not is_theirs(scope, row, case, helping):
            raise NotYoursError
