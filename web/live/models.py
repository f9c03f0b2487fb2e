"""What the live feed, the board and the screen pop are made of. Times are aware UTC, durations seconds."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import ConfigDict, Field

from web.api.models import CallSummary, CaseSummary, MenuStep
from web.api.route import Answer

SeatState = Literal[
    "offline",
    "unreachable",
    "ready",
    "ringing",
    "talking",
    "hold",
    "consult",
    "conference",
    "wrap_up",
    "paused",
    "outbound",
    "supervising",
]


class _Told(Answer):
    """Read from what another part wrote: a newer part may say more."""

    model_config = ConfigDict(extra="ignore", frozen=True, serialize_by_alias=True, validate_by_name=True)


class SeatDevice(_Told):
    kind: Literal["browser", "phone"]
    reachable: bool


class SeatPeer(_Told):
    """The other person of a consultation or conference."""

    kind: Literal["seat", "queue", "external"]
    value: str
    label: str
    state: Literal["ringing", "talking"]


class SeatCall(_Told):
    call_id: str
    state: Literal["ringing", "talking", "hold", "consult", "conference", "pin", "dialling"]
    direction: Literal["inbound", "outbound"]
    queue: str
    since: datetime
    peer: SeatPeer | None = Field(None, alias="with")


class SeatLive(_Told):
    """What a seat does at this moment (坐席状态)."""

    extension: str
    display_name: str
    account_id: int | None
    state: SeatState
    since: datetime
    #: Code of the pause reason; wrapup, callback, missed and outbound are our own.
    reason: str
    device: Literal["browser", "phone", ""]
    devices: list[SeatDevice]
    queues: list[str]
    #: End of the wrap-up, or of the pause's limit.
    until: datetime | None
    over_limit: bool
    call: SeatCall | None


class WaitingCall(Answer):
    call_id: str
    #: Always masked: the board hangs on a wall.
    caller: str
    since: datetime
    priority: int


class BoardFigures(Answer):
    """Figures of today, of one queue or of all (hotline.md section 2); rates are 0 to 1."""

    longest_wait_s: float
    ready: int
    talking: int
    paused: int
    #: Asked for a person (请求人工).
    offered: int
    answered: int
    answered_15s: int
    #: 15 s answer rate (15秒接通率): answered within 15 s / asked; None: nobody's turn was decided yet.
    rate_15s: float | None
    #: Connection rate (接通率): answered / asked.
    connection_rate: float | None
    #: Gave up waiting (放弃).
    abandoned: int
    #: Of those answered.
    mean_wait_s: float | None


class BoardQueue(BoardFigures):
    name: str
    label: str
    label_en: str
    #: Longest first.
    waiting: list[WaitingCall]


class BoardTotal(BoardFigures):
    waiting: int


class Channels(Answer):
    used: int
    limit: int


class Alarm(Answer):
    kind: str
    text: str
    text_en: str
    since: datetime


class BoardHour(Answer):
    """Calls that began in an hour of today (China time)."""

    hour: int
    offered: int
    answered: int
    abandoned: int


class Board(Answer):
    """The live board (实时看板)."""

    at: datetime
    queues: list[BoardQueue]
    total: BoardTotal
    seats: list[SeatLive]
    trunk: Channels
    ivr: Channels
    alarms: list[Alarm]
    hours: list[BoardHour]


class PopFlag(Answer):
    """The number is flagged (号码标记)."""

    path: str
    reason: str
    expires_at: datetime


class PopSurvey(Answer):
    """What this caller thought of earlier talks: 1 (非常满意) to 5 (非常不满意)."""

    asked: int
    mean: float | None
    last: int | None


class Pop(Answer):
    """Screen pop (来电弹屏): who rings, and what the house knows of them."""

    call_id: str
    why: Literal["queue", "transfer", "return", "consult", "callback", "resume", "outbound"]
    queue: str
    queue_label: str
    rang_at: datetime
    #: As the seat may see it: whole once it has answered.
    caller: str
    caller_kind: str
    #: Where the number is from (归属地); empty: not known.
    place: str
    marks: list[str]
    flag: PopFlag | None
    language: str
    menu_path: list[MenuStep]
    wait_s: float
    priority: int
    #: The draft opened from the call; None: not opened yet.
    case_id: int | None
    #: Of this number, newest first.
    earlier_calls: list[CallSummary]
    earlier_cases: list[CaseSummary]
    #: Open cases in the street of this call's draft, or else of the caller's last case.
    open_nearby: list[CaseSummary]
    survey: PopSurvey | None


class Notice(Answer):
    """A short text from a leader to seats (通知)."""

    id: int
    text: str
    #: Display name.
    sender: str = Field(serialization_alias="from")
    at: datetime

    model_config = ConfigDict(extra="forbid", frozen=True, serialize_by_alias=True, validate_by_name=True)
