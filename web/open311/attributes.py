"""Attributes of services: what a class asks beside place and words, and whether answers to it are answers."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from ticketing.tables import Category
from web.open311.shape import Many

_FILE = Path(__file__).with_name("attributes.toml")
#: Characters of one answer.
_LONGEST = 500
Datatype = Literal["string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"]


class Attribute(BaseModel):
    """One question of a service definition."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str
    applies: tuple[str, ...]
    datatype: Datatype
    description: str
    variable: bool = True
    required: bool = False
    datatype_description: str = ""
    #: What stands before the answer in the description of the case; empty: it goes elsewhere.
    label: str = ""
    #: Key and name.
    values: tuple[tuple[str, str], ...] = ()

    def applies_to(self, one: Category) -> bool:
        return any(word in ("*", one.kind) or word in one.minor for word in self.applies)

    def shown(self, order: int) -> dict[str, Any]:
        """As the specification has it."""
        values = [{"key": key, "name": name} for key, name in self.values]
        return {
            "variable": self.variable,
            "code": self.code,
            "datatype": self.datatype,
            "required": self.required,
            "datatype_description": self.datatype_description or None,
            "order": order,
            "description": self.description,
        } | ({"values": Many("value", values)} if values else {})

    def read(self, given: Sequence[str]) -> str:
        """The answer in words for the case.

        Raises:
            ValueError: it is none; says why, in Chinese and English.
        """
        if len(given) > 1 and self.datatype != "multivaluelist":
            raise ValueError("只能有一个值 only one value")
        if any(len(one) > _LONGEST for one in given):
            raise ValueError(f"最多 {_LONGEST} 个字 at most {_LONGEST} characters")
        return "、".join(self._one(one) for one in given)

    def _one(self, text: str) -> str:
        if self.values:
            names = dict(self.values)
            if text not in names:
                raise ValueError(f"只能是 must be one of: {', '.join(names)}")
            return names[text].split(" ")[0]
        if self.datatype == "number":
            number = float(text)
            if not -1e15 < number < 1e15:
                raise ValueError("不是数字 not a number")
        if self.datatype == "datetime" and datetime.fromisoformat(text).tzinfo is None:
            raise ValueError("时间须带时区 time without a zone")
        if self.datatype == "string" and not text.isprintable():
            raise ValueError("不能换行 no line breaks")
        return text


@cache
def _all() -> tuple[Attribute, ...]:
    rows = tomllib.loads(_FILE.read_text(encoding="utf-8"))["attribute"]
    return tuple(Attribute.model_validate(row) for row in rows)


def of_class(one: Category) -> list[Attribute]:
    """What a class asks, in the order people are shown it."""
    return [attribute for attribute in _all() if attribute.applies_to(one)]


def read(asked: Sequence[Attribute], given: Mapping[str, Sequence[str]]) -> tuple[dict[str, str], list[str]]:
    """The answers in words by code, and what is wrong with them."""
    answers: dict[str, str] = {}
    unknown = given.keys() - {one.code for one in asked}
    wrong = [f"attribute[{code}] 不属于该服务 is not defined" for code in unknown]
    for one in asked:
        texts = [text.strip() for text in given.get(one.code, ()) if text.strip()]
        if not texts:
            if one.required:
                wrong.append(f"attribute[{one.code}] 必填 is required")
            continue
        try:
            answers[one.code] = one.read(texts)
        except ValueError as error:
            # What Python says of a number or a time is not for people.
            told = error if re.search(r"[\u4e00-\u9fff]", str(error)) else "格式不对 malformed"
            wrong.append(f"attribute[{one.code}] {told}")
    return answers, sorted(wrong)
