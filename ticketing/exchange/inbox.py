"""Messages that come in: signature, time and nonce first; then each is taken once and gets a 回执."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import CHINA, Clock
from core.db import SessionFactory, begin_write
from core.delivery import is_signed, sign
from core.errors import HotlineError
from core.keybox import KeyBox
from ticketing.exchange import receiving
from ticketing.exchange.codec import TYPES, decode, encode, format_of
from ticketing.exchange.messages import VERSION, Envelope, Message, ReceiptContent, as_json
from ticketing.exchange.platforms import purpose
from ticketing.exchange.receiving import Result
from ticketing.exchange.tables import (
    MessageKind,
    MessageState,
    Platform,
    PlatformMessage,
    PlatformNonce,
    Way,
)


class ExchangeSignatureError(HotlineError):
    """签名或时间戳无效，或没有这个平台。"""

    code, status = "exchange_signature", 401


class ReplayedError(HotlineError):
    """随机数已用过：报文是重放的。"""

    code, status = "exchange_replayed", 409


@dataclass(frozen=True)
class Answered:
    """The receipt, signed: what the platform gets back at once."""

    status: int
    body: bytes
    content_type: str
    timestamp: str
    signature: str


@dataclass(frozen=True)
class Inbox:
    """Takes what platforms send."""

    sessions: SessionFactory
    clock: Clock
    box: KeyBox
    works: receiving.Works

    async def take(
        self, code: str, *, content_type: str, timestamp: str, signature: str, body: bytes
    ) -> Answered:
        """
        Raises:
            ExchangeSignatureError: not from this platform, or not of these minutes.
            ReplayedError: the very same request was here before.
            MessageError: signed, but not a message.
        """
        platform, secret = await self._sender(code, timestamp, signature, body)
        form = format_of(content_type)
        message = decode(body, form)
        had = await self._enter(platform, message)
        receipt = had or await self._work(platform, message)
        sealed = encode(_envelope(receipt, self.clock.now()), form)
        stamp = str(int(self.clock.now().timestamp()))
        status = 422 if receipt.result == "refused" else 200
        return Answered(status, sealed, TYPES[form], stamp, sign(secret, stamp, sealed))

    async def again(self, platform: Platform, row: PlatformMessage) -> ReceiptContent:
        """Take a message once more that was refused; the receipt is what its sender has to be told."""
        kind = MessageKind(row.kind)
        said = {
            "version": VERSION,
            "id": row.message_id,
            "nonce": secrets.token_hex(8),
            "at": self.clock.now().isoformat(),
            "type": str(kind),
            str(kind): row.content,
        }
        message = decode(json.dumps(said).encode(), format_of("application/json"))
        return await self._work(platform, message)

    async def _sender(self, code: str, timestamp: str, signature: str, body: bytes) -> tuple[Platform, str]:
        async with self.sessions() as session:
            platform = await session.get(Platform, code)
        if platform is None or not platform.is_active:
            raise ExchangeSignatureError
        secret = self.box.open(platform.sealed_secret, purpose(code))
        if not is_signed(secret, timestamp, signature, body, self.clock.now()):
            raise ExchangeSignatureError
        return platform, secret

    async def _enter(self, platform: Platform, message: Message) -> ReceiptContent | None:
        """Use the nonce up; the receipt, if the message was taken before."""
        now = self.clock.now()
        async with self.sessions() as session:
            await begin_write(session)
            session.add(PlatformNonce(platform=platform.code, nonce=message.envelope.nonce, at=now))
            try:
                await session.flush()
            except IntegrityError:
                raise ReplayedError from None
            row = await session.get_one(Platform, platform.code)
            row.heard_at = now
            old = await _old(session, platform.code, message.envelope.id)
            await session.commit()
        if old is None:
            return None
        if old.digest != message.digest:
            reason = "这个报文编号已用于另一份内容不同的报文"
            return ReceiptContent(receipt_of=message.envelope.id, result="refused", reason=reason)
        if old.state == MessageState.REFUSED:
            return None  # perhaps the code has a mapping by now
        return ReceiptContent.model_validate(old.receipt | {"result": "duplicate"})

    async def _work(self, platform: Platform, message: Message) -> ReceiptContent:
        try:
            result = await self.works.do(platform, message)
        except HotlineError as error:
            fields = error.details.get("fields")
            named = "；".join(str(one) for one in fields.values()) if isinstance(fields, dict) else ""
            result = Result(reason=f"{error}：{named}" if named else str(error))
        receipt = ReceiptContent(
            receipt_of=message.envelope.id,
            result="accepted" if result.is_taken else "refused",
            reason=result.reason[:1000],
            number=result.number,
            unmapped=list(result.unmapped),
        )
        return await self._write(platform, message, result, receipt)

    async def _write(
        self, platform: Platform, message: Message, result: Result, receipt: ReceiptContent
    ) -> ReceiptContent:
        now, said = self.clock.now(), as_json(message.content)
        values: dict[str, Any] = {
            "case_id": result.case_id,
            "state": MessageState.ACCEPTED if result.is_taken else MessageState.REFUSED,
            "receipt": as_json(receipt),
            "problem": "" if result.is_taken else result.reason[:500],
        }
        try:
            async with self.sessions() as session:
                await begin_write(session)
                row = await _old(session, platform.code, message.envelope.id)
                if row is None:
                    row = PlatformMessage(
                        platform=platform.code,
                        way=Way.IN,
                        message_id=message.envelope.id,
                        kind=message.envelope.type,
                        day=str(message.envelope.at.astimezone(CHINA).date()),
                        reference=str(said.get("reference", "")),
                        content=said,
                        digest=message.digest,
                        made_at=now,
                        attempts=0,
                    )
                    session.add(row)
                for name, value in values.items():
                    setattr(row, name, value)
                row.attempts, row.acknowledged_at = row.attempts + 1, now
                await session.commit()
        except IntegrityError:  # the same message twice at one time: the other one wrote it down
            async with self.sessions() as session:
                other = await _old(session, platform.code, message.envelope.id)
            return ReceiptContent.model_validate(other.receipt) if other else receipt
        return receipt


async def _old(session: AsyncSession, platform: str, message_id: str) -> PlatformMessage | None:
    query = select(PlatformMessage).where(
        PlatformMessage.platform == platform,
        PlatformMessage.way == Way.IN,
        PlatformMessage.message_id == message_id,
    )
    found: PlatformMessage | None = await session.scalar(query)
    return found


def _envelope(receipt: ReceiptContent, now: datetime) -> Message:
    envelope = Envelope(
        version="1",
        id=f"receipt-{secrets.token_hex(8)}",
        nonce=secrets.token_hex(16),
        at=now,
        type=MessageKind.RECEIPT,
    )
    return Message(envelope=envelope, content=receipt)
