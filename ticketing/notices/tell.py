"""From a move to the messages it causes: in the transaction of the move, so that neither is there alone."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ticketing.notices import recipients, words
from ticketing.notices.facts import Facts
from ticketing.notices.recipients import Recipient
from ticketing.notices.tables import (
    Confidential,
    MessageChannel,
    NoticeTemplate,
    OutgoingMessage,
    SendState,
)
from ticketing.tables import Case
from ticketing.workflow import Move


async def tell(
    session: AsyncSession, case: Case, row: Move, note: str = "", inputs: Mapping[str, Any] | None = None
) -> None:
    """Write a message for each person the templates of this move tell; called by the door alone."""
    query = select(NoticeTemplate).where(NoticeTemplate.move == row.name, NoticeTemplate.enabled)
    templates = (await session.scalars(query.order_by(NoticeTemplate.id))).all()
    if not templates:
        return
    facts = Facts(session, case, row, note, inputs or {})
    groups: dict[tuple[str, str], dict[str, NoticeTemplate]] = defaultdict(dict)
    for one in templates:
        groups[one.audience, one.channel][one.language] = one
    for (audience, channel), by_language in groups.items():
        for recipient in await recipients.of(session, facts, audience, channel):
            session.add(await _message(facts, _template(by_language, recipient.language), recipient))


def _template(by_language: Mapping[str, NoticeTemplate], wanted: str) -> NoticeTemplate:
    return next(by_language[one] for one in recipients.languages(wanted) if one in by_language)


async def _message(facts: Facts, template: NoticeTemplate, recipient: Recipient) -> OutgoingMessage:
    case, skip = facts.case, recipient.skip
    if case.confidential and template.confidential == Confidential.SKIP:
        skip = skip or "保密案卷，按模板不发送"
    subject, text = await render(facts, template)
    return OutgoingMessage(
        key=secrets.token_hex(16),
        case_id=case.id,
        move=facts.row.name,
        audience=template.audience,
        channel=template.channel,
        language=template.language,
        template_id=template.id,
        recipient=recipient.address,
        account_id=recipient.account_id,
        person=recipient.person,
        subject=subject,
        text=text,
        urgent=template.urgent,
        state=SendState.SKIPPED if skip else SendState.WAITING,
        why=skip,
        created_at=case.changed_at,
        since=case.changed_at,
        next_at=None if skip else case.changed_at,
    )


async def render(facts: Facts, template: NoticeTemplate) -> tuple[str, str]:
    """Subject and text of a message about a case."""
    language, bare = template.language, facts.case.confidential
    values = await facts.values(words.used(template.text) | words.used(template.subject), language)
    text = words.fill(template.text, values, language, bare=bare)
    subject = words.fill(template.subject, values, language, bare=bare)
    if template.channel != MessageChannel.EMAIL:
        text = words.sms(text)
    return words.one_line(subject, 200), text
