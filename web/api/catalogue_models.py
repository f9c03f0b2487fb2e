"""What the catalogue's routes take and answer."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from core.case_settings import TimeUnitName
from ticketing.catalogue.lines import Problem
from ticketing.catalogue.plan import Change, Plan
from web.api.models import CategoryAnswer
from web.api.route import Answer, Asked

#: Differences and mistakes of an import that are told one by one.
MOST_TOLD = 500
_DIGITS = r"^[0-9]{2,8}$"


class EditionAnswer(Answer):
    code: str
    name: str
    #: The one new cases are filed under (setting `cases.edition`).
    is_default: bool


class ClassSearchQuery(Asked):
    #: Empty: the default edition.
    edition: str = Field("", max_length=8)
    text: str = Field(min_length=1, max_length=64)
    limit: int = Field(20, ge=1, le=100)


class ClassFoundAnswer(Answer):
    category: CategoryAnswer
    why: Literal["code", "name", "initials", "pinyin", "words"]


class ClassSuggestBody(Asked):
    """What was said or written: as text, or what a case's description (or its transcript) holds."""

    text: str = Field("", max_length=4000)
    case_id: int | None = Field(None, ge=1, le=2**31 - 1)
    edition: str = Field("", max_length=8)
    limit: int = Field(5, ge=1, le=20)


class ClassSuggestionAnswer(Answer):
    kind: str
    code: str
    major: str
    minor: str
    #: Only its order means anything.
    score: float
    #: The words it came by, and the same as a sentence.
    why: list[str]
    reason: str


class ClassQuery(Asked):
    edition: str = Field(min_length=1, max_length=8)
    kind: str = Field(min_length=1, max_length=8)
    code: str = Field(min_length=1, max_length=8)
    #: Only rows that hold on this day (China); none: ended ones too.
    on: date | None = None


class SeverityAnswer(Answer):
    id: int
    rank: int
    condition: str
    limit_value: int
    limit_unit: TimeUnitName
    unit: str | None
    valid_from: date | None
    #: The first day it does not hold any more.
    valid_to: date | None


class ClassBody(Asked):
    """A class (类别): added, or changed where the key is there."""

    edition: str = Field(min_length=1, max_length=8)
    kind: str = Field(min_length=1, max_length=8)
    code: str = Field(pattern=_DIGITS)
    major: str = Field(max_length=64)
    minor: str = Field(max_length=64)
    #: Code of a unit of the whole city; null: it depends on the place.
    unit: str | None = Field(None, max_length=32)
    is_local: bool = False
    valid_from: date | None = None
    valid_to: date | None = None


class SeverityBody(Asked):
    """A severity row (严重程度): one in force is followed by this from today on, never overwritten."""

    edition: str = Field(min_length=1, max_length=8)
    kind: str = Field(min_length=1, max_length=8)
    code: str = Field(pattern=_DIGITS)
    rank: int = Field(ge=1, le=99)
    condition: str = Field(max_length=200)
    limit_value: int = Field(ge=1, le=999)
    limit_unit: TimeUnitName
    unit: str | None = Field(None, max_length=32)
    valid_from: date | None = None
    valid_to: date | None = None


class CatalogueExportQuery(Asked):
    #: Empty: all of them.
    edition: str = Field("", max_length=8)


class CatalogueImportQuery(Asked):
    #: Carry it out; else only tell what would change.
    apply: bool = False
    #: Of the preview: refused when the catalogue has changed since.
    digest: str = Field("", max_length=64)


class CatalogueChangeAnswer(Answer):
    sheet: str
    what: Literal["added", "changed"]
    name: str
    #: Title of the column → before and after.
    fields: dict[str, tuple[str, str]]


class CatalogueProblemAnswer(Answer):
    sheet: str
    #: As the spreadsheet counts; 0: the sheet as a whole.
    row: int
    column: str
    what: str


class CatalogueImportAnswer(Answer):
    applied: bool
    added: int
    changed: int
    same: int
    #: The first 500 of each; the counts tell all.
    changes: list[CatalogueChangeAnswer]
    problems: list[CatalogueProblemAnswer]
    problem_count: int
    digest: str


def told(plan: Plan, *, applied: bool) -> CatalogueImportAnswer:
    return CatalogueImportAnswer(
        applied=applied,
        added=plan.count("added"),
        changed=plan.count("changed"),
        same=plan.same,
        changes=[_change(one) for one in plan.changes[:MOST_TOLD]],
        problems=[_problem(one) for one in plan.problems[:MOST_TOLD]],
        problem_count=len(plan.problems),
        digest=plan.digest,
    )


def _change(one: Change) -> CatalogueChangeAnswer:
    return CatalogueChangeAnswer(sheet=one.sheet, what=one.what, name=one.name, fields=dict(one.fields))


def _problem(one: Problem) -> CatalogueProblemAnswer:
    return CatalogueProblemAnswer(sheet=one.sheet, row=one.row, column=one.column, what=one.what)
