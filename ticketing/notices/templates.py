"""Templates (短信模板): people keep them; each is checked when it is saved, each change is audited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from core import audit
from core.audit import Action
from core.clock import Clock
from core.db import SessionFactory, begin_write
from core.errors import ConflictError, InvalidError, NotFoundError
from core.tables import Account
from ticketing.errors import NoSuchCaseError
from ticketing.notices import words
from ticketing.notices.facts import Facts
from ticketing.notices.tables import Audience, Language, MessageChannel, NoticeTemplate
from ticketing.notices.tell import render
from ticketing.tables import Case
from ticketing.workflow import MOVES

#: What makes a template the one it is.
KEY = ("move", "audience", "channel", "language")
_FIELDS = (*KEY, "subject", "text", "urgent", "confidential", "enabled")


@dataclass(frozen=True)
class By:
    """Who changes something, and from where."""

    sessions: SessionFactory
    clock: Clock
    account: Account
    address: str

    def note(self, session: AsyncSession, action: Action, subject: str, detail: dict[str, Any]) -> None:
        """A line in the audit trail, in the caller's transaction."""
        audit.record(
            session,
            at=self.clock.now(),
            actor_id=self.account.id,
            action=action,
            subject=subject,
            address=self.address,
            detail=detail,
        )


async def listing(session: AsyncSession) -> Sequence[NoticeTemplate]:
    """Every template, in the order of the workflow table."""
    order = {name: n for n, name in enumerate(MOVES)}
    rows = await session.scalars(select(NoticeTemplate).order_by(NoticeTemplate.id))
    ranks = {value: n for kind in (Audience, MessageChannel, Language) for n, value in enumerate(kind)}
    return sorted(
        rows, key=lambda one: (order.get(one.move, 999), *(ranks[getattr(one, k)] for k in KEY[1:]))
    )


async def add(by: By, values: Mapping[str, Any]) -> NoticeTemplate:
    """
    Raises:
        InvalidError: names each field that does not fit, and a placeholder there is not.
        ConflictError: there is one for this move, these people, this channel and language.
    """
    check(values)
    row = NoticeTemplate(**values, changed_at=by.clock.now(), changed_by=by.account.id)
    async with by.sessions() as session:
        await begin_write(session)
        session.add(row)
        await _close(session, by, row, {name: [None, values.get(name)] for name in _FIELDS})
    return row


async def change(by: By, template_id: int, version: int, wanted: Mapping[str, Any]) -> NoticeTemplate:
    """Change the fields that `wanted` names; messages that are written already keep their words.

    Raises:
        NotFoundError, InvalidError, ConflictError: as `add`; somebody else changed it first.
    """
    async with by.sessions() as session:
        await begin_write(session)
        row = await session.get(NoticeTemplate, template_id, with_for_update=True)
        if row is None:
            raise NotFoundError("没有这个模板")
        if row.version != version:
            raise ConflictError("模板已被他人修改，请刷新后再试", version=row.version)
        check({name: getattr(row, name) for name in _FIELDS} | dict(wanted))
        changes = {
            name: [getattr(row, name), value] for name, value in wanted.items() if getattr(row, name) != value
        }
        for name, (_, value) in changes.items():
            setattr(row, name, value)
        if changes:
            row.version += 1
            row.changed_at, row.changed_by = by.clock.now(), by.account.id
        await _close(session, by, row, changes)
    return row


async def _close(session: AsyncSession, by: By, row: NoticeTemplate, changes: dict[str, Any]) -> None:
    try:
        await session.flush()
    except IntegrityError:
        raise ConflictError("这个办理动作、对象、渠道和语言已有模板") from None
    if changes:
        by.note(session, Action.TEMPLATE_SET, f"notice_template:{row.id}", changes)
    await session.commit()


def check(values: Mapping[str, Any]) -> None:
    """
    Raises:
        InvalidError: names each field that does not fit.
    """
    wrong: dict[str, str] = {}
    if values["move"] not in MOVES:
        wrong["move"] = "没有这个办理动作"
    is_escalation = values["move"] == "escalate"
    if values["audience"] == Audience.ESCALATED and not is_escalation:
        wrong["audience"] = "“上报对象”只用于“超时上报”"
    if not values["text"].strip():
        wrong["text"] = "请填写内容"
    if values["channel"] == MessageChannel.EMAIL and not values["subject"].strip():
        wrong["subject"] = "请填写邮件标题"
    for field in ("text", "subject"):
        if found := words.problem(values[field]):
            wrong[field] = found
        elif "step" in words.used(values[field]) and not is_escalation:
            wrong[field] = "占位符 {上报级别} 只用于“超时上报”"
    if wrong:
        raise InvalidError("模板有误", fields=wrong)


async def preview(session: AsyncSession, values: Mapping[str, Any], case_number: str = "") -> tuple[str, str]:
    """Subject and text as they would be sent: of a real case, or of an example.

    Raises:
        InvalidError: as `add`.
        NoSuchCaseError: there is no case of this number.
    """
    check(values)
    template = NoticeTemplate(**values)
    if case_number:
        case = await session.scalar(select(Case).where(Case.number == case_number))
        if case is None:
            raise NoSuchCaseError
        return await render(Facts(session, case, MOVES[template.move], "（办理说明）", {"step": 1}), template)
    english = template.language == Language.EN
    examples = {one.name: one.example_en if english else one.example for one in words.PLACEHOLDERS.values()}
    subject, text = (
        words.fill(one, examples, template.language) for one in (template.subject, template.text)
    )
    return words.one_line(subject, 200), text if template.channel == MessageChannel.EMAIL else words.sms(text)
