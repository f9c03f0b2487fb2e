"""What the API says about rules, legal holds, deletions and personal data."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from recorder.retention.model import Flag, Kind
from recorder.retention.proposals import SignBar
from recorder.retention.tables import HoldScope, ItemState, ProposalState, RequestState
from web.api.recording_access import Reason
from web.api.route import Answer, Asked

_LARGEST_ID = 2**31 - 1


class PageQuery(Asked):
    limit: int = Field(50, ge=1, le=200)
    cursor: int | None = Field(None, ge=1, le=_LARGEST_ID)


class RuleForm(Asked):
    """All conditions that are set must hold; of several kinds or flags one is enough."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]
    #: True: calls with a case; False: calls without; None: either.
    has_case: bool | None = None
    kinds: list[Kind] = Field([], max_length=len(Kind))
    flags: list[Flag] = Field([], max_length=len(Flag))
    #: 0: for good.
    months: int = Field(ge=0, le=1200)


class RuleAnswer(Answer):
    id: int
    name: str
    has_case: bool | None
    kinds: list[Kind]
    flags: list[Flag]
    months: int
    #: Display names.
    made_by: str
    made_at: datetime
    ended_by: str | None
    ended_at: datetime | None


class SweepAnswer(Answer):
    """The last daily sweep."""

    day: date
    seen: int
    due: int
    held: int


class RetentionAnswer(Answer):
    #: Where no rule matches, months; 0: for good.
    case_months: int
    other_months: int
    signers: Literal["inspector_administrator", "administrators"]
    lifter: Literal["other_administrator", "administrator"]
    rules: list[RuleAnswer]
    last_sweep: SweepAnswer | None


class PreviewLine(Answer):
    recording_id: int
    call_id: str
    recorded_at: datetime
    duration_s: float


class PreviewAnswer(Answer):
    """What a rule would have proposed for deletion now."""

    #: Recordings looked at.
    seen: int
    due: int
    #: Due, but under legal hold.
    held: int
    #: The oldest ones.
    sample: list[PreviewLine]
    #: False: there are more recordings than could be looked at in a few seconds.
    complete: bool


class HoldForm(Asked):
    scope: HoldScope
    #: Id of the recording or call, number or id of the case, or a telephone number.
    target: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]
    reason: Reason


class LiftForm(Asked):
    reason: Reason


class HoldAnswer(Answer):
    id: int
    scope: HoldScope
    #: As `HoldForm.target`; numbers masked.
    target: str
    #: Of a case that is registered; else empty.
    case_number: str
    reason: str
    set_by: str
    set_at: datetime
    lifted_by: str | None
    lifted_at: datetime | None
    lift_reason: str
    may_lift: bool


class HoldPage(Answer):
    items: list[HoldAnswer]
    next: int | None


class DeletionForm(Asked):
    recording_ids: list[Annotated[int, Field(ge=1, le=_LARGEST_ID)]] = Field(min_length=1, max_length=200)
    why: Reason


class SignForm(Asked):
    note: str = Field("", max_length=200)


class RefuseForm(Asked):
    note: Reason


class DeletionAnswer(Answer):
    id: int
    #: Display name; None: the daily sweep.
    made_by: str | None
    made_at: datetime
    why: str
    state: ProposalState
    #: Who signed, in order.
    first_by: str | None
    second_by: str | None
    refused_by: str | None
    note: str
    #: State → how many recordings.
    counts: dict[ItemState, int]
    done_at: datetime | None
    may_sign: bool
    #: Why the reader cannot sign it; None: may.
    sign_bar: SignBar | None
    may_refuse: bool


class DeletionPage(Answer):
    items: list[DeletionAnswer]
    next: int | None


class ProofAnswer(Answer):
    """What is left of a deleted recording (删除证明): what it was, and who had it deleted."""

    deleted_at: datetime
    #: Display names of the two who signed.
    first_by: str
    second_by: str
    #: Of both sides as they were captured, and of the object as it lay in the archive.
    caller_sha256: str
    hotline_sha256: str
    archive_sha256: str
    archive_bytes: int
    store: str


class DeletionItem(Answer):
    id: int
    recording_id: int
    call_id: str
    recorded_at: datetime
    duration_s: float
    state: ItemState
    #: The rule it is by, or why it was not deleted.
    why: str
    #: None: not deleted.
    proof: ProofAnswer | None


class DeletionItems(Answer):
    items: list[DeletionItem]
    next: int | None


class DataRequestForm(Asked):
    number: str = Field(min_length=3, max_length=32)
    reason: Reason


class DataRequestAnswer(Answer):
    id: int
    #: Masked.
    number: str
    reason: str
    asked_by: str
    asked_at: datetime
    state: RequestState
    last_error: str
    calls: int
    recordings: int
    cases: int
    size: int
    ready_at: datetime | None
    expires_at: datetime | None
    fetched_at: datetime | None
    #: Whether the reader may fetch it, once, now.
    may_fetch: bool


class DataRequestPage(Answer):
    items: list[DataRequestAnswer]
    next: int | None
