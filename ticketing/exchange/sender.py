"""Sends what waits for other platforms: each has its own queue and patience; nothing is ever dropped."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError
from sqlalchemy import ColumnElement, and_, delete, select
from sqlalchemy.orm import aliased

from core.alarms import Alarm
from core.clock import Clock
from core.db import SessionFactory, begin_write
from core.delivery import Courier, Outcome, Reply, pause
from core.delivery_settings import Delivery
from core.keybox import KeyBox
from core.platform_settings import Exchange
from ticketing.exchange.codec import TYPES, MessageError, decode, encode
from ticketing.exchange.mapping import Reader
from ticketing.exchange.messages import CONTENTS, Envelope, Message, ReceiptContent
from ticketing.exchange.platforms import locked, purpose
from ticketing.exchange.receiving import acknowledge
from ticketing.exchange.tables import (
    Format,
    MessageKind,
    MessageState,
    Platform,
    PlatformMessage,
    PlatformNonce,
    Table,
    Way,
)

#: What of a message is a code, by the table it stands in.
_CODES = {"class": Table.CLASS, "place": Table.PLACE, "street": Table.PLACE, "stage": Table.STAGE}
#: Nonces are of use while a signature is fresh (5 minutes before or after).
_NONCES_LAST = timedelta(hours=1)


@dataclass(frozen=True)
class Parcel:
    """What is to be sent now."""

    message: int
    message_id: str
    url: str
    secret: str
    form: Format
    body: bytes


@dataclass(frozen=True)
class Sender:
    """`due` and `drain` are what `ticketing.lanes.Lanes` runs."""

    sessions: SessionFactory
    clock: Clock
    box: KeyBox
    delivery: Delivery
    rules: Exchange

    async def due(self) -> Sequence[str]:
        """Platforms with something to send now."""
        waits = select(PlatformMessage.id).where(PlatformMessage.platform == Platform.code, _sendable())
        ready = (Platform.next_at.is_(None)) | (Platform.next_at <= self.clock.now())
        query = select(Platform.code).where(Platform.is_active, Platform.url != "", ready, waits.exists())
        async with self.sessions() as session:
            return (await session.scalars(query)).all()

    async def drain(self, code: str) -> None:
        """Send what waits for one platform, oldest first, until nothing is left or it cannot be reached."""
        async with Courier(self.delivery) as courier:
            while parcel := await self._next(code):
                reply = await courier.post(
                    parcel.url,
                    parcel.body,
                    key=parcel.message_id,
                    secret=parcel.secret,
                    now=self.clock.now(),
                    content_type=TYPES[parcel.form],
                )
                if not await self._settle(code, parcel, reply):
                    return

    async def _next(self, code: str) -> Parcel | None:
        """The oldest message that can be sent; those that lack a mapping are held on the way."""
        while True:
            async with self.sessions() as session:
                platform = await locked(session, code)
                now = self.clock.now()
                if (
                    not platform.is_active
                    or not platform.url
                    or (platform.next_at and platform.next_at > now)
                ):
                    return None
                query = select(PlatformMessage).where(PlatformMessage.platform == code, _sendable())
                row = await session.scalar(query.order_by(PlatformMessage.id).limit(1))
                if row is None:
                    return None
                reader = Reader(session, code, Way.OUT)
                content = await _mapped(reader, row)
                if reader.missing:
                    row.state, row.problem = MessageState.HELD, reader.complaint[:500]
                    await reader.note(now)
                elif (body := _body(row, content, now, Format(platform.format))) is not None:
                    secret = self.box.open(platform.sealed_secret, purpose(code))
                    form = Format(platform.format)
                    return Parcel(row.id, row.message_id, platform.url, secret, form, body)
                await session.commit()

    async def _settle(self, code: str, parcel: Parcel, reply: Reply) -> bool:
        """Write an attempt down; whether the next message may follow at once."""
        now, receipt = self.clock.now(), _receipt(parcel, reply)
        async with self.sessions() as session:
            platform = await locked(session, code)
            row = await session.get_one(PlatformMessage, parcel.message)
            row.attempts += 1
            got_there = receipt is not None or reply.outcome != Outcome.RETRY
            if not got_there:
                row.problem = reply.why[:500]
                platform.failures += 1
                platform.failing_since = platform.failing_since or now
                platform.next_at = now + pause(platform.failures, reply.retry_after_s)
            else:
                platform.failures, platform.failing_since, platform.next_at = 0, None, None
                platform.reached_at = row.sent_at = now
                _put(row, reply, receipt, now)
            await session.commit()
        return got_there

    async def alarms(self) -> list[Alarm]:
        """One for each platform that has not been reached for long, with something waiting for it."""
        since = self.clock.now() - timedelta(hours=self.rules.alarm_after_h)
        query = select(Platform).where(Platform.is_active, Platform.failing_since <= since)
        async with self.sessions() as session:
            found = (await session.scalars(query.order_by(Platform.code))).all()
        return [
            Alarm(
                f"platform:{one.code}",
                f"对接平台“{one.name}”无法送达，报文在等待",
                f"Platform {one.code} cannot be reached",
                one.failing_since or one.made_at,
            )
            for one in found
        ]

    async def prune(self) -> None:
        """Forget nonces that no signature is fresh enough for, and messages that are old and over."""
        now = self.clock.now()
        old = now - timedelta(days=self.rules.keep_days)
        over = PlatformMessage.state.in_(
            [MessageState.ACCEPTED, MessageState.REFUSED, MessageState.SENT, MessageState.ACKNOWLEDGED]
        )
        async with self.sessions() as session:
            await begin_write(session)
            await session.execute(delete(PlatformNonce).where(PlatformNonce.at < now - _NONCES_LAST))
            await session.execute(delete(PlatformMessage).where(PlatformMessage.made_at < old, over))
            await session.commit()


def _sendable() -> ColumnElement[bool]:
    """A case's messages stay in order: none passes an older one of its case that is held."""
    older = aliased(PlatformMessage)
    held = select(older.id).where(
        older.platform == PlatformMessage.platform,
        older.way == Way.OUT,
        older.state == MessageState.HELD,
        older.case_id == PlatformMessage.case_id,
        older.id < PlatformMessage.id,
    )
    is_next = and_(PlatformMessage.way == Way.OUT, PlatformMessage.state == MessageState.WAITING)
    return and_(is_next, ~held.exists())


