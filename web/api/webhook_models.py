"""What webhooks take and answer."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from ticketing.tables import Stage
from ticketing.webhooks.tables import NAME_LENGTH, URL_LENGTH, DeliveryState, WebhookState
from web.api.route import Answer, Asked

_LARGEST_ID = 2**31 - 1
_MOST = 100


class WebhookPath(Asked):
    id: int = Field(ge=1, le=_LARGEST_ID)


class WebhookDeliveryPath(WebhookPath):
    delivery: int = Field(ge=1, le=_LARGEST_ID)


class WebhookForm(Asked):
    name: str = Field(min_length=1, max_length=NAME_LENGTH)
    url: str = Field(min_length=8, max_length=URL_LENGTH)
    #: Moves it is told of; empty: all.
    moves: list[str] = Field(default_factory=list, max_length=_MOST)
    #: Only of moves that end in one of these stages; empty: all.
    stages: list[Stage] = Field(default_factory=list, max_length=_MOST)


class WebhookChange(Asked):
    """Fields that are not named stay as they are."""

    name: str = Field("", min_length=1, max_length=NAME_LENGTH)
    url: str = Field("", min_length=8, max_length=URL_LENGTH)
    moves: list[str] = Field(default_factory=list, max_length=_MOST)
    stages: list[Stage] = Field(default_factory=list, max_length=_MOST)
    #: True: on again, from where it stopped; false: events gather.
    is_active: bool = True


class WebhookDeliveriesQuery(Asked):
    state: DeliveryState | None = None
    limit: int = Field(50, ge=1, le=200)
    cursor: int | None = Field(None, ge=1, le=_LARGEST_ID)


class WebhookAnswer(Answer):
    id: int
    name: str
    url: str
    moves: list[str]
    stages: list[str]
    state: WebhookState
    #: Why it was switched off.
    why: str
    made_at: datetime
    failing_since: datetime | None
    failures: int
    #: When the next attempt is due; null: at once, or nothing waits.
    next_at: datetime | None
    delivered_at: datetime | None
    #: Events not delivered yet.
    waiting: int


class WebhookPage(Answer):
    items: list[WebhookAnswer]


class NewWebhook(WebhookAnswer):
    shown_once: ClassVar[bool] = True
    #: Shown this once.
    secret: str


class WebhookSecret(Answer):
    shown_once: ClassVar[bool] = True
    #: Shown this once; the one before signs nothing any more.
    secret: str


class WebhookDeliveryLine(Answer):
    id: int
    sequence: int
    event_id: str
    move: str
    case_id: int
    state: DeliveryState
    attempts: int
    made_at: datetime
    done_at: datetime | None


class WebhookDeliveryPage(Answer):
    items: list[WebhookDeliveryLine]
    next: int | None


class WebhookAttemptLine(Answer):
    at: datetime
    took_ms: int
    #: HTTP status; null: no answer.
    status: int | None
    problem: str
    #: Excerpts; what was signed with is in neither.
    request: str
    response: str


class WebhookDeliveryDetail(WebhookDeliveryLine):
    body: str
    log: list[WebhookAttemptLine]
