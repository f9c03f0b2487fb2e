"""What is wrong with an import, feature by feature, in the words of who made the file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.errors import InvalidError

#: More than these nobody reads; the count is told all the same.
MOST_TOLD = 100


@dataclass(frozen=True)
class Problem:
    """`feature`: the how-manieth it is, from 1 (0: the file itself); `label`: its code or name, if any."""

    feature: int
    field: str
    why: str
    label: str = ""

    def __str__(self) -> str:
        if not self.feature:
            return self.why
        label = f"（{self.label}）" if self.label else ""
        return f"第 {self.feature} 个要素{label} {self.field}：{self.why}"


class ImportRefusedError(InvalidError):
    """文件有误，什么都没有导入"""

    code = "import_refused"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(problems, key=lambda one: one.feature)
        told = self.problems[:MOST_TOLD]
        fields = {
            f"features[{one.feature - 1}].{one.field}" if one.feature else "file": str(one) for one in told
        }
        super().__init__(
            f"文件有 {len(self.problems)} 处错误，什么都没有导入；第一处：{self.problems[0]}", fields=fields
        )
