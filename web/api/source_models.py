"""What the API takes and tells of sources and their reports."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Literal

from pydantic import Field

from ticketing.forms import CaseKind, CategoryKey, Line, Urgency
from ticketing.sources.channels import Channel
from ticketing.sources.intake import MOST
from ticketing.sources.reports import Report
from ticketing.sources.tables import CODE_LENGTH, NAME_LENGTH, ReportState
from web.api.models import CategoryKeyAnswer
from web.api.route import Answer, Asked

_LARGEST = 2**31 - 1
_DAYS_7_MIN = 7 * 24 * 60
_NO_COLUMNS = {"category", "name", "code", "channel", "version"}


class SourceReportBody(Report, Asked):
    """One report of a source."""


class SourceBatch(Asked):
    #: Taken together or not at all.
    reports: list[SourceReportBody] = Field(min_length=1, max_length=MOST)


class AcceptedReport(Answer):
    """What became of a report."""

    id: str
    #: opened 已建案卷 · similar 并入相似来件的案卷 · noted 未达阈值 · repeated 重复提交
    state: ReportState
    case_id: int | None
    #: None until the case is registered.
    case_number: str | None


class AcceptedReports(Answer):
    items: list[AcceptedReport]


class ReportIdQuery(Asked):
    #: The source's own id.
    id: str = Field(min_length=1, max_length=128)


class SourceProgress(AcceptedReport):
    """How far the case of a report is, for whoever sent it."""

    received_at: datetime
    #: Stage of the case, and what people call it.
    stage: str | None
    stage_name: str
    changed_at: datetime | None


class SourceFields(Asked):
    """What of a source may be changed; the usual of its channel where a new one does not say."""

    name: Line = Field(min_length=1, max_length=NAME_LENGTH)
    kind: CaseKind | None = None
    urgency: Urgency | None = None
    category: CategoryKey | None = None
    threshold: float | None = Field(None, allow_inf_nan=False)
    registers: bool | None = None
    per_minute: int | None = Field(None, ge=1, le=6000)
    similar_minutes: int | None = Field(None, ge=0, le=_DAYS_7_MIN)
    similar_m: int | None = Field(None, ge=0, le=5000)
    similar_percent: int | None = Field(None, ge=1, le=100)
    is_active: bool | None = None

    def values(self) -> dict[str, Any]:
        """Columns to set; a class or threshold that is named as nothing is taken away."""
        given = self.model_dump(exclude_unset=True, exclude=_NO_COLUMNS, mode="json")
        found = {one: value for one, value in given.items() if value is not None or one == "threshold"}
        if "category" in self.model_fields_set:
            for part in ("edition", "kind", "code"):
                found[f"category_{part}"] = getattr(self.category, part) if self.category else None
        return found


class NewSource(SourceFields):
    #: Lower-case letters, digits and hyphens.
    code: str = Field(min_length=1, max_length=CODE_LENGTH)
    channel: Channel


class SourceChange(SourceFields):
    version: int = Field(ge=0, le=_LARGEST)


class SourcePath(Asked):
    code: str = Field(min_length=1, max_length=CODE_LENGTH)


class SourceKeyPath(SourcePath):
    id: int = Field(ge=1, le=_LARGEST)


class SourceKeyAnswer(Answer):
    id: int
    #: The first letters, to tell it from others.
    hint: str
    created_at: datetime
    revoked_at: datetime | None
    #: To the hour.
    used_at: datetime | None


class NewSourceKey(SourceKeyAnswer):
    shown_once: ClassVar[bool] = True
    #: Shown this once.
    key: str


class SourceAnswer(Answer):
    code: str
    name: str
    channel: str
    kind: str
    urgency: str
    category: CategoryKeyAnswer | None
    threshold: float | None
    registers: bool
    per_minute: int
    similar_minutes: int
    similar_m: int
    similar_percent: int
    is_active: bool
    version: int
    keys: list[SourceKeyAnswer]
    #: Reports of the last 24 hours by state.
    day: dict[str, int]


class SourcePage(Answer):
    items: list[SourceAnswer]


class SourceReportsQuery(Asked):
    limit: int = Field(50, ge=1, le=200)
    cursor: int | None = Field(None, ge=1, le=_LARGEST)


class SourceReportLine(Answer):
    """A report as it came. Whoever reports is left out: the case has it, with its own rules."""

    id: int
    source: str
    external_id: str
    via: Literal["api", "open311", "exchange"] | str
    received_at: datetime
    state: str
    case_id: int | None
    case_number: str | None
    description: str
    address: str
    device: str
    value: float | None
    unit: str
    media: list[str]


class SourceReportPage(Answer):
    items: list[SourceReportLine]
    next: int | None
