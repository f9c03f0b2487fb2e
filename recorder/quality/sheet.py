"""A score sheet (评分表) as a document: groups of weighted items, and what the total means.

Immutable once published: a score keeps the version it was made with.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, field_validator, model_validator

MAX_ITEMS = 60
#: Code of an item or group: stable over the versions of a sheet, so that reports can follow it.
Code = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,32}$")]
Title = Annotated[str, Field(min_length=1, max_length=64)]
Weight = Annotated[int, Field(ge=1, le=1000)]
#: 0.0 to 100.0; in JSON a plain number.
Tenths = Annotated[
    Decimal,
    Field(ge=0, le=100, max_digits=4, decimal_places=1),
    PlainSerializer(float, return_type=float, when_used="json"),
]


class ItemKind(StrEnum):
    """How an item is judged."""

    POINTS = "points"  #: 打分: 0 to `scale` points
    YES_NO = "yes_no"  #: 是否: all of the weight or nothing
    FATAL = "fatal"  #: 一票否决: met, the total is `cap` at most; carries no weight


class Check(StrEnum):
    """What the machine can look at by itself; an item may name one."""

    GREETING = "greeting"  #: 开头语
    CLOSING = "closing"  #: 结束语
    FORBIDDEN = "forbidden"  #: 服务忌语
    TALK_OVER = "talk_over"  #: 抢话
    SILENCE = "silence"  #: 静音
    SPEECH_RATE = "speech_rate"  #: 语速


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*")
    @classmethod
    def _no_nul(cls, value: object) -> object:
        if isinstance(value, str) and "\x00" in value:
            raise ValueError("control character")
        return value


class SheetItem(_Part):
    """One question about the call."""

    code: Code
    title: Title
    kind: ItemKind = ItemKind.POINTS
    #: Share in the total against the other items; of a fatal item without meaning.
    weight: Weight = 10
    #: Most points of an item of kind `points`.
    scale: int = Field(10, ge=1, le=100)
    #: Of a fatal item: what the total becomes at most. 0: nothing is left.
    cap: int = Field(0, ge=0, le=99)
    #: What to look for (评分说明).
    guide: str = Field("", max_length=500)
    #: May be marked as not applicable (不适用).
    optional: bool = False
    check: Check | None = None


class SheetGroup(_Part):
    """Items that belong together (评分大项)."""

    code: Code
    title: Title
    #: Share of the whole group; None: the sum of the weights of those of its items that apply.
    weight: Weight | None = None
    items: tuple[SheetItem, ...] = Field(min_length=1, max_length=MAX_ITEMS)


class Sheet(_Part):
    """All of it. The total is 0 to 100."""

    groups: tuple[SheetGroup, ...] = Field(min_length=1, max_length=20)
    #: From this total on a call has passed (合格线).
    pass_mark: Tenths = Decimal(80)

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        codes = [item.code for item in self.items()]
        if len(set(codes)) != len(codes) or len({group.code for group in self.groups}) != len(self.groups):
            raise ValueError("codes of items and groups are not unique")
        if len(codes) > MAX_ITEMS:
            raise ValueError(f"more than {MAX_ITEMS} items")
        if all(item.kind is ItemKind.FATAL for item in self.items()):
            raise ValueError("nothing on the sheet gives points")
        return self

    def items(self) -> Iterator[SheetItem]:
        """Every item in order."""
        for group in self.groups:
            yield from group.items
