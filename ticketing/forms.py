"""The case form: exact limits, every wrong field named at once, text stored as given (escaped on output)."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictFloat,
    ValidationError,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from core.errors import InvalidError
from core.phone import NumberKind, normalise

NOTE_LENGTH = 1000


class CaseKind(StrEnum):
    """What the caller wants."""

    CONSULTATION = "consultation"  #: 咨询
    COMPLAINT = "complaint"  #: 投诉
    REPORT = "report"  #: 举报
    SUGGESTION = "suggestion"  #: 建议
    HELP = "help"  #: 求助
    PRAISE = "praise"  #: 表扬


class Urgency(StrEnum):
    """How much of a hurry it is."""

    NORMAL = "normal"  #: 一般
    URGENT = "urgent"  #: 紧急
    CRITICAL = "critical"  #: 特急


LABELS = {
    "kind": "诉求类型",
    "description": "诉求内容",
    "district": "所属区县",
    "callback_number": "回拨号码",
}


def _clean(text: str, kept: str = "") -> str:
    """Refuses control characters: a NUL breaks databases, a line break forges lines."""
    for character in text:
        if character not in kept and unicodedata.category(character) in ("Cc", "Cs"):
            raise PydanticCustomError(
                "control", "含有不可见的控制字符 U+{code}", {"code": f"{ord(character):04X}"}
            )
    return text


def _null_is_empty(value: object) -> object:
    return "" if value is None else value


def _empty_is_null(value: object) -> object:
    return None if value == "" else value


Line = Annotated[str, BeforeValidator(_null_is_empty), AfterValidator(_clean)]
Paragraphs = Annotated[
    str, BeforeValidator(_null_is_empty), AfterValidator(lambda text: _clean(text, kept="\n\r\t"))
]
_Digits = Annotated[str, Field(pattern=r"^[0-9]{1,15}$")]
PartCode = Annotated[str, Field(pattern=r"^[0-9]{16}$")]
Code = Annotated[_Digits | None, BeforeValidator(_empty_is_null)]


class CategoryKey(BaseModel):
    """A class of the catalogue by its whole key."""

    model_config = ConfigDict(extra="forbid")

    edition: Line = Field(max_length=8)
    kind: Line = Field(max_length=8)
    code: Line = Field(max_length=8)


class CaseForm(BaseModel):
    """All a person fills in. Fields that are not given stay as they are."""

    model_config = ConfigDict(extra="forbid")

    kind: Annotated[CaseKind | None, BeforeValidator(_empty_is_null)] = None
    description: Paragraphs = Field("", max_length=4000)
    district: Code = None
    street: Code = None
    community: Code = None
    cell: Code = None
    #: Degrees: both or neither.
    longitude: Annotated[StrictFloat | None, Field(ge=-180, le=180)] = None
    latitude: Annotated[StrictFloat | None, Field(ge=-90, le=90)] = None
    part: Annotated[PartCode | None, BeforeValidator(_empty_is_null)] = None
    address: Line = Field("", max_length=256)
    reporter_name: Line = Field("", max_length=64)
    callback_number: Line = Field("", max_length=32)
    urgency: Urgency = Urgency.NORMAL
    confidential: StrictBool = False
    wants_visit: StrictBool = True
    category: CategoryKey | None = None


#: Columns of a case that the form fills.
COLUMNS = (
    *(name for name in CaseForm.model_fields if name != "category"),
    "category_edition",
    "category_kind",
    "category_code",
)


def read(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that `fields` sets, each within its limits; those it does not name are left out.

    Raises:
        InvalidError: details `fields` says of each wrong field, in Chinese, what is wrong with it.
    """
    try:
        form = CaseForm.model_validate(dict(fields))
    except ValidationError as error:
        wrong = {str(each["loc"][0]): _explain(each) for each in error.errors()}
        raise InvalidError("表单有误", fields=wrong) from None
    columns = {name: getattr(form, name) for name in form.model_fields_set if name != "category"}
    if "kind" in columns:
        columns["kind"] = str(columns["kind"] or "")
    if "urgency" in columns:
        columns["urgency"] = str(columns["urgency"])
    if "category" in form.model_fields_set:
        for part in ("edition", "kind", "code"):
            columns[f"category_{part}"] = getattr(form.category, part) if form.category else None
    return columns


def incomplete(values: Mapping[str, Any], needs: tuple[str, ...], area_code: str) -> dict[str, str]:
    """What keeps the filled-in `values` from being submitted: missing fields and a number nobody can dial."""
    wrong = {name: f"请填写{LABELS.get(name, name)}" for name in needs if not str(values[name] or "").strip()}
    number = str(values["callback_number"])
    if number and normalise(number, area_code).kind in (NumberKind.INVALID, NumberKind.WITHHELD):
        wrong["callback_number"] = "不是有效的电话号码"
    return wrong


def read_note(note: str) -> str:
    """
    Raises:
        InvalidError: too long, or with control characters.
    """
    if len(note) > NOTE_LENGTH:
        raise InvalidError("表单有误", fields={"note": f"最多 {NOTE_LENGTH} 个字，现有 {len(note)} 个"})
    try:
        return _clean(note, kept="\n\r\t")
    except PydanticCustomError as error:
        raise InvalidError("表单有误", fields={"note": error.message()}) from None


def _explain(error: ErrorDetails) -> str:
    """One wrong field in the words of the person who filled it in."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "string_too_long":
        return f"最多 {context['max_length']} 个字，现有 {len(str(error['input']))} 个"
    if kind == "enum":
        return f"只能是：{str(context['expected']).replace(' or ', '、')}"
    if kind in ("greater_than_equal", "less_than_equal"):
        return "不是有效的经纬度"
    if kind == "extra_forbidden":
        return "没有这个字段"
    if kind == "missing":
        return "缺少一部分"
    if kind == "control":
        return error["msg"]
    return "格式不对"
