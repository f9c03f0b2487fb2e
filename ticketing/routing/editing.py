"""Rules of the draft: added, changed, taken out. Each change is an audit line."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.audit import Action
from core.calendar import Hours
from core.errors import InvalidError, NotFoundError
from ticketing.routing import check
from ticketing.routing.facts import as_rule
from ticketing.routing.match import ALWAYS, Rule
from ticketing.routing.tables import RoutingRule, RoutingVersion
from ticketing.routing.versions import Editor, open_draft

#: More than a city has; a set is matched and checked as a whole.
MOST_RULES = 5000
_DAY = re.compile(r"\d{2}-\d{2}")


def _hours(text: str) -> str:
    try:
        return Hours.parse(text).text
    except ValueError:
        raise PydanticCustomError("hours", "写作 always、08:30-17:30 或 daily 08:00-20:00") from None


def _day(text: str) -> str:
    """29 February is a day as well."""
    if text and not (_DAY.fullmatch(text) and _is_date(f"2024-{text}")):
        raise PydanticCustomError("day", "写作 MM-DD，如 11-05")
    return text


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


Day = Annotated[str, Field(max_length=5), AfterValidator(_day)]


class RuleForm(BaseModel):
    """A rule as a person fills it in; an empty text means any."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    category_edition: str = Field("", max_length=8, pattern=r"^[0-9A-Za-z]*$")
    category_kind: str = Field("", max_length=8, pattern=r"^(部件|事件)?$")
    #: A whole code, or its first two digits for the whole major class.
    category_code: str = Field("", max_length=8, pattern=r"^([0-9]{2}|[0-9]{4,8})?$")
    place: str = Field("", max_length=15, pattern=r"^[0-9]*$")
    hours: Annotated[str, Field(max_length=64), AfterValidator(_hours)] = ALWAYS
    season_from: Day = ""
    season_to: Day = ""
    unit: str = Field(min_length=1, max_length=32, pattern=r"^[0-9A-Za-z-]+$")
    ground: str = Field("", max_length=200, pattern=r"^[^\x00-\x1f]*$")

    @model_validator(mode="after")
    def _whole(self) -> RuleForm:
        if len({bool(self.category_edition), bool(self.category_kind), bool(self.category_code)}) > 1:
            raise PydanticCustomError("category_code", "类别须写明版本、部件或事件、代码")
        if bool(self.season_from) != bool(self.season_to):
            raise PydanticCustomError("season_to", "起止日期须一起填写")
        return self


async def add(editor: Editor, revision: int, form: RuleForm) -> Rule:
    """
    Raises:
        NoDraftError, ConflictError: no draft, or changed since `revision`.
        InvalidError: names a unit, place or class there is not, or an equal rule; or there are too many.
    """
    async with editor.sessions() as session:
        draft = await open_draft(session, revision)
        row = RoutingRule(version=draft.version, **form.model_dump())
        session.add(row)
        await _put(session, editor, draft, row, Action.ROUTING_RULE_ADDED)
        return as_rule(row)


async def change(editor: Editor, revision: int, rule_id: int, form: RuleForm) -> Rule:
    """
    Raises:
        NotFoundError: the draft has no such rule. Else as `add`.
    """
    async with editor.sessions() as session:
        draft = await open_draft(session, revision)
        row = await _rule(session, draft, rule_id)
        for name, value in form.model_dump().items():
            setattr(row, name, value)
        await _put(session, editor, draft, row, Action.ROUTING_RULE_CHANGED)
        return as_rule(row)


async def remove(editor: Editor, revision: int, rule_id: int) -> None:
    """
    Raises:
        NotFoundError: the draft has no such rule. Else as `add`.
    """
    async with editor.sessions() as session:
        draft = await open_draft(session, revision)
        row = await _rule(session, draft, rule_id)
        await session.delete(row)
        editor.note(session, Action.ROUTING_RULE_REMOVED, draft.version, rule=rule_id, **_told(row))
        await session.commit()


async def _rule(session: AsyncSession, draft: RoutingVersion, rule_id: int) -> RoutingRule:
    query = select(RoutingRule).where(RoutingRule.version == draft.version, RoutingRule.id == rule_id)
    row = await session.scalar(query)
    if row is None:
        raise NotFoundError("草稿里没有这条规则。")
    return row


async def _put(
    session: AsyncSession, editor: Editor, draft: RoutingVersion, row: RoutingRule, action: Action
) -> None:
    with session.no_autoflush:
        query = select(RoutingRule).where(
            RoutingRule.version == draft.version, RoutingRule.id != (row.id or 0)
        )
        others = [as_rule(one) for one in await session.scalars(query)]
        if len(others) >= MOST_RULES:
            raise InvalidError(f"一版规则最多 {MOST_RULES} 条")
        mine = Rule(**{**vars(as_rule(row)), "id": row.id or 0})
        there = await check.known(session, [mine])
    wrong = [one.message for one in check.problems([mine], there) if one.rule_id is not None]
    twin = next((one for one in others if one.scope == mine.scope), None)
    if twin is not None:
        wrong.append(f"与规则 {twin.id} 的适用范围完全相同")
    if wrong:
        raise InvalidError("规则有误", fields={"rule": "；".join(wrong)})
    await session.flush()
    editor.note(session, action, draft.version, rule=row.id, **_told(row))
    await session.commit()


def _told(row: RoutingRule) -> dict[str, str]:
    return {
        name: getattr(row, name)
        for name in RuleForm.model_fields
        if getattr(row, name) and getattr(row, name) != ALWAYS
    }
