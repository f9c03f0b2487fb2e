"""Messages to citizens and staff (外发消息): what was sent, what waits and why; sending again, cancelling."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from http import HTTPMethod

from sqlalchemy.ext.asyncio import AsyncSession

from core.phone import mask
from core.tables import Role
from ticketing import queries, scope
from ticketing.notices import messages
from ticketing.notices.messages import Line
from ticketing.notices.tables import Audience, OutgoingAttempt
from web.api.cases import CasePath
from web.api.hand import LEADERS
from web.api.masking import HIDDEN
from web.api.notices_out_models import (
    AttemptAnswer,
    CaseMessages,
    CountAnswer,
    CountsAnswer,
    IdPath,
    MessageAnswer,
    MessagesAnswer,
    MessagesQuery,
)
from web.api.notices_out_templates import READERS, by, move_labels
from web.api.route import EVERYBODY, Ask, Routes

routes = Routes("messages")


@routes.add(HTTPMethod.GET, "/messages", "Outgoing messages, newest first (外发消息)", roles=READERS)
async def list_messages(ask: Ask, query: MessagesQuery) -> MessagesAnswer:
    wanted = messages.Wanted(
        **{name: value or "" for name, value in query.model_dump(include=set(_EQUAL)).items()},
        since=query.since,
        until=query.until,
    )
    async with ask.services.sessions() as db:
        page = await messages.page(db, wanted, query.limit, query.cursor)
        return MessagesAnswer(items=await _answers(ask, db, page.items), next=page.next)


_EQUAL = ("state", "channel", "audience", "case_number", "recipient")


@routes.add(HTTPMethod.GET, "/messages/counts", "How many wait, went, failed", roles=READERS)
async def count_messages(ask: Ask) -> CountsAnswer:
    async with ask.services.sessions() as db:
        found = await messages.counts(db, ask.services.clock.now() - timedelta(days=1))
    return CountsAnswer(
        items=[
            CountAnswer.model_validate({"channel": channel, "state": state, "held": held, "count": n})
            for channel, state, held, n in found
        ]
    )


@routes.add(HTTPMethod.POST, "/messages/{id}/resend", "Send again (重发)", roles=READERS, errors=(404, 409))
async def resend_message(ask: Ask, path: IdPath) -> MessageAnswer:
    row = await messages.resend(by(ask), path.id)
    return await _one(ask, row.case_id, row.id)


@routes.add(
    HTTPMethod.POST, "/messages/{id}/cancel", "Do not send (取消发送)", roles=LEADERS, errors=(404, 409)
)
async def cancel_message(ask: Ask, path: IdPath) -> MessageAnswer:
    row = await messages.cancel(by(ask), path.id)
    return await _one(ask, row.case_id, row.id)


@routes.add(
    HTTPMethod.GET,
    "/cases/{id}/messages",
    "What people were told of this case, and what came of it",
    roles=EVERYBODY - {Role.INSPECTOR},
    errors=(404,),
)
async def case_messages(ask: Ask, path: CasePath) -> CaseMessages:
    async with ask.services.sessions() as db:
        reach = await scope.of(db, ask.account)
        await queries.detail(db, path.id, ask.account, ask.services.clock.now())
        found = await messages.of_case(db, path.id, reach)
        return CaseMessages(items=await _answers(ask, db, found))


async def _one(ask: Ask, case_id: int, message_id: int) -> MessageAnswer:
    async with ask.services.sessions() as db:
        found = await messages.of_case(db, case_id, scope.Scope(""))
        mine = [one for one in found if one.message.id == message_id]
        return (await _answers(ask, db, mine))[0]


async def _answers(ask: Ask, db: AsyncSession, lines: Sequence[Line]) -> list[MessageAnswer]:
    tries = await messages.attempts(db, [one.message.id for one in lines])
    return [_answer(ask, one, tries.get(one.message.id, [])) for one in lines]


def _answer(ask: Ask, line: Line, tries: Sequence[OutgoingAttempt]) -> MessageAnswer:
    row = line.message
    zh, en = move_labels(ask, row.move)
    hides = line.confidential and row.audience == Audience.REPORTER
    own = {"case_number", "move_label", "move_label_en", "recipient", "attempts"}
    return MessageAnswer(
        **{name: getattr(row, name) for name in set(MessageAnswer.model_fields) - own},
        case_number=line.case_number,
        move_label=zh,
        move_label_en=en,
        recipient=HIDDEN if hides and row.recipient else shown(row.recipient),
        attempts=[
            AttemptAnswer(**{name: getattr(one, name) for name in AttemptAnswer.model_fields})
            for one in tries
        ],
    )


def shown(recipient: str) -> str:
    """A number masked; of an e-mail address the first letter and the domain."""
    name, at, domain = recipient.rpartition("@")
    return f"{name[:1]}***@{domain}" if at else mask(recipient)
