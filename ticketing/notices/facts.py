"""What placeholders stand for in one case, in a template's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import CHINA
from core.tables import Unit
from ticketing.notices.tables import Language
from ticketing.tables import Case, Category, Place
from ticketing.workflow import STAGES, Move

#: Whom each step of the ladder (ticketing.rounds.LADDER) tells.
STEPS = (
    ("责任单位", "the unit in charge"),
    ("派遣员", "dispatchers"),
    ("值班长", "shift leaders"),
    ("领导", "leaders"),
)
_KINDS = {
    "consultation": ("咨询", "inquiry"),
    "complaint": ("投诉", "complaint"),
    "report": ("举报", "report"),
    "suggestion": ("建议", "suggestion"),
    "help": ("求助", "request for help"),
    "praise": ("表扬", "praise"),
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass
class Facts:
    """A case just after a move; what lies in other tables is read once, and only if a text wants it."""

    session: AsyncSession
    case: Case
    row: Move
    note: str = ""
    inputs: Mapping[str, Any] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)

    @property
    def step(self) -> int:
        """Of the escalation ladder, from 1; 0: this is no escalation."""
        found = self.inputs.get("step", 0)
        return found if isinstance(found, int) else 0

    async def values(self, wanted: set[str], language: str) -> dict[str, str]:
        """The values of `wanted` placeholders; what there is not is empty."""
        for name in wanted & {"category", "district", "street", "unit"}:
            if name not in self._names:
                self._names[name] = await self._read(name)
        return {**self._plain(language == Language.EN), **self._names}

    def _plain(self, english: bool) -> dict[str, str]:
        case, which = self.case, int(english)
        step = STEPS[min(self.step, len(STEPS)) - 1][which] if self.step else ""
        stage, name = STAGES[case.stage], "" if case.confidential else case.reporter_name
        return {
            "number": case.number or "",
            "name": name or ("citizen" if english else "市民朋友"),
            "kind": _KINDS[case.kind][which] if case.kind in _KINDS else "",
            "address": case.address,
            "description": case.description,
            "stage": stage.en if english else stage.zh,
            "move": self.row.en if english else self.row.zh,
            "note": self.note,
            "due": _told(case.due_at, english=english),
            "time": _told(case.changed_at, english=english),
            "step": step,
        }

    async def _read(self, name: str) -> str:
        case = self.case
        match name:
            case "unit":
                query = select(Unit.name).where(Unit.code == case.unit)
            case "category":
                key = (case.category_edition, case.category_kind, case.category_code)
                query = select(Category.minor).where(
                    Category.edition == key[0], Category.kind == key[1], Category.code == key[2]
                )
            case _:
                code = case.district if name == "district" else case.street
                query = select(Place.name).where(Place.code == code)
        return await self.session.scalar(query) or ""


def _told(moment: datetime | None, *, english: bool) -> str:
    if moment is None:
        return ""
    local = moment.astimezone(CHINA)
    if english:
        return f"{local.day} {_MONTHS[local.month - 1]} {local:%H:%M}"
    return f"{local.month}月{local.day}日 {local:%H:%M}"
