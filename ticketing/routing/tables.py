"""Tables of routing: the rules of each version, and what was decided with them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class VersionState(StrEnum):
    """A version is worked on, then either in force or thrown away; it never comes back."""

    DRAFT = "draft"  #: 草稿
    PUBLISHED = "published"  #: 已发布; the newest of these is in force
    DISCARDED = "discarded"  #: 已放弃


class Basis(StrEnum):
    """What a proposed unit stands on."""

    RULE = "rule"  #: 规则
    CATALOGUE = "catalogue"  #: 目录规定的责任单位
    CATCH_ALL = "catch_all"  #: 属地兜底
    HISTORY = "history"  #: 历史办理
    NONE = "none"  #: 无规则适用


class DecisionOutcome(StrEnum):
    """What became of a case that was given to a unit."""

    OPEN = "open"  #: 待接收
    ACCEPTED = "accepted"  #: 已接收
    RETURNED = "returned"  #: 退单
    PASSED_ON = "passed_on"  #: 区级转派 to another unit, or taken back otherwise


class ReturnVerdict(StrEnum):
    """Why a case came back, as a reviewer found."""

    RULE = "rule"  #: 规则有误: the rules should change
    DISPATCH = "dispatch"  #: 派遣有误: the dispatcher chose otherwise than proposed, and wrongly
    UNIT = "unit"  #: 单位推诿: it was the unit's
    OTHER = "other"  #: 其他


class RoutingVersion(Base):
    """A set of rules (派遣规则版本)."""

    __tablename__ = "routing_versions"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[str] = mapped_column(String(16), index=True)
    #: The version it began as a copy of.
    based_on: Mapped[int | None]
    #: Goes up with every change of the draft; a writer names the one it saw.
    revision: Mapped[int] = mapped_column(default=1)
    note: Mapped[str] = mapped_column(Text, default="")
    made_at: Mapped[datetime]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    published_at: Mapped[datetime | None]
    published_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))


class RoutingRule(Base):
    """Class × place × time → unit. An empty cell means any."""

    __tablename__ = "routing_rules"
    __table_args__ = (Index("ix_routing_rules_match", "version", "category_code", "place"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(ForeignKey("routing_versions.version"))
    category_edition: Mapped[str] = mapped_column(String(8), default="")
    #: 部件 or 事件.
    category_kind: Mapped[str] = mapped_column(String(8), default="")
    #: A whole code, or its first two digits: the major class (大类).
    category_code: Mapped[str] = mapped_column(String(8), default="")
    #: Code of a district, street, community or grid cell.
    place: Mapped[str] = mapped_column(String(15), default="")
    #: As `core.calendar.Hours` reads it.
    hours: Mapped[str] = mapped_column(String(64), default="always")
    #: MM-DD, both included, may go over New Year (供热期 11-05 to 04-05); empty: all the year.
    season_from: Mapped[str] = mapped_column(String(5), default="")
    season_to: Mapped[str] = mapped_column(String(5), default="")
    unit: Mapped[str] = mapped_column(ForeignKey("units.code"))
    #: What the rule stands on (依据), for people.
    ground: Mapped[str] = mapped_column(String(200), default="")


class RoutingDecision(Base):
    """A case was given to a unit (派遣, 区级转派): what was proposed, what was done, what became of it."""

    __tablename__ = "routing_decisions"
    __table_args__ = (
        Index("ix_routing_decisions_tally", "category_kind", "category_code", "district", "at"),
        Index("ix_routing_decisions_outcome", "outcome", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    move: Mapped[str] = mapped_column(String(32))
    category_edition: Mapped[str | None] = mapped_column(String(8))
    category_kind: Mapped[str | None] = mapped_column(String(8))
    category_code: Mapped[str | None] = mapped_column(String(8))
    district: Mapped[str | None] = mapped_column(String(15))
    #: Rules in force at that moment; they never change afterwards.
    version: Mapped[int | None] = mapped_column(ForeignKey("routing_versions.version"))
    rule_id: Mapped[int | None] = mapped_column(ForeignKey("routing_rules.id"))
    proposed: Mapped[str | None] = mapped_column(ForeignKey("units.code"))
    basis: Mapped[str] = mapped_column(String(16))
    because: Mapped[str] = mapped_column(Text, default="")
    unit: Mapped[str] = mapped_column(ForeignKey("units.code"))
    outcome: Mapped[str] = mapped_column(String(16), default=DecisionOutcome.OPEN)
    outcome_at: Mapped[datetime | None]
    outcome_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    outcome_note: Mapped[str] = mapped_column(Text, default="")
    #: Review (复核) of a returned one.
    verdict: Mapped[str] = mapped_column(String(16), default="")
    reviewed_at: Mapped[datetime | None]
    reviewed_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    review_note: Mapped[str] = mapped_column(Text, default="")
