"""One line of a catalogue as people edit it, whatever it came in: a class, a severity row, an edition."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

#: (edition, kind, code)
ClassKey = tuple[str, str, str]


@dataclass(frozen=True, kw_only=True)
class EditionLine:
    """目录版本."""

    edition: str
    name: str


@dataclass(frozen=True, kw_only=True)
class ClassLine:
    """类别."""

    edition: str
    kind: str
    code: str
    major: str
    minor: str
    unit: str | None = None
    is_local: bool = False
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def key(self) -> ClassKey:
        return (self.edition, self.kind, self.code)


@dataclass(frozen=True, kw_only=True)
class SeverityLine:
    """严重程度: the newest row of its class and rank."""

    edition: str
    kind: str
    code: str
    rank: int
    condition: str
    limit_value: int
    limit_unit: str
    unit: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def of(self) -> ClassKey:
        return (self.edition, self.kind, self.code)

    @property
    def key(self) -> tuple[ClassKey, int]:
        return (self.of, self.rank)


Line = EditionLine | ClassLine | SeverityLine


@dataclass(frozen=True)
class Problem:
    """What is wrong, for the person who edits: sheet, row as the spreadsheet counts, column by its title.

    `row` 0: the sheet as a whole.
    """

    sheet: str
    row: int
    column: str
    what: str

    def __str__(self) -> str:
        where = f"第 {self.row} 行" if self.row else "整表"
        return f"“{self.sheet}”{where}" + (f"“{self.column}”列" if self.column else "") + f"：{self.what}"
