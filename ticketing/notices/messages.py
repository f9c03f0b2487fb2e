"""Outgoing messages as people look at them, and what people do with them: send again, cancel."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.audit import Action
from core.db import begin_write
from core.errors import ConflictError, InvalidError, NotFoundError
from ticketing.notices import recipients
from ticketing.notices.tables import (
    Audience,
    CaseContact,
    Held,
    MessageChannel,
    OutgoingAttempt,
    OutgoingMessage,
    SendState,
    StaffContact,
)
from ticketing.notices.templates import By
from ticketing.scope import Scope
from ticketing.tables import Case

_Row = OutgoingMessage


@dataclass(frozen=True)
class Line:
    """A message with its case's number, and whether the case hides who reported it."""

    message: OutgoingMessage
    case_number: str
    confidential: bool


@dataclass(frozen=True)
class Page:
    items: Sequence[Line]
    #: Cursor of the next page; None: this is the last.
    next: str | None


@dataclass(frozen=True)
class Wanted:
    """Filters of a list; what is empty does not filter."""

    state: str = ""
    channel: str = ""
    audience: str = ""
    case_number: str = ""
    recipient: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        equal = {
            _Row.state: self.state,
            _Row.channel: self.channel,
            _Row.audience: self.audience,
            _Row.recipient: self.recipient,
            Case.number: self.case_number,
        }
        found: list[ColumnElement[bool]] = [column == value for column, value in equal.items() if value]
        if self.since:
            found.append(_Row.created_at >= self.since)
        if self.until:
            found.append(_Row.created_at < self.until)
        return found


async def page(session: AsyncSession, wanted: Wanted, limit: int, cursor: str) -> Page:
    """One page, newest first."""
    query = select(_Row, Case.number, Case.confidential).join(Case, Case.id == _Row.case_id)
    query = query.where(*wanted.conditions()).order_by(_Row.id.desc()).limit(limit + 1)
    if cursor:
        if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 9):
            raise InvalidError("查询条件有误", fields={"cursor": "不是有效的翻页位置"})
        query = query.where(_Row.id < int(cursor))
    found = [Line(row, number or "", hidden) for row, number, hidden in await session.execute(query)]
    return Page(found[:limit], str(found[limit - 1].message.id) if len(found) > limit else None)


async def of_case(session: AsyncSession, case_id: int, reach: Scope) -> Sequence[Line]:
    """The messages of a case, oldest first; of people outside of the centre those to units alone."""
    query = select(_Row, Case.number, Case.confidential).join(Case, Case.id == _Row.case_id)
    query = query.where(_Row.case_id == case_id, reach.cases())
    if reach.is_limited:
        query = query.where(_Row.audience != Audience.REPORTER)
    rows = await session.execute(query.order_by(_Row.id).limit(200))
    return [Line(row, number or "", hidden) for row, number, hidden in rows]


async def attempts(session: AsyncSession, ids: Collection[int]) -> dict[int, list[OutgoingAttempt]]:
    """The attempts of each message, oldest first."""
    found: dict[int, list[OutgoingAttempt]] = {}
    query = select(OutgoingAttempt).where(OutgoingAttempt.message_id.in_(ids)).order_by(OutgoingAttempt.id)
    for one in await session.scalars(query):
        found.setdefault(one.message_id, []).append(one)
    return found


async def counts(session: AsyncSession, since: datetime) -> list[tuple[str, str, str, int]]:
    """Channel, state, what is waited for, how many: of messages since then, and of all that wait."""
    query = (
        select(_Row.channel, _Row.state, _Row.held, func.count())
        .where((_Row.created_at >= since) | (_Row.state == SendState.WAITING))
        .group_by(_Row.channel, _Row.state, _Row.held)
    )
    return [(channel, state, held, n) for channel, state, held, n in await session.execute(query)]


async def resend(by: By, message_id: int) -> OutgoingMessage:
    """Send again, to where the person is reached now; the message that is sent.

    One that failed goes on under its key, so that a gateway that has it after all sends nothing twice. One
    that was sent is written anew: a person wants it twice.

    Raises:
        NotFoundError: no such message.
        ConflictError: it is waiting to be sent anyway.
        InvalidError: there is still nowhere to send it to.
    """
    async with by.sessions() as session:
        await begin_write(session)
        row = await session.get(_Row, message_id, with_for_update=True)
        if row is None:
            raise NotFoundError("没有这条消息")
        if row.state == SendState.WAITING:
            raise ConflictError("这条消息正在等待发送")
        address = await _address(session, row)
        again = _anew(row) if row.state == SendState.SENT or address != row.recipient else row
        now = by.clock.now()
        again.recipient, again.state, again.held, again.why = address, SendState.WAITING, Held.NOTHING, ""
        again.next_at = again.since = now
        again.person = again.person or address
        if again is not row:
            again.created_at = now
            session.add(again)
        await session.flush()
        by.note(session, Action.MESSAGE_RESENT, f"message:{row.id}", {"as": again.id, "case": row.case_id})
        await session.commit()
    return again


def _anew(row: OutgoingMessage) -> OutgoingMessage:
    same = (*("case_id", "move", "audience", "channel", "language", "template_id", "account_id"),)
    words = (*("person", "subject", "text", "urgent"),)
    copied = {name: getattr(row, name) for name in (*same, *words)}
    return OutgoingMessage(key=secrets.token_hex(16), resent_of=row.id, **copied)


async def _address(session: AsyncSession, row: OutgoingMessage) -> str:
    """Where the person is reached now; where nothing is known of it, where they were."""
    found, why = row.recipient, row.why
    if row.account_id is not None:
        staff = await session.get(StaffContact, row.account_id)
        columns = {
            MessageChannel.SMS: "mobile",
            MessageChannel.EMAIL: "email",
            MessageChannel.WECHAT: "wechat",
        }
        found = getattr(staff, columns[MessageChannel(row.channel)]) if staff else found
    elif row.audience == Audience.REPORTER and not found:
        case = await session.get_one(Case, row.case_id)
        contact = await session.get(CaseContact, row.case_id)
        now = recipients.reporter(case, contact, row.channel)
        found, why = (now.address, now.skip) if now else ("", why)
    if not found:
        raise InvalidError("无法发送", fields={"recipient": why or "没有接收地址"})
    return found


async def cancel(by: By, message_id: int) -> OutgoingMessage:
    """Take a waiting message back (取消发送).

    Raises:
        NotFoundError: no such message.
        ConflictError: it is not waiting, or is on its way just now.
    """
    async with by.sessions() as session:
        await begin_write(session)
        row = await session.get(_Row, message_id, with_for_update=True)
        if row is None:
            raise NotFoundError("没有这条消息")
        if row.state != SendState.WAITING or (row.leased_until and row.leased_until > by.clock.now()):
            raise ConflictError("这条消息已不在等待中")
        row.state, row.held, row.why, row.next_at = SendState.CANCELLED, Held.NOTHING, "已人工取消", None
        by.note(session, Action.MESSAGE_CANCELLED, f"message:{row.id}", {"case": row.case_id})
        await session.commit()
    return row
