"""Settings of the case engine: time limits, warnings, and what a city calls things."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from core.section import Section

TimeUnitName = Literal["urgent_hour", "work_hour", "work_day", "natural_day"]


class Cases(Section):
    accept_min: int = Field(15, description="A registered case is established (立案) in, minutes.", ge=1)
    dispatch_min: int = Field(15, description="An established case is dispatched (派遣) in, minutes.", ge=1)
    verify_min: int = Field(30, description="A report is verified (核实) in, minutes.", ge=1)
    check_min: int = Field(30, description="A result is checked (核查) in, minutes.", ge=1)
    limit_value: int = Field(
        5, description="Time limit of a case nobody gave one, in `limit_unit`.", ge=1, le=999
    )
    limit_unit: TimeUnitName = Field("work_day", description="Unit of that limit.")
    urgent_hours: int = Field(24, description="The same for urgent (紧急) cases, clock hours.", ge=1)
    critical_hours: int = Field(2, description="The same for critical (特急) cases, clock hours.", ge=1)
    office_hours: str = Field(
        "08:00-12:00,14:00-18:00",
        description="Office hours that 工作时 and 工作日 count in, together 8 hours a day.",
    )
    escalate_days: list[int] = Field(
        [0, 1, 2],
        description="Days overdue after which dispatcher, shift leader and leader are told (超时上报).",
        min_length=3,
        max_length=3,
    )
    most_delays: int = Field(2, description="Delays (延期) granted for one case, at most.", ge=0, le=9)
    routing_history_days: int = Field(
        180,
        description="Accepted cases of so many days correct the routing rules (派遣建议); 0: rules alone.",
        ge=0,
        le=3650,
    )
    routing_history_least: int = Field(
        5, description="A unit is proposed against a rule once it accepted so many cases of the class.", ge=1
    )
    routing_history_share: float = Field(
        0.6, description="… and at least this share of all accepted ones.", gt=0, le=1
    )
    similar_m: int = Field(50, description="Cases nearer than this may be the same (疑似重复), metres.", ge=0)
    similar_hours: int = Field(
        24, description="… and opened within so many hours of each other.", ge=1, le=720
    )
    similar_same_class: bool = Field(True, description="… and of the same class, where both have one.")
    similar_words: float = Field(
        0.3,
        description="Share of word pairs two descriptions, or addresses, have in common to be called "
        "similar: asked of cases without coordinates or class. 0: words are not asked for.",
        ge=0,
        le=1,
    )
    edition: str = Field(
        "2013", description="Edition of the catalogue new cases are filed under (目录版本).", max_length=8
    )
    labels: dict[str, str] = Field(
        {},
        description="What your city calls things, instead of our words: names of stages and moves, for "
        'example { verifying = "核查中", checking = "核实中" }.',
    )

    @field_validator("escalate_days")
    @classmethod
    def _upwards(cls, days: list[int]) -> list[int]:
        if days != sorted(days) or days[0] < 0:
            raise ValueError("escalate_days: write them in order, none below 0")
        return days
