"""What a check of the histories finds, in words."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Problem(StrEnum):
    """What sort of damage it is."""

    CHANGED = "changed"  #: 条目被改动
    MISSING = "missing"  #: 条目缺失
    DETACHED = "detached"  #: 条目与前一条不相接
    CASE = "case"  #: 案卷与流转记录不符
    SEAL = "seal"  #: 封存有出入
    AUDIT = "audit"  #: 审计记录有出入


@dataclass(frozen=True)
class Finding:
    """One damaged entry: of which case, which entry, and what is wrong with it."""

    problem: Problem
    what: str
    what_zh: str
    case_id: int | None = None
    number: str | None = None
    seq: int | None = None

    def __str__(self) -> str:
        case = f"case {self.case_id}" + (f" ({self.number})" if self.number else "") if self.case_id else ""
        entry = f" entry {self.seq}" if self.seq else ""
        where = f"{case}{entry}: " if case else ""
        return f"{where}{self.what} / {self.what_zh}"


@dataclass
class Report:
    """Everything that was looked at and found."""

    cases: int = 0
    entries: int = 0
    seals: int = 0
    #: The last seal's root.
    root: str = ""
    #: Lines of the audit trail the chain has not taken in yet.
    audit_waiting: int = 0
    audit_links: int = 0
    findings: list[Finding] = field(default_factory=list)
