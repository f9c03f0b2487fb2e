"""What the API says about flows, announcements, flagged numbers and articles."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field
from pydantic_core import PydanticCustomError

from ivr.house.announcements import State
from ivr.house.model import AnnouncementMode, FlagPath
from ivr.house.tables import FlagState, Source
from web.api.route import Answer, Asked

_YEARS = range(2020, 2100)
LARGEST_ID = 2**31 - 1


def _sensible(moment: datetime) -> datetime:
    if moment.year not in _YEARS:
        raise PydanticCustomError("moment", "时间不在合理范围内")
    return moment.astimezone(UTC)


#: A time a person chose.
Moment = Annotated[AwareDatetime, AfterValidator(_sensible)]


class IdPath(Asked):
    id: int = Field(ge=1, le=LARGEST_ID)


class FlowItem(Answer):
    name: str
    label: str
    #: Whether the setting `flow.preset` names it: callers meet it.
    selected: bool
    #: 0: as delivered.
    version: int
    published_at: datetime | None


class FlowPage(Answer):
    items: list[FlowItem]


class FlowVersionItem(Answer):
    version: int
    #: Display name; '' for the command line.
    author: str
    note: str
    published_at: datetime


class FlowDetail(Answer):
    name: str
    label: str
    selected: bool
    text: str
    version: int
    #: Whether callers meet the text as delivered.
    packaged: bool
    versions: list[FlowVersionItem]


class FlowText(Answer):
    version: int
    text: str


class FlowMistake(Answer):
    #: From 1.
    line: int
    #: '' where it concerns the whole file.
    step: str
    message: str
    fix: str
    message_en: str
    fix_en: str


class FlowNode(Answer):
    id: str
    label: str
    kind: str
    line: int
    prompts: list[str]


class FlowEdge(Answer):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, serialize_by_alias=True)

    source: str = Field(alias="from")
    target: str = Field(alias="to")
    #: The key pressed; '' where the flow just goes on; words for silence.
    key: str


class FlowGraph(Answer):
    nodes: list[FlowNode]
    edges: list[FlowEdge]


class FlowCheckAnswer(Answer):
    problems: list[FlowMistake]
    #: None while there are problems.
    graph: FlowGraph | None


class FlowPublished(Answer):
    version: int


class AnnouncementAnswer(Answer):
    id: int
    title: str
    text_zh: str
    text_en: str
    mode: AnnouncementMode
    #: Empty: all calls.
    queues: list[str]
    starts_at: datetime
    ends_at: datetime
    enabled: bool
    source: Source
    state: State
    has_audio: bool


class AnnouncementPage(Answer):
    items: list[AnnouncementAnswer]


class FlagAnswer(Answer):
    id: int
    #: Masked.
    number: str
    reason: str
    path: FlagPath
    state: FlagState
    call_id: str | None
    proposed_by: str
    created_at: datetime
    #: '' before the review.
    reviewed_by: str
    reviewed_at: datetime | None
    review_note: str
    expires_at: datetime
    ended_at: datetime | None
    end_note: str
    #: Whether the person who asks may approve or refuse it.
    may_review: bool


class FlagPage(Answer):
    items: list[FlagAnswer]


class ArticleAnswer(Answer):
    id: int
    title: str
    text: str
    key_order: int
    published: bool
    has_audio: bool


class ArticlePage(Answer):
    items: list[ArticleAnswer]
