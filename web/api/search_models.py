"""What the search of recordings is asked and answers."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, ConfigDict, Field, field_validator

from recorder.search.query import Wanted
from recorder.search.tables import NAME_LENGTH
from recorder.tables import RecordingState
from web.api.route import Answer, Asked

_DAY_S, _TEXT = 86_400.0, 64


class Filters(Asked):
    """What to look for; nothing given finds everything one may listen to. Seconds, shares 0 to 1."""

    model_config = ConfigDict(extra="forbid", frozen=True, serialize_by_alias=True, validate_by_name=True)

    #: Words, all of which were said; each of two characters at least.
    q: str = Field("", max_length=80)
    from_: AwareDatetime | None = Field(None, alias="from")
    to: AwareDatetime | None = None
    #: A whole number or its last four digits or more.
    number: str = Field("", max_length=20)
    seat: str = Field("", max_length=8)
    queue: str = Field("", max_length=32)
    #: Number or id of a case.
    case: str = Field("", max_length=19)
    min_s: float | None = Field(None, ge=0, le=_DAY_S)
    max_s: float | None = Field(None, ge=0, le=_DAY_S)
    score_min: float | None = Field(None, ge=0, le=100)
    score_max: float | None = Field(None, ge=0, le=100)
    #: A word of a keyword list that was said; `*`: any of them.
    keyword: str = Field("", max_length=_TEXT)
    silence_min: float | None = Field(None, ge=0, le=1)
    talk_over_min: float | None = Field(None, ge=0, le=_DAY_S)
    #: 1 (非常满意) to 5 (非常不满意).
    survey: int | None = Field(None, ge=1, le=5)
    #: A mark of the call: confidential, emergency, nuisance, closed, busy.
    flag: str = Field("", max_length=_TEXT)

    @field_validator("from_", "to")
    @classmethod
    def _in_our_time(cls, value: AwareDatetime | None) -> AwareDatetime | None:
        if value is not None and not 2000 <= value.year < 2200:
            raise ValueError("a time between 2000 and 2199")
        return value

    def wanted(self) -> Wanted:
        return Wanted(**{name: getattr(self, name) for name in Filters.model_fields})


class SearchQuery(Filters):
    limit: int = Field(20, ge=1, le=100)
    cursor: str = Field("", max_length=18)


class HitAnswer(Answer):
    """A find in its context."""

    side: Literal["caller", "hotline"]
    #: Seconds from answer: where the player goes.
    at_s: float
    text: str
    #: Ranges of `text`, ends excluded.
    marks: list[list[int]]


class FoundRecording(Answer):
    recording_id: int
    call_id: str
    started_at: AwareDatetime
    #: As the asker may see it.
    caller: str
    seat: str
    queue: str
    duration_s: float
    case_id: int | None
    case_number: str
    score: float | None
    survey: int | None
    silence_share: float | None
    talk_over_s: float | None
    keywords: list[str]
    #: Marks of the call.
    marks: list[str]
    state: RecordingState
    #: Three at most.
    hits: list[HitAnswer]


class FoundPage(Answer):
    items: list[FoundRecording]
    #: Cursor of the next page; null: this is the last.
    next: str | None
    took_ms: float


class SavedSearchForm(Asked):
    name: str = Field(min_length=1, max_length=NAME_LENGTH)
    query: Filters
    #: For everybody; leaders only.
    shared: bool = False


class SavedSearchAnswer(Answer):
    id: int
    name: str
    query: Filters
    shared: bool
    #: Whether the asker made it.
    mine: bool


class SavedSearches(Answer):
    items: list[SavedSearchAnswer]


class SavedSearchPath(Asked):
    id: int = Field(ge=1, le=2**31 - 1)
