"""Settings of what is asked after a call: the survey of the talk, and the visit about the result."""

from __future__ import annotations

from pydantic import Field, model_validator

from core.section import Section

_CLOCK_TIME = "^([01][0-9]|2[0-3]):[0-5][0-9]$"


class Survey(Section):
    enabled: bool = Field(
        True, description="Ask how satisfied the caller is, once, after the seat has hung up."
    )
    not_after: list[str] = Field([], description="Queues after which nobody is asked, for example emergency.")
    levels: list[str] = Field(
        ["非常满意", "满意", "基本满意", "不满意", "非常不满意"],
        description="Names of the five levels, keys 1 to 5; after the last two a message is offered.",
        min_length=5,
        max_length=5,
    )
    wait_s: float = Field(6, description="Silence that ends the question.", ge=1, le=30)


class Visits(Section):
    enabled: bool = Field(True, description="Call whose case was closed and ask about the result.")
    begin: str = Field("09:00", description="Nobody is called before, China time.", pattern=_CLOCK_TIME)
    end: str = Field("20:00", description="Nobody is called from then on.", pattern=_CLOCK_TIME)
    delay_min: int = Field(30, description="A case must have been closed this long, minutes.", ge=0)
    attempts: int = Field(3, description="Calls before a visit is given up.", ge=1, le=10)
    interval_min: int = Field(120, description="Between two attempts, minutes.", ge=1)
    at_once: int = Field(5, description="Most visits ringing at one time.", ge=1, le=90)
    ring_s: int = Field(30, description="The citizen's phone rings this long.", ge=5, le=120)
    queue: str = Field("general", description="Queue of who presses 0 for a person.")
    priority: int = Field(5, description="Place in that queue: above ordinary callers, who are 0.")

    @model_validator(mode="after")
    def _there_is_a_time_to_call(self) -> Visits:
        if self.begin >= self.end:
            raise ValueError(f"visits.begin ({self.begin}) must be before visits.end ({self.end})")
        return self
