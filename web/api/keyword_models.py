"""Keyword lists and their alerts as the API says them."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, Field

from recorder.search.tables import NAME_LENGTH, Severity
from web.api.route import Answer, Asked
from web.api.search_models import HitAnswer

_LARGEST_ID = 2**31 - 1
Words = Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=400)]


class KeywordListForm(Asked):
    name: str = Field(min_length=1, max_length=NAME_LENGTH)
    words: Words
    severity: Severity


class KeywordListChange(Asked):
    """Fields that are not named stay as they are."""

    name: str | None = Field(None, min_length=1, max_length=NAME_LENGTH)
    words: Words | None = None
    severity: Severity | None = None
    active: bool | None = None


class KeywordListAnswer(Answer):
    id: int
    name: str
    words: list[str]
    severity: Severity
    active: bool
    changed_at: AwareDatetime


class KeywordLists(Answer):
    items: list[KeywordListAnswer]


class SentenceForm(Asked):
    text: str = Field(min_length=1, max_length=500)
    #: Held against these words only, as for a list that is not saved yet; null: against every active list.
    words: Words | None = None


class TriedList(Answer):
    """A list the sentence would raise an alert by. Without a name: the words that were given."""

    name: str
    severity: Severity
    words: list[str]
    hits: list[HitAnswer]


class TriedSentence(Answer):
    lists: list[TriedList]


class IdPath(Asked):
    id: int = Field(ge=1, le=_LARGEST_ID)


class AlertsQuery(Asked):
    #: Only those nobody has seen.
    unseen: bool = False
    severity: Severity | None = None
    limit: int = Field(50, ge=1, le=100)
    cursor: str = Field("", max_length=9)


class SeenAnswer(Answer):
    """Who has seen it (已阅)."""

    name: str
    at: AwareDatetime


class KeywordAlertAnswer(Answer):
    id: int
    recording_id: int
    call_id: str
    #: When it was raised.
    at: AwareDatetime
    list_name: str
    severity: Severity
    words: list[str]
    hits: list[HitAnswer]
    started_at: AwareDatetime | None
    #: As the asker may see it.
    caller: str
    seat: str
    queue: str
    case_id: int | None
    case_number: str
    seen_by: list[SeenAnswer]


class KeywordAlerts(Answer):
    items: list[KeywordAlertAnswer]
    #: Cursor of the next page; null: this is the last.
    next: str | None
    #: How many there are that nobody has seen.
    unseen: int
