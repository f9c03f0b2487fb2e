"""Settings of transfers (转接), holding, parking and the list of people a caller may be put through to."""

from __future__ import annotations

import re

from pydantic import Field, field_validator

from core.section import Section


class Transfer(Section):
    ring_s: int = Field(20, description="Whom a seat transfers to or consults rings this long.", ge=3, le=120)
    park_s: int = Field(
        120, description="A parked caller nobody fetches goes back to who parked it after so long.", ge=5
    )
    hold_max_s: int = Field(900, description="Longest hold; then the caller is with the seat again.", ge=10)
    resume_s: int = Field(
        20, description="A caller whose seat was lost in mid-call waits this long for it to come back.", ge=1
    )
    seat_silent_s: int = Field(
        12, description="A browser seat no sound arrives from for so long is lost (断线).", ge=5, le=300
    )
    phone_silent_s: int = Field(
        30, description="The same for SIP phones, some of which send nothing while muted.", ge=5, le=300
    )
    allow: list[str] = Field(
        [],
        description="Numbers seats may transfer to besides the directory, X for any digit: 0411XXXXXXXX. "
        "Numbers that cost more are refused all the same.",
    )

    @field_validator("allow")
    @classmethod
    def _patterns_are_numbers(cls, patterns: list[str]) -> list[str]:
        for pattern in patterns:
            if not re.fullmatch(r"[0-9X]{3,15}", pattern) or set(pattern) == {"X"}:
                raise ValueError(f"{pattern!r}: write 3 to 15 digits, X for any digit, not X alone")
        return patterns
