"""How long a recording is kept, as plain data: facts of its call, rules, and the verdict.

Of the rules that match, the one that keeps longest decides; where none matches, the settings do
(`retention.case_months`, `retention.other_months`). A recording whose case is still open is never due.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession


class Kind(StrEnum):
    """What sort of call a recording is of."""

    ANSWERED = "answered"  #: 人工接听
    MESSAGE = "message"  #: 留言
    MISSED = "missed"  #: 未接通: gave up, asked to be called back, or could not be served
    MENU = "menu"  #: 仅语音菜单: ended in the menu
    CALLBACK = "callback"  #: 回拨
    VISIT = "visit"  #: 回访
    FORWARDED = "forwarded"  #: 外转


class Flag(StrEnum):
    """A mark of the call that may lengthen or shorten how long it is kept."""

    CONFIDENTIAL = "confidential"  #: 保密
    EMERGENCY = "emergency"  #: 紧急
    NUISANCE = "nuisance"  #: 骚扰


@dataclass(frozen=True)
class CallFacts:
    """As much of a call and its case as retention has to know."""

    call_id: str
    #: Its end, or its beginning where nobody noticed the end.
    ended_at: datetime
    kind: Kind
    flags: frozenset[Flag] = frozenset()
    #: Of a draft too: it can be put under legal hold.
    case_id: int | None = None
    #: Whether that case has been registered: a draft nobody took up keeps nothing.
    has_case: bool = False
    #: None: there is no case, or it is not closed.
    case_closed_at: datetime | None = None
    #: Normalised numbers the call and its case are about; never empty strings.
    numbers: frozenset[str] = frozenset()


class Facts(Protocol):
    """Calls and cases, which are other rooms', wired in by whoever composes the processes."""

    async def of(self, session: AsyncSession, call_ids: Collection[str]) -> Mapping[str, CallFacts]:
        """The facts of those of `call_ids` that the ledger knows."""
        ...


@dataclass(frozen=True)
class Rule:
    """One rule; `months` 0 keeps for good."""

    id: int
    name: str
    months: int
    has_case: bool | None = None
    kinds: frozenset[Kind] = frozenset()
    flags: frozenset[Flag] = frozenset()

    def matches(self, facts: CallFacts) -> bool:
        return (
            self.has_case in (None, facts.has_case)
            and (not self.kinds or facts.kind in self.kinds)
            and (not self.flags or bool(self.flags & facts.flags))
        )


@dataclass(frozen=True)
class Standard:
    """What holds where no rule does, in months; 0: for good."""

    case_months: int
    other_months: int


@dataclass(frozen=True)
class Verdict:
    """Until when a recording is kept (None: for good, or for as long as its case is open), and by what."""

    keep_until: datetime | None
    #: None: by the settings.
    rule: Rule | None

    def is_due(self, now: datetime) -> bool:
        return self.keep_until is not None and self.keep_until <= now


def verdict(facts: CallFacts, rules: Iterable[Rule], standard: Standard) -> Verdict:
    """Until when the recording of a call is kept."""
    matching = [rule for rule in rules if rule.matches(facts)]
    rule = max(matching, key=lambda one: (one.months == 0, one.months), default=None)
    by_link = standard.case_months if facts.has_case else standard.other_months
    months = rule.months if rule else by_link
    if not months or (facts.has_case and facts.case_closed_at is None):
        return Verdict(None, rule)
    since = max(facts.ended_at, facts.case_closed_at or facts.ended_at)
    return Verdict(months_after(since, months), rule)


def months_after(moment: datetime, months: int) -> datetime:
    """The same day and time so many months later (negative: earlier), or the last day of a shorter month."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last))
