"""What platforms tell each other: one envelope, four contents. Codes in it are the other platform's own."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from ticketing.exchange.tables import REFERENCE_LENGTH, MessageKind
from ticketing.forms import CaseKind, Line, Paragraphs, Urgency

VERSION = "1"
#: Lines of a reconciliation list, each way.
MOST_IDS = 20_000
_Id = Annotated[str, Field(min_length=1, max_length=REFERENCE_LENGTH, pattern=r"^[\w.:-]+$")]
#: A calendar has an end either way; nobody exchanged anything near it.
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2199, 12, 31))]
_FIRST, _LAST = (datetime(year, 1, 1, tzinfo=UTC) for year in (2000, 2199))
_TheirCode = Annotated[Line, Field(max_length=64)]


def _empty_is_null(value: object) -> object:
    return None if value == "" else value


def _empty_is_none_of_them(value: object) -> object:
    return [] if value == "" else value


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, populate_by_name=True)


class CaseContent(_Part):
    """A case that the receiver should take."""

    #: The sender's number of it.
    reference: _Id
    kind: Annotated[CaseKind | None, BeforeValidator(_empty_is_null)] = None
    urgency: Annotated[Urgency | None, BeforeValidator(_empty_is_null)] = None
    class_: _TheirCode = Field("", alias="class")
    #: District, and street in it.
    place: _TheirCode = ""
    street: _TheirCode = ""
    #: Who should handle it.
    unit: _TheirCode = ""
    address: Line = Field("", max_length=256)
    longitude: Annotated[float | None, BeforeValidator(_empty_is_null), Field(ge=-180, le=180)] = None
    latitude: Annotated[float | None, BeforeValidator(_empty_is_null), Field(ge=-90, le=90)] = None
    description: Paragraphs = Field("", max_length=4000)
    reporter_name: Line = Field("", max_length=64)
    callback_number: Line = Field("", max_length=32)
    confidential: bool = False
    due_at: Annotated[AwareDatetime | None, BeforeValidator(_empty_is_null)] = None


class StateContent(_Part):
    """How far a case is."""

    #: The number the receiver knows the case by: its own, or the one it was told with the case.
    reference: _Id
    #: The sender's number of it.
    number: Line = Field("", max_length=REFERENCE_LENGTH)
    stage: Annotated[Line, Field(min_length=1, max_length=64)]
    unit: _TheirCode = ""
    note: Paragraphs = Field("", max_length=1000)
    due_at: Annotated[AwareDatetime | None, BeforeValidator(_empty_is_null)] = None


class Unmapped(_Part):
    """A code that stands in no mapping table."""

    table: Literal["class", "place", "stage", "unit"]
    code: Line = Field(max_length=64)


class ReceiptContent(_Part):
    """What became of a message (回执)."""

    receipt_of: _Id
    result: Literal["accepted", "duplicate", "refused"]
    reason: Paragraphs = Field("", max_length=1000)
    #: The receiver's number of the case.
    number: Line = Field("", max_length=REFERENCE_LENGTH)
    unmapped: Annotated[list[Unmapped], BeforeValidator(_empty_is_none_of_them), Field(max_length=20)] = []


class DailyContent(_Part):
    """The sender's list of a day's messages (对账单): ids of cases and states alone."""

    day: Day
    sent: Annotated[list[_Id], BeforeValidator(_empty_is_none_of_them), Field(max_length=MOST_IDS)] = []
    received: Annotated[list[_Id], BeforeValidator(_empty_is_none_of_them), Field(max_length=MOST_IDS)] = []


Content = CaseContent | StateContent | ReceiptContent | DailyContent
CONTENTS: dict[MessageKind, type[CaseContent | StateContent | ReceiptContent | DailyContent]] = {
    MessageKind.CASE: CaseContent,
    MessageKind.STATE: StateContent,
    MessageKind.RECEIPT: ReceiptContent,
    MessageKind.DAILY: DailyContent,
}


class Envelope(_Part):
    """What is the same around every content."""

    version: Literal["1"]
    #: The same each time a message is sent.
    id: _Id
    #: Never the same twice.
    nonce: Annotated[str, Field(min_length=8, max_length=64, pattern=r"^[\w-]+$")]
    at: Annotated[AwareDatetime, Field(ge=_FIRST, le=_LAST)]
    type: MessageKind


class Message(_Part):
    """Envelope and content."""

    envelope: Envelope
    content: Content

    @property
    def digest(self) -> str:
        """Of what is said: the same for a repetition, whichever format it comes in."""
        said = json.dumps([self.envelope.type, as_json(self.content)], ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()


def as_json(content: Content) -> dict[str, Any]:
    """All that is said, nothing that is not."""
    return content.model_dump(mode="json", by_alias=True, exclude_defaults=True)
