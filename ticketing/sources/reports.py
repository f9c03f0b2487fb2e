"""A report from outside: what may stand in it, and what is said where it says nothing."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool

from core.phone import normalise
from ticketing.forms import CaseKind, Code, Line, Paragraphs, Urgency
from ticketing.sources.tables import ID_LENGTH, Source

MOST_MEDIA = 9
_WEB = ("http://", "https://")


def _address(text: str) -> str:
    if not text.startswith(_WEB) or any(one.isspace() for one in text):
        raise ValueError("须为 http 或 https 地址")
    return text


def _empty_is_null(value: object) -> object:
    return None if value == "" else value


Address = Annotated[Line, Field(max_length=512), AfterValidator(_address)]


class ReportClass(BaseModel):
    """A class of the catalogue; the edition in force where none is named."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    edition: Line = Field("", max_length=8)
    #: 部件 or 事件
    kind: Line = Field(max_length=8)
    code: Line = Field(max_length=8)


class Report(BaseModel):
    """One report (来件)."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    #: The source's own id of it. Sent twice, it is taken once.
    id: Line = Field(min_length=1, max_length=ID_LENGTH)
    #: When it happened; None: when it came.
    at: AwareDatetime | None = None
    kind: Annotated[CaseKind | None, BeforeValidator(_empty_is_null)] = None
    urgency: Annotated[Urgency | None, BeforeValidator(_empty_is_null)] = None
    category: ReportClass | None = None
    description: Paragraphs = Field("", max_length=4000)
    address: Line = Field("", max_length=256)
    district: Code = None
    street: Code = None
    #: Degrees (WGS 84 or CGCS2000): both or neither.
    longitude: float | None = Field(None, ge=-180, le=180)
    latitude: float | None = Field(None, ge=-90, le=90)
    #: Component (部件), 16 digits.
    part: Annotated[Annotated[str, Field(pattern=r"^[0-9]{16}$")] | None, BeforeValidator(_empty_is_null)] = (
        None
    )
    #: Of sensors and cameras: which one, what it read, from which reading on it is a case.
    device: Line = Field("", max_length=64)
    value: float | None = None
    unit: Line = Field("", max_length=16)
    threshold: float | None = None
    reporter_name: Line = Field("", max_length=64)
    callback_number: Line = Field("", max_length=32)
    email: Line = Field("", max_length=128)
    account: Line = Field("", max_length=64)
    confidential: StrictBool = False
    wants_visit: StrictBool | None = None
    media: list[Address] = Field(default_factory=list, max_length=MOST_MEDIA)


def reporter(report: Report, area_code: str) -> str:
    """Whoever reports, as far as can be told: number, mail or account; empty: nobody knows."""
    number = normalise(report.callback_number, area_code).normal if report.callback_number else ""
    return (number or report.email.lower() or report.account)[:128]


def as_json(report: Report) -> dict[str, Any]:
    """What is kept of it: all that was said, nothing that was not."""
    return report.model_dump(mode="json", exclude_defaults=True)


def digest(report: Report) -> str:
    """The same for the same words, in whatever order they were sent."""
    text = json.dumps(as_json(report), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def is_below(source: Source, report: Report) -> bool:
    """Whether it is a reading nobody has to look at (未达阈值)."""
    least = report.threshold if report.threshold is not None else source.threshold
    return report.value is not None and least is not None and report.value < least


def words(source: Source, report: Report) -> str:
    """The description of the case: what was said, and what was read."""
    told = report.description.strip()
    if report.value is None and not report.device:
        return told
    least = report.threshold if report.threshold is not None else source.threshold
    read = "" if report.value is None else f"读数 {report.value:g} {report.unit}".rstrip()
    limit = "" if report.value is None or least is None else f"阈值 {least:g} {report.unit}".rstrip()
    parts = [f"设备 {report.device}" if report.device else "", read, limit]
    line = f"{source.name}：" + "，".join(one for one in parts if one)
    return f"{told}\n{line}" if told else line
