"""What the API says about routing rules (派遣规则)."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from ticketing.routing.editing import RuleForm
from ticketing.routing.tables import Basis, DecisionOutcome, ReturnVerdict, VersionState
from web.api.house_models import Moment
from web.api.route import Answer, Asked

LARGEST = 2**31 - 1


class RoutingVersionPath(Asked):
    version: int = Field(ge=1, le=LARGEST)


class RevisionQuery(Asked):
    #: Of the draft the writer was looking at.
    revision: int = Field(ge=1, le=LARGEST)


class RoutingRulePath(Asked):
    id: int = Field(ge=1, le=LARGEST)


class RoutingRuleForm(RuleForm, Asked):
    revision: int = Field(ge=1, le=LARGEST)


class PublishRulesForm(RevisionQuery):
    note: str = Field(min_length=1, max_length=500)


class RoutingVersionAnswer(Answer):
    version: int
    state: VersionState
    #: Callers' cases are routed by it now.
    in_force: bool
    based_on: int | None
    revision: int
    note: str
    rules: int
    made_at: datetime
    #: Display name; empty: the system.
    made_by: str
    published_at: datetime | None
    published_by: str


class RoutingVersions(Answer):
    #: Newest first; discarded drafts are left out.
    items: list[RoutingVersionAnswer]


class RoutingRuleAnswer(Answer):
    id: int
    #: Empty: any.
    category_edition: str
    category_kind: str
    category_code: str
    category_name: str
    place: str
    place_name: str
    hours: str
    season_from: str
    season_to: str
    unit: str
    ground: str
    #: 属地兜底
    is_catch_all: bool


class RoutingProblem(Answer):
    #: None: of the whole set.
    rule_id: int | None
    message: str
    message_en: str


class RoutingVersionDetail(Answer):
    version: int
    state: VersionState
    revision: int
    rules: list[RoutingRuleAnswer]
    #: What keeps it from being published.
    problems: list[RoutingProblem]


class TallyAnswer(Answer):
    unit: str
    accepted: int
    returned: int


class ProposalAnswer(Answer):
    #: None: nobody is proposed.
    unit: str | None
    because: str
    because_en: str
    basis: Basis
    version: int | None
    rule_id: int | None
    #: The unit the rule names, also where history says otherwise.
    by_rule: str | None
    #: Cases of the class in the district, of the last `history_days` days, by unit.
    history: list[TallyAnswer]
    history_days: int


class TryQuery(Asked):
    edition: str = Field("", max_length=8)
    kind: str = Field("", max_length=8)
    code: str = Field("", max_length=8)
    #: Code of a district, street, community or grid cell.
    place: str = Field("", max_length=15, pattern=r"^[0-9]*$")
    #: None: now.
    at: Moment | None = None
    #: None: the version in force.
    version: int | None = Field(None, ge=1, le=LARGEST)


class WhatIfQuery(Asked):
    days: int = Field(90, ge=1, le=3650)
    #: Cases looked at, at most.
    limit: int = Field(2000, ge=1, le=5000)


class FlowAnswer(Answer):
    #: Units; None: nobody.
    before: str | None
    after: str | None
    cases: int


class MovedCase(Answer):
    case_id: int
    number: str | None
    dispatched_at: datetime
    address: str
    kind: str
    code: str
    before: str | None
    after: str | None
    before_rule: int | None
    after_rule: int | None
    #: Unit that has the case, or had it last.
    actual: str | None
    accepted: bool


class WhatIfAnswer(Answer):
    version: int
    #: Version it is compared with; None: with having no rules.
    against: int | None
    seen: int
    moved: int
    accepted: int
    #: Accepted cases that each version would have sent to the unit that accepted.
    right_before: int
    right_after: int
    flows: list[FlowAnswer]
    #: The newest of those that move, 200 at most.
    cases: list[MovedCase]


class ReturnsQuery(Asked):
    #: Only those nobody has reviewed.
    waiting: bool = True
    limit: int = Field(50, ge=1, le=200)
    cursor: str = Field("", max_length=16)


class ReturnedAnswer(Answer):
    id: int
    case_id: int
    number: str | None
    address: str
    category_kind: str | None
    category_code: str | None
    district: str | None
    dispatched_at: datetime
    dispatched_by: str
    #: Unit that returned it, and the one that was proposed.
    unit: str
    proposed: str | None
    because: str
    basis: Basis
    version: int | None
    rule_id: int | None
    outcome: DecisionOutcome
    returned_at: datetime | None
    returned_by: str
    reason: str
    #: Empty: waits for a review.
    verdict: ReturnVerdict | str
    review_note: str
    reviewed_by: str
    reviewed_at: datetime | None


class ReturnedPage(Answer):
    items: list[ReturnedAnswer]
    next: str | None
    waiting: int


class ReturnReviewForm(Asked):
    verdict: ReturnVerdict
    note: str = Field(min_length=1, max_length=500)


class ReturnReviewed(Answer):
    id: int
    verdict: ReturnVerdict
