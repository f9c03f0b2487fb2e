"""Messages to citizens and staff as the API says them: templates, messages, contacts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AwareDatetime, Field

from ticketing.notices.tables import Audience, Confidential, Held, Language, MessageChannel, SendState
from ticketing.notices.words import TEMPLATE_LENGTH
from web.api.route import Answer, Asked

_LARGEST_ID = 2**31 - 1
_SUBJECT_LENGTH = 120
#: A time every zone and database can hold.
Moment = Annotated[
    AwareDatetime, Field(ge=datetime(2000, 1, 1, tzinfo=UTC), lt=datetime(2200, 1, 1, tzinfo=UTC))
]
Move = Annotated[str, Field(min_length=1, max_length=32)]


class IdPath(Asked):
    id: int = Field(ge=1, le=_LARGEST_ID)


class TemplateForm(Asked):
    #: Name of a move of the workflow table.
    move: Move
    audience: Audience
    channel: MessageChannel
    language: Language = Language.ZH
    #: Of e-mails.
    subject: str = Field("", max_length=_SUBJECT_LENGTH)
    #: With placeholders, `{案卷号}` or `{number}`.
    text: str = Field(min_length=1, max_length=TEMPLATE_LENGTH)
    #: Sent at night too.
    urgent: bool = False
    confidential: Confidential = Confidential.BARE
    enabled: bool = True


class TemplateChange(Asked):
    """Fields that are not named stay as they are."""

    #: Of the template the writer was looking at.
    version: int = Field(ge=1, le=_LARGEST_ID)
    subject: str | None = Field(None, max_length=_SUBJECT_LENGTH)
    text: str | None = Field(None, min_length=1, max_length=TEMPLATE_LENGTH)
    urgent: bool | None = None
    confidential: Confidential | None = None
    enabled: bool | None = None


class TemplateAnswer(Answer):
    id: int
    move: str
    #: As this city calls it.
    move_label: str
    move_label_en: str
    audience: Audience
    channel: MessageChannel
    language: Language
    subject: str
    text: str
    urgent: bool
    confidential: Confidential
    enabled: bool
    version: int
    changed_at: AwareDatetime


class PlaceholderAnswer(Answer):
    name: str
    label: str
    label_en: str
    example: str
    #: Left out where the case is confidential.
    private: bool


class GatewaysAnswer(Answer):
    """How each channel is sent: log, http, smtp, off."""

    sms: str
    wechat: str
    email: str


class TemplatesAnswer(Answer):
    items: list[TemplateAnswer]
    placeholders: list[PlaceholderAnswer]
    gateways: GatewaysAnswer
    #: When messages are sent.
    hours: str


class PreviewForm(TemplateForm):
    #: Show it as for this case; empty: with examples.
    case_number: str = Field("", max_length=19)


class TemplatePreview(Answer):
    subject: str
    text: str
    length: int
    #: How many SMS it is billed as; 0: it is none.
    sms: int


class MessagesQuery(Asked):
    state: SendState | None = None
    channel: MessageChannel | None = None
    audience: Audience | None = None
    case_number: str = Field("", max_length=19)
    #: A whole number or address.
    recipient: str = Field("", max_length=254)
    since: Moment | None = None
    until: Moment | None = None
    limit: int = Field(50, ge=1, le=200)
    cursor: str = Field("", max_length=9)


class AttemptAnswer(Answer):
    at: AwareDatetime
    #: delivered, retry, refused
    outcome: str
    status: int | None
    why: str
    took_ms: int


class MessageAnswer(Answer):
    id: int
    case_id: int
    case_number: str
    move: str
    move_label: str
    move_label_en: str
    audience: Audience
    channel: MessageChannel
    language: Language
    #: Masked; nothing of it where the case is confidential.
    recipient: str
    subject: str
    text: str
    urgent: bool
    state: SendState
    #: What it waits for.
    held: Held
    #: Why it waits, failed or is not sent.
    why: str
    created_at: AwareDatetime
    #: Of a waiting message: when it is tried next.
    next_at: AwareDatetime | None
    sent_at: AwareDatetime | None
    #: What the gateway calls it.
    reference: str
    resent_of: int | None
    attempts: list[AttemptAnswer]


class MessagesAnswer(Answer):
    items: list[MessageAnswer]
    next: str | None


class CaseMessages(Answer):
    items: list[MessageAnswer]


class CountAnswer(Answer):
    channel: MessageChannel
    state: SendState
    held: Held
    count: int


class CountsAnswer(Answer):
    """Messages of the last 24 hours, and all that wait."""

    items: list[CountAnswer]


class CaseContactBody(Asked):
    """How a reporter wants to hear from us."""

    email: str = Field("", max_length=254)
    #: OpenID at the centre's WeChat account.
    wechat: str = Field("", max_length=64)
    language: Language = Language.ZH
    #: The one channel they want; empty: each there is.
    channel: MessageChannel | None = None


class CaseContactAnswer(CaseContactBody, Answer):
    pass


class StaffContactBody(Asked):
    mobile: str = Field("", max_length=32)
    email: str = Field("", max_length=254)
    wechat: str = Field("", max_length=64)


class StaffContactAnswer(StaffContactBody, Answer):
    account_id: int
    display_name: str
    role: str
    unit: str | None


class StaffContacts(Answer):
    items: list[StaffContactAnswer]
