"""What may be wrong with the archive, each in words for a person; the names are stable."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

#: So many findings are kept for the report; all are counted, and told as they are found.
MOST_KEPT = 1000


class Problem(StrEnum):
    """The classes of findings."""

    MISSING = "missing_object"
    DAMAGED = "damaged_object"
    KEY = "missing_key"
    STRAY = "stray_object"
    STORE = "store_unavailable"
    NO_TOMBSTONE = "no_tombstone"
    WRONG_TOMBSTONE = "wrong_tombstone"
    NOT_DELETED = "object_of_deleted"
    UNRECORDED = "unrecorded_call"
    CHAIN = "chain_changed"
    REMOVED = "recording_removed"
    CHANGED = "recording_changed"
    ADDED = "recording_not_in_chain"


WORDS = {
    Problem.MISSING: "对象缺失",
    Problem.DAMAGED: "对象损坏",
    Problem.KEY: "缺少主密钥",
    Problem.STRAY: "无主对象",
    Problem.STORE: "存储不可用",
    Problem.NO_TOMBSTONE: "无删除凭证",
    Problem.WRONG_TOMBSTONE: "删除凭证不符",
    Problem.NOT_DELETED: "已删录音的文件仍在",
    Problem.UNRECORDED: "通话没有录音",
    Problem.CHAIN: "封存链被改动",
    Problem.REMOVED: "录音记录被移除",
    Problem.CHANGED: "录音记录被改动",
    Problem.ADDED: "录音不在封存链中",
}
#: Found without a store that answers or the right key: nothing is known to be lost.
_UNKNOWN = frozenset({Problem.KEY, Problem.STORE})


class Said(str):
    """What is wrong in English, which does not change, and in Chinese for the person who reads it."""

    __slots__ = ("zh",)
    zh: str

    def __new__(cls, en: str, zh: str) -> Said:
        made = super().__new__(cls, en)
        made.zh = zh
        return made


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong. `day` is the chain's, or the recording's; a plain `detail` is a name or what
    a program said, in its own language."""

    problem: Problem
    detail: str
    day: str = ""
    call_id: str = ""
    recording_id: int | None = None

    def as_json(self) -> dict[str, Any]:
        body = {"problem": self.problem, "day": self.day, "call_id": self.call_id}
        return body | {"recording_id": self.recording_id, "detail": str(self.detail)}

    def __str__(self) -> str:
        detail = self.detail.zh if isinstance(self.detail, Said) else self.detail
        parts = (WORDS[self.problem], self.day, self.call_id, detail)
        return "  ".join(part for part in parts if part)


@dataclass
class Report:
    """What one walk saw. Constant in size, whatever it finds."""

    recordings: int = 0
    objects: int = 0
    calls: int = 0
    days: int = 0
    entries: int = 0
    #: Entries of recordings made on an earlier day than the one they are sealed in.
    late: int = 0
    #: Not archived yet: there is no object to look at.
    waiting: int = 0
    damaged: int = 0
    deleted: int = 0
    root: str = ""
    by_problem: Counter[Problem] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)

    def add(self, finding: Finding) -> None:
        self.by_problem[finding.problem] += 1
        if len(self.findings) < MOST_KEPT:
            self.findings.append(finding)

    @property
    def count(self) -> int:
        """All findings."""
        return self.by_problem.total()

    @property
    def is_lost(self) -> bool:
        """Something is wrong with what was kept, not only with what it was looked at by."""
        return bool(self.by_problem.keys() - _UNKNOWN)

    def as_json(self) -> dict[str, Any]:
        """For machines; the keys are stable."""
        names = ("recordings", "waiting", "damaged", "deleted", "objects", "calls", "days", "entries", "late")
        return {
            "ok": not self.count,
            "seen": {name: getattr(self, name) for name in names},
            "root": self.root,
            "problems": {str(problem): self.by_problem[problem] for problem in Problem},
            "findings": [one.as_json() for one in self.findings],
            "left_out": self.count - len(self.findings),
        }
