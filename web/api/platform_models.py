"""What the exchange with other platforms takes and answers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from pydantic import Field

from ticketing.exchange.messages import Day
from ticketing.exchange.tables import (
    Format,
    MessageKind,
    MessageState,
    PlatformKind,
    Table,
    Way,
)
from web.api.route import Answer, Asked

_LARGEST_ID = 2**31 - 1
_CODE = r"^[a-z0-9][a-z0-9-]{0,11}$"
_URL_LENGTH, _CODE_LENGTH = 512, 64


class PlatformPath(Asked):
    code: str = Field(pattern=_CODE)


class PlatformCodePath(PlatformPath):
    id: int = Field(ge=1, le=_LARGEST_ID)


class PlatformMessagePath(PlatformPath):
    id: int = Field(ge=1, le=_LARGEST_ID)


class PlatformDayPath(PlatformPath):
    day: Day


class PlatformForm(Asked):
    code: str = Field(pattern=_CODE)
    name: str = Field(min_length=1, max_length=64)
    kind: PlatformKind
    format: Format = Format.JSON
    #: Where our messages go; empty: it only sends.
    url: str = Field("", max_length=_URL_LENGTH)
    #: User name of whoever it moves cases as; empty: its reports move nothing.
    account: str = Field("", max_length=64)


class PlatformChange(Asked):
    """Fields that are not named stay as they are."""

    name: str = Field("", min_length=1, max_length=64)
    kind: PlatformKind = PlatformKind.OTHER
    format: Format = Format.JSON
    url: str = Field("", max_length=_URL_LENGTH)
    account: str = Field("", max_length=64)
    is_active: bool = True


class PlatformCodeForm(Asked):
    table: Table
    way: Way
    ours: str = Field(min_length=1, max_length=_CODE_LENGTH)
    theirs: str = Field(min_length=1, max_length=_CODE_LENGTH)
    #: What they call it.
    name: str = Field("", max_length=64)


class PlatformMessagesQuery(Asked):
    way: Way | None = None
    state: MessageState | None = None
    limit: int = Field(50, ge=1, le=200)
    cursor: int | None = Field(None, ge=1, le=_LARGEST_ID)


class PlatformAnswer(Answer):
    code: str
    name: str
    kind: PlatformKind
    format: Format
    url: str
    is_active: bool
    account: str
    made_at: datetime
    failing_since: datetime | None
    failures: int
    next_at: datetime | None
    #: Last message of theirs that was signed well, and last of ours that got there.
    heard_at: datetime | None
    reached_at: datetime | None
    #: Messages not sent, those held for want of a mapping, and codes without one.
    waiting: int
    held: int
    unmapped: int


class PlatformPage(Answer):
    items: list[PlatformAnswer]


class NewPlatform(PlatformAnswer):
    shown_once: ClassVar[bool] = True
    #: Both sides sign with it. Shown this once.
    secret: str


class PlatformSecret(Answer):
    shown_once: ClassVar[bool] = True
    #: Shown this once.
    secret: str


class PlatformCodeAnswer(Answer):
    id: int
    table: Table
    way: Way
    ours: str
    theirs: str
    name: str


class PlatformCodes(Answer):
    items: list[PlatformCodeAnswer]


class UnmappedAnswer(Answer):
    table: Table
    way: Way
    code: str
    times: int
    first_at: datetime
    last_at: datetime


class UnmappedCodes(Answer):
    items: list[UnmappedAnswer]


class PlatformMessageLine(Answer):
    id: int
    way: Way
    message_id: str
    kind: MessageKind
    day: date
    case_id: int | None
    reference: str
    state: MessageState
    problem: str
    attempts: int
    made_at: datetime
    sent_at: datetime | None
    acknowledged_at: datetime | None


class PlatformMessagePage(Answer):
    items: list[PlatformMessageLine]
    next: int | None


class PlatformMessageDetail(PlatformMessageLine):
    #: By our codes, or as it came.
    content: dict[str, Any]
    receipt: dict[str, Any]


class PlatformDay(Answer):
    """Lists of message ids; the last four say nothing unless `is_compared`."""

    day: date
    sent: list[str]
    acknowledged: list[str]
    refused_by_them: list[str]
    without_receipt: list[str]
    unsent: list[str]
    received: list[str]
    refused_by_us: list[str]
    #: Whether the other side's list is here.
    is_compared: bool
    #: They sent it, we have not got it; we sent it, they have not got it.
    missing_here: list[str]
    missing_there: list[str]
    #: We got it, they do not list it; they got it, we do not list it.
    not_listed: list[str]
    never_sent: list[str]
    words: str