async def _mapped(reader: Reader, row: PlatformMessage) -> dict[str, Any]:
    """What is said in their codes. Our unit's code means nothing to them unless their table has it, and may
    be left out of a state."""
    content: dict[str, Any] = dict(row.content)
    if row.kind not in (MessageKind.CASE, MessageKind.STATE):
        return content
    for name, table in _CODES.items():
        if content.get(name):
            content[name] = await reader.read(table, content[name])
    if unit := content.pop("unit", ""):
        must_be = row.kind == MessageKind.CASE
        if known := await (reader.read if must_be else reader.known)(Table.UNIT, unit):
            content["unit"] = known
    return content


def _body(row: PlatformMessage, content: dict[str, Any], now: datetime, form: Format) -> bytes | None:
    """The message as it is sent; None, and the row says why, if what is in it fits in none."""
    kind = MessageKind(row.kind)
    envelope = Envelope(version="1", id=row.message_id, nonce=secrets.token_hex(16), at=now, type=kind)
    try:
        message = Message(envelope=envelope, content=CONTENTS[kind].model_validate(content))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        row.state = MessageState.REFUSED
        row.problem = f"未发送：{'.'.join(str(part) for part in first['loc'])}（{first['msg']}）"[:500]
        return None
    return encode(message, form)


def _receipt(parcel: Parcel, reply: Reply) -> ReceiptContent | None:
    """The receipt in an answer, if it is one for this message."""
    for form in (parcel.form, *Format):
        try:
            said = decode(reply.body, form).content
        except MessageError:
            continue
        if isinstance(said, ReceiptContent) and said.receipt_of == parcel.message_id:
            return said
    return None


def _put(row: PlatformMessage, reply: Reply, receipt: ReceiptContent | None, now: datetime) -> None:
    row.problem = ""
    if receipt is not None:
        acknowledge(row, receipt)
        row.acknowledged_at = now
    elif reply.outcome == Outcome.DELIVERED:
        row.state = MessageState.SENT
    else:
        row.state, row.problem = MessageState.REFUSED, reply.why[:500]
