"""What a move asks for besides the form: read, checked field by field, put where the table says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.errors import InvalidError
from ticketing.tables import Case
from ticketing.workflow import Input, InputKind, Move

_TEXT_LENGTH = 32


def read(row: Move, given: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs of `row` by name, each as the kind it is; those that are not given are left out.

    Raises:
        InvalidError: names each one that is missing, unknown or unfit.
    """
    known = {one.name: one for one in row.inputs}
    wrong = {name: f"“{row.zh}”没有这一项" for name in given if name not in known}
    found: dict[str, Any] = {}
    for name, one in known.items():
        value = given.get(name)
        if value is None or value == "":
            if one.required:
                wrong[name] = f"请填写{one.zh}"
            continue
        try:
            found[name] = _value(one, value)
        except ValueError as error:
            wrong[name] = str(error)
    if wrong:
        raise InvalidError("表单有误", fields=wrong)
    return found


def put(row: Move, case: Case, values: Mapping[str, Any]) -> None:
    """Write into the columns of the case what has one."""
    for one in row.inputs:
        if one.column and one.name in values:
            setattr(case, one.column, values[one.name])


def as_json(values: Mapping[str, Any]) -> dict[str, Any]:
    """For the history."""
    return {k: v.isoformat() if isinstance(v, datetime) else v for k, v in values.items()}


def _value(one: Input, value: Any) -> Any:
    match one.kind:
        case InputKind.NUMBER | InputKind.SEVERITY:
            if isinstance(value, bool) or not isinstance(value, int) or not one.least <= value <= one.most:
                raise ValueError(f"须为 {one.least} 到 {one.most} 的整数")
            return value
        case InputKind.MOMENT:
            return _moment(value)
    text = str(value).strip()
    if one.kind == InputKind.CHOICE and text not in {choice[0] for choice in one.choices}:
        raise ValueError("只能是：" + "、".join(choice[1] for choice in one.choices))
    if len(text) > _TEXT_LENGTH or not text.isprintable():
        raise ValueError("格式不对")
    return text


def _moment(value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError("不是有效的时间") from None
    if moment.tzinfo is None:
        raise ValueError("时间须带时区")
    return moment
