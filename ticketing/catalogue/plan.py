"""What a set of lines would change in the catalogue: the differences, or why they do not fit. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Literal

from ticketing.catalogue.columns import SHEETS, shown
from ticketing.catalogue.lines import ClassKey, ClassLine, EditionLine, Line, Problem, SeverityLine
from ticketing.catalogue.workbook import Where

_SHEET = {EditionLine: "目录版本", ClassLine: "类别", SeverityLine: "严重程度"}


@dataclass(frozen=True)
class State:
    """The catalogue as it stands; of each class and rank the newest severity row."""

    editions: Mapping[str, EditionLine]
    classes: Mapping[ClassKey, ClassLine]
    severities: Mapping[tuple[ClassKey, int], SeverityLine]
    #: Codes of units that work.
    units: Collection[str]


@dataclass(frozen=True)
class Change:
    """One difference. `fields`: title of the column → before and after, as a sheet shows them."""

    sheet: str
    what: Literal["added", "changed"]
    name: str
    fields: Mapping[str, tuple[str, str]]
    before: Line | None = field(compare=False)
    after: Line = field(compare=False)


@dataclass(frozen=True)
class Plan:
    """All that would change. Only a plan without problems is carried out, and then all of it."""

    changes: tuple[Change, ...]
    same: int
    problems: tuple[Problem, ...]

    @property
    def digest(self) -> str:
        """What was previewed, so that the same is carried out: 64 hex digits."""
        told = [[one.sheet, one.what, asdict(one.after)] for one in self.changes]
        return hashlib.sha256(json.dumps(told, default=str, ensure_ascii=False).encode()).hexdigest()

    def count(self, what: str) -> int:
        return sum(one.what == what for one in self.changes)


def make(state: State, lines: Iterable[tuple[Where, Line]], problems: Iterable[Problem], today: date) -> Plan:
    """Compare `lines` with what there is.

    A severity row that has begun is not changed but followed by another from today on (or the later day the
    line names): cases established before keep theirs. Rows the lines do not name stay as they are.

    Args:
        problems: found when the lines were read.
        today: in China.
    """
    maker = _Maker(state, today)
    maker.problems += problems
    lines = list(lines)
    for where, line in lines:
        maker.note(where, line)
    for where, line in lines:
        maker.compare(where, line)
    order = {title: n for n, title in enumerate(SHEETS)}
    found = sorted(maker.problems, key=lambda one: (order.get(one.sheet, 9), one.row))
    return Plan(tuple(maker.changes), maker.same, tuple(found))


class _Maker:
    def __init__(self, state: State, today: date) -> None:
        self._state, self._today = state, today
        self._seen: dict[tuple[type[Line], Any], int] = {}
        self._editions, self._classes = set(state.editions), set(state.classes)
        self.changes: list[Change] = []
        self.problems: list[Problem] = []
        self.same = 0

    def note(self, where: Where, line: Line) -> None:
        """Lines may name what other lines add."""
        key = line.edition if isinstance(line, EditionLine) else line.key
        first = self._seen.setdefault((type(line), key), where[1])
        if first != where[1]:
            self._wrong(where, "", f"与第 {first} 行重复")
        if isinstance(line, EditionLine):
            self._editions.add(line.edition)
        elif isinstance(line, ClassLine):
            self._classes.add(line.key)

    def compare(self, where: Where, line: Line) -> None:
        if isinstance(line, EditionLine):
            self._take(self._state.editions.get(line.edition), line)
            return
        if line.edition not in self._editions:
            self._wrong(where, "edition", f"没有“{line.edition}”版目录")
        elif not self._is_unit(line):
            self._wrong(where, "unit", f"没有代码为“{line.unit}”的责任单位，或已停用")
        elif isinstance(line, ClassLine):
            self._take(self._state.classes.get(line.key), line)
        elif line.of not in self._classes:
            self._wrong(where, "code", f"{line.edition} 版目录中没有编码为 {line.code} 的{line.kind}类别")
        else:
            self._severity(where, line)

    def _is_unit(self, line: ClassLine | SeverityLine) -> bool:
        """Whether its unit works, or was named there before it stopped to."""
        was: ClassLine | SeverityLine | None
        if isinstance(line, ClassLine):
            was = self._state.classes.get(line.key)
        else:
            was = self._state.severities.get(line.key)
        return line.unit in self._state.units or line.unit == (was.unit if was else None)

    def _severity(self, where: Where, line: SeverityLine) -> None:
        old = self._state.severities.get(line.key)
        if old is None:
            self._take(None, line)
            return
        if line.valid_from in (None, old.valid_from):
            line = _with_start(line, old.valid_from)
        if line == old or not _says_more(old, line):
            self._take(old, line)
            return
        if line.valid_from == old.valid_from:
            # A row that lies in the future may still be corrected: no case can have it.
            is_future = old.valid_from is not None and old.valid_from > self._today
            line = line if is_future else _with_start(line, self._today)
        elif line.valid_from is None or line.valid_from < self._today:
            why = f"修改须自今天（{self._today}）或以后生效，已立案的案卷保留原规定"
            self._wrong(where, "valid_from", why)
            return
        if line.valid_to is not None and line.valid_from is not None and line.valid_to <= line.valid_from:
            self._wrong(where, "valid_to", "须晚于生效日期")
            return
        self._take(old, line)

    def _take(self, old: Line | None, line: Line) -> None:
        if old == line:
            self.same += 1
            return
        sheet = SHEETS[_SHEET[type(line)]]
        fields = {
            column.title: (
                str(shown(column.field, getattr(old, column.field))) if old else "",
                str(shown(column.field, getattr(line, column.field))),
            )
            for column in sheet.columns
            if old is None or getattr(old, column.field) != getattr(line, column.field)
        }
        fields = {title: pair for title, pair in fields.items() if pair[0] != pair[1]}
        what: Literal["added", "changed"] = "changed" if old else "added"
        self.changes.append(Change(sheet.title, what, _name(line), fields, old, line))

    def _wrong(self, where: Where, field_name: str, what: str) -> None:
        sheet = SHEETS[where[0]]
        self.problems.append(Problem(sheet.title, where[1], sheet.title_of(field_name), what))


def _says_more(old: SeverityLine, line: SeverityLine) -> bool:
    """Whether more than the last day changes: what a case was promised, or from when."""
    told = ("condition", "limit_value", "limit_unit", "unit", "valid_from")
    return any(getattr(old, name) != getattr(line, name) for name in told)


def _with_start(line: SeverityLine, start: date | None) -> SeverityLine:
    return SeverityLine(**asdict(line) | {"valid_from": start})


def _name(line: Line) -> str:
    if isinstance(line, EditionLine):
        return f"{line.edition} {line.name}"
    rank = f" 第 {line.rank} 级" if isinstance(line, SeverityLine) else f" {line.minor}"
    return f"{line.edition} {line.kind} {line.code}{rank}"
