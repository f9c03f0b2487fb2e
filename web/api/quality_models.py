"""What the API says about quality inspection. Seconds count from the beginning of the recording."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from pydantic import Field

from recorder.quality.prescore import Finding, Verdict
from recorder.quality.rules import Rule
from recorder.quality.scores import Given, total
from recorder.quality.scoring import ItemAnswer
from recorder.quality.sheet import Check, Sheet
from recorder.quality.tables import (
    QualitySample,
    QualityScore,
    QualitySheet,
    SampleState,
    ScoreState,
    SheetState,
)
from web.api.house_models import LARGEST_ID, IdPath
from web.api.route import Answer, Asked

__all__ = ["LARGEST_ID", "IdPath"]
Names = Mapping[int, str]


class SheetAnswer(Answer):
    id: int
    #: The same for all versions of a sheet.
    family: int
    version: int
    name: str
    state: SheetState
    body: Sheet
    #: Days of the calls it is for, both included; None: no bound.
    valid_from: date | None
    valid_until: date | None
    revision: int
    #: Display names; '' for the one delivered.
    created_by: str
    published_by: str
    published_at: datetime | None

    @classmethod
    def of(cls, sheet: QualitySheet, people: Names) -> SheetAnswer:
        same = ("id", "family", "version", "name", "state", "valid_from", "valid_until", "revision")
        return cls(
            **{name: getattr(sheet, name) for name in same},
            body=Sheet.model_validate(sheet.body),
            created_by=people.get(sheet.created_by or 0, ""),
            published_by=people.get(sheet.published_by or 0, ""),
            published_at=sheet.published_at,
        )


class SheetPage(Answer):
    items: list[SheetAnswer]


class SampleReason(Answer):
    rule: Rule
    #: The figure or words behind it.
    detail: str


class SampleAnswer(Answer):
    id: int
    recording_id: int
    call_id: str
    seat: str
    #: Display name of who sat there; '' where nobody knows.
    agent: str
    #: Of the call, in China.
    day: date
    reasons: list[SampleReason]
    priority: int
    state: SampleState
    claimed_by: str
    claimed_until: datetime | None
    #: Claimed by the person who asks.
    is_mine: bool
    skip_note: str
    #: Once it is scored.
    score_id: int | None
    total: float | None

    @classmethod
    def of(
        cls, sample: QualitySample, people: Names, viewer: int, score: QualityScore | None = None
    ) -> SampleAnswer:
        same = ("id", "recording_id", "call_id", "seat", "day", "priority", "state", "skip_note")
        claimed = sample.state == SampleState.CLAIMED
        return cls(
            **{name: getattr(sample, name) for name in same},
            agent=people.get(sample.agent_id or 0, ""),
            reasons=[SampleReason.model_validate(one) for one in sample.reasons],
            claimed_by=people.get(sample.claimed_by or 0, "") if claimed else "",
            claimed_until=sample.claimed_until,
            is_mine=claimed and sample.claimed_by == viewer,
            score_id=score.id if score else None,
            total=float(total(score)) if score else None,
        )


class SamplePage(Answer):
    items: list[SampleAnswer]
    next: int | None


class EvidenceAnswer(Answer):
    at_s: float
    #: Empty: a sound or a silence.
    words: str
    #: 0: a moment.
    length_s: float


class FindingAnswer(Answer):
    """One suggestion of the machine (智能预评)."""

    check: Check
    verdict: Verdict
    #: Silence: longest, seconds; talk-over: seconds; speech rate: characters a minute; forbidden: how often.
    figure: float | None
    #: Of silence: its share of the talk, 0 to 1.
    share: float | None
    evidence: list[EvidenceAnswer]
    #: It hangs on words the test model wrote: they say nothing about people.
    is_worthless: bool

    @classmethod
    def of(cls, found: Finding) -> FindingAnswer:
        return cls(
            check=found.check,
            verdict=found.verdict,
            figure=found.figure,
            share=found.share,
            evidence=[
                EvidenceAnswer(at_s=one.at_s, words=one.words, length_s=one.length_s)
                for one in found.evidence
            ],
            is_worthless=found.is_worthless,
        )


class SampleDetail(SampleAnswer):
    #: As saved by who holds it.
    draft: dict[str, Any]
    #: Those in force for the call's day.
    sheets: list[SheetAnswer]
    findings: list[FindingAnswer]


class ScoreMarkAnswer(Answer):
    at_s: float
    item: str
    text: str


class ScoreAnswer(Answer):
    id: int
    call_id: str
    recording_id: int
    seat: str
    agent: str
    inspector: str
    day: date
    #: 0.0 to 100.0.
    total: float
    is_fatal: bool
    passed: bool
    state: ScoreState
    submitted_at: datetime
    appeal_until: datetime
    #: When its seat looked at it.
    seen_at: datetime | None
    #: The person who asks may appeal now.
    may_appeal: bool
    #: The person who asks may review the appeal.
    may_review: bool

    @classmethod
    def facts(cls, score: QualityScore, people: Names, viewer: int, now: datetime, *, oversees: bool) -> Any:
        same = ("id", "call_id", "recording_id", "seat", "day", "is_fatal", "passed", "state")
        times = ("submitted_at", "appeal_until", "seen_at")
        is_open = score.state == ScoreState.SUBMITTED and now < score.appeal_until
        is_other = viewer not in (score.inspector_id, score.agent_id)
        return {name: getattr(score, name) for name in (*same, *times)} | {
            "agent": people.get(score.agent_id or 0, ""),
            "inspector": people.get(score.inspector_id, ""),
            "total": float(total(score)),
            "may_appeal": is_open and score.agent_id == viewer,
            "may_review": oversees and is_other and score.state == ScoreState.APPEALED,
        }


class ScorePage(Answer):
    items: list[ScoreAnswer]
    next: int | None


class AppealAnswer(Answer):
    by: str
    at: datetime
    reason: str
    #: '' before the review.
    reviewed_by: str
    reviewed_at: datetime | None
    review_note: str


class HistoryAnswer(Answer):
    at: datetime
    actor: str
    #: submitted, appealed, upheld, changed
    what: str
    total: float
    is_fatal: bool
    note: str


class ScoreDetail(ScoreAnswer):
    sheet: SheetAnswer
    answers: dict[str, ItemAnswer]
    comment: str
    marks: list[ScoreMarkAnswer]
    #: What the machine suggested when it was scored.
    findings: list[FindingAnswer]
    appeal: AppealAnswer | None
    history: list[HistoryAnswer]


class ScoreForm(Asked, Given):
    """A whole score."""

    sheet_id: int = Field(ge=1, le=LARGEST_ID)
