"""Why a call is worth listening to (抽检规则). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from core.recorder_settings import Quality


class Rule(StrEnum):
    """Why a sample was made."""

    RANDOM = "random"  #: 随机抽检
    KEYWORD = "keyword"  #: 关键词告警
    LOW_SURVEY = "low_survey"  #: 满意度低
    COMPLAINT = "complaint"  #: 投诉来电
    TALK_OVER = "talk_over"  #: 抢话
    SILENCE = "silence"  #: 长静音
    SHORT = "short"  #: 通话过短
    LONG = "long"  #: 通话过长
    NEW_SEAT = "new_seat"  #: 新坐席
    MANUAL = "manual"  #: 人工指定


#: What an inspector should hear first; a call several rules hold for has their sum.
WEIGHTS = {
    Rule.RANDOM: 1,
    Rule.NEW_SEAT: 2,
    Rule.SHORT: 3,
    Rule.LONG: 3,
    Rule.SILENCE: 6,
    Rule.TALK_OVER: 8,
    Rule.COMPLAINT: 10,
    Rule.LOW_SURVEY: 20,
    Rule.KEYWORD: 40,
    Rule.MANUAL: 60,
}


@dataclass(frozen=True)
class Candidate:
    """A recorded talk of a seat with a citizen, as far as the rules care."""

    recording_id: int
    call_id: str
    seat: str
    #: Who sat there; None: nobody we know.
    agent_id: int | None
    #: In China.
    day: date
    talk_s: float
    #: 1 (very satisfied) to 5; None: no answer.
    survey: int | None = None
    #: Words of alert lists that were said.
    keywords: tuple[str, ...] = ()
    #: None: not measured (yet).
    longest_silence_s: float | None = None
    talk_over_s: float | None = None
    is_complaint: bool = False
    #: Days the account of who sat there had been there.
    agent_days: int | None = None


@dataclass(frozen=True)
class Reason:
    rule: Rule
    #: The figure or words behind it, for eyes: "5", "爆炸、漏气", "32".
    detail: str = ""


class Candidates(Protocol):
    """Where talks come from; the rooms above put ledger, cases and recordings together."""

    async def between(self, first: date, last: date) -> list[Candidate]:
        """Talks of these days (in China), both included, whose recording can be played."""
        ...


def reasons(one: Candidate, settings: Quality) -> list[Reason]:
    """All rules that hold for it, the weightiest first."""
    found = [
        Reason(Rule.KEYWORD, "、".join(one.keywords[:5])) if one.keywords else None,
        Reason(Rule.LOW_SURVEY, str(one.survey)) if (one.survey or 0) >= settings.low_survey else None,
        Reason(Rule.COMPLAINT) if one.is_complaint else None,
        _over(Rule.TALK_OVER, one.talk_over_s, settings.talk_over_s),
        _over(Rule.SILENCE, one.longest_silence_s, settings.longest_silence_s),
        Reason(Rule.SHORT, f"{one.talk_s:.0f}") if one.talk_s < settings.short_talk_s else None,
        _over(Rule.LONG, one.talk_s, settings.long_talk_s),
        _new(one, settings.new_seat_days),
    ]
    return [reason for reason in found if reason]


def priority(found: list[Reason]) -> int:
    return sum(WEIGHTS[one.rule] for one in found)


def _over(rule: Rule, value: float | None, limit: float) -> Reason | None:
    """`limit` 0: the rule is off."""
    return Reason(rule, f"{value:.0f}") if value is not None and limit and value > limit else None


def _new(one: Candidate, days: int) -> Reason | None:
    is_new = one.agent_days is not None and one.agent_days < days
    return Reason(Rule.NEW_SEAT, str(one.agent_days)) if is_new else None
