"""What somebody wants to see of the cases, and in which order."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from core.errors import InvalidError
from ticketing import workflow
from ticketing.deadlines import ClockState
from ticketing.tables import Case, Stage

_ID = re.compile(r"[0-9]{1,9}")
_TIMED = re.compile(r"([0-9]{1,17})-([0-9]{1,9})")
_BEGIN = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Sort(StrEnum):
    """The order of a list; each is walked along an index."""

    NEWEST = "newest"  #: 最新登记在前
    OLDEST = "oldest"  #: 最早登记在前
    DUE = "due"  #: 时限最近在前; cases without a time limit are left out
    CHANGED = "changed"  #: 最近变动在前


@dataclass(frozen=True)
class Wanted:
    """Filters; empty and None: no matter. Times are inclusive at the beginning, exclusive at the end."""

    stages: tuple[str, ...] = ()
    kind: str = ""
    urgency: str = ""
    source: str = ""
    unit: str = ""
    district: str = ""
    street: str = ""
    edition: str = ""
    category_kind: str = ""
    category_code: str = ""
    #: A case number, or its beginning (六位区划、日期).
    number: str = ""
    #: A whole number as it is stored.
    phone: str = ""
    created_from: datetime | None = None
    created_to: datetime | None = None
    #: True: on their way (在办); False: not.
    is_open: bool | None = None
    #: True: over their time limit while the clock runs.
    is_overdue: bool | None = None

    def conditions(self, now: datetime) -> list[ColumnElement[bool]]:
        """Each filter that is set."""
        same: dict[InstrumentedAttribute[Any], str] = {
            Case.kind: self.kind,
            Case.urgency: self.urgency,
            Case.source: self.source,
            Case.unit: self.unit,
            Case.district: self.district,
            Case.street: self.street,
            Case.category_edition: self.edition,
            Case.category_kind: self.category_kind,
            Case.category_code: self.category_code,
        }
        found = [column == value for column, value in same.items() if value]
        if self.stages:
            found.append(standing_at(self.stages))
        if self.is_open is not None:
            found.append(standing_at(workflow.OPEN) if self.is_open else Case.stage.not_in(workflow.OPEN))
        return [*found, *self._texts(), *self._times(now)]

    def _texts(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if self.number:
            found.append(Case.number.between(self.number, self.number.ljust(19, "9")))
        if self.phone:
            found.append(or_(Case.caller_number == self.phone, Case.callback_number == self.phone))
        return found

    def _times(self, now: datetime) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if self.created_from:
            found.append(Case.created_at >= self.created_from)
        if self.created_to:
            found.append(Case.created_at < self.created_to)
        if self.is_overdue is not None:
            late = and_(Case.clock == ClockState.RUNNING, Case.due_at <= now)
            found.append(
                late if self.is_overdue else or_(Case.clock != ClockState.RUNNING, Case.due_at > now)
            )
        return found


def standing_at(stages: Collection[str]) -> ColumnElement[bool]:
    """Cases at one of these stages. Few are under way at a time, and their ids are quickly told by the index;
    SQLite would rather walk all cases in the order of the list, which is right only for the many others."""
    if not set(stages) <= workflow.OPEN | {Stage.DRAFT}:
        return Case.stage.in_(stages)
    one = aliased(Case)
    return Case.id.in_(select(one.id).where(one.stage.in_(sorted(stages))))


@dataclass(frozen=True)
class Place:
    """Where a page ended: the next begins behind this case. As text it is the cursor."""

    case_id: int
    at: datetime | None = None

    @classmethod
    def read(cls, cursor: str, sort: Sort) -> Place:
        """
        Raises:
            InvalidError: no page of this order gave this cursor.
        """
        timed = _TIMED.fullmatch(cursor) if sort in (Sort.DUE, Sort.CHANGED) else None
        if timed:
            return cls(int(timed[2]), _BEGIN + int(timed[1]) * _MICROSECOND)
        if sort in (Sort.NEWEST, Sort.OLDEST) and _ID.fullmatch(cursor):
            return cls(int(cursor))
        raise InvalidError("查询条件有误", fields={"cursor": "不是有效的翻页位置"})

    def __str__(self) -> str:
        if self.at is None:
            return str(self.case_id)
        return f"{(self.at - _BEGIN) // _MICROSECOND}-{self.case_id}"


def place_of(case: Case, sort: Sort) -> Place:
    """Where `case` stands in the order."""
    at = {Sort.DUE: case.due_at, Sort.CHANGED: case.changed_at}.get(sort)
    return Place(case.id, at)
