"""A house that exchanges with one other platform, which a test plays."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import select

from core.case_settings import Cases
from core.clock import FixedClock
from core.db import SessionFactory
from core.delivery import sign
from core.events import CaseMoved
from core.keybox import KeyBox
from core.platform_settings import Exchange
from core.tables import Account
from tests.ticketing.receiver import LOOPBACK, Heard, Receiver, receiving
from ticketing import moves
from ticketing.exchange.codec import TYPES, decode, encode
from ticketing.exchange.inbox import Answered, Inbox
from ticketing.exchange.messages import CONTENTS, Envelope, Message, ReceiptContent
from ticketing.exchange.outgoing import Outgoing
from ticketing.exchange.platforms import By, Platforms
from ticketing.exchange.receiving import Works
from ticketing.exchange.sender import Sender
from ticketing.exchange.tables import Format, MessageKind, Platform, PlatformMessage, Table, Way
from ticketing.tables import Case

GRID = "grid"
#: Their codes and ours.
CODES = (
    (Table.CLASS, Way.BOTH, "2013:事件:0112", "C-403"),
    (Table.PLACE, Way.BOTH, "210202", "ZS"),
    (Table.STAGE, Way.OUT, "established", "20"),
    (Table.STAGE, Way.OUT, "dispatched", "30"),
    (Table.STAGE, Way.IN, "accept", "A"),
    (Table.STAGE, Way.IN, "report_done", "D"),
    (Table.UNIT, Way.BOTH, "roads", "U-1"),
)
BOX = KeyBox(b"test")
#: Nothing in it depends on the database.
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@dataclass
class Exchanging:
    sessions: SessionFactory
    clock: FixedClock
    people: dict[str, Account]
    by: By
    platforms: Platforms
    inbox: Inbox
    outgoing: Outgoing
    sender: Sender
    receiver: Receiver
    secret: str

    def message(self, kind: str, content: dict[str, Any], message_id: str = "m-1", **more: Any) -> Message:
        envelope = {
            "version": "1",
            "id": message_id,
            "nonce": secrets.token_hex(16),
            "at": self.clock.now(),
            "type": kind,
        } | more
        return Message(
            envelope=Envelope.model_validate(envelope),
            content=CONTENTS[MessageKind(kind)].model_validate(content),
        )

    async def tell(self, message: Message, form: Format = Format.JSON) -> tuple[Answered, ReceiptContent]:
        """Send `message` as the platform would; the answer and the receipt in it."""
        body = encode(message, form)
        stamp = str(int(self.clock.now().timestamp()))
        answer = await self.inbox.take(
            GRID,
            content_type=TYPES[form],
            timestamp=stamp,
            signature=sign(self.secret, stamp, body),
            body=body,
        )
        said = decode(answer.body, form).content
        assert isinstance(said, ReceiptContent)
        assert sign(self.secret, answer.timestamp, answer.body) == answer.signature
        return answer, said

    def heard(self) -> list[Message]:
        return [decode(one.body, _form(one)) for one in self.receiver.heard]

    def gives_receipts(self, **receipt: Any) -> None:
        """The platform answers each message with a receipt."""

        async def answer(heard: Heard) -> web.Response:
            form = _form(heard)
            got = decode(heard.body, form).envelope.id
            said = self.message("receipt", {"receipt_of": got, "result": "accepted"} | receipt, f"r-{got}")
            return web.Response(body=encode(said, form), content_type=TYPES[form])

        self.receiver.answer = answer

    async def move(self, case: Case, move: str, who: str, **more: Any) -> Case:
        """A move, and what follows from its event."""
        self.clock.advance(timedelta(seconds=1))
        async with self.sessions() as session:
            version = (await session.get_one(Case, case.id)).version
        moved = await moves.move(
            self.sessions,
            case_id=case.id,
            move=move,
            actor=self.people[who],
            version=version,
            clock=self.clock,
            **more,
        )
        await self.outgoing.handle(CaseMoved(at=self.clock.now(), case_id=case.id, move=move))
        return moved

    async def case(self, case_id: int | None) -> Case:
        async with self.sessions() as session:
            return await session.get_one(Case, case_id)

    async def messages(self, way: Way) -> list[PlatformMessage]:
        query = select(PlatformMessage).where(PlatformMessage.way == way).order_by(PlatformMessage.id)
        async with self.sessions() as session:
            return list(await session.scalars(query))

    async def platform(self) -> Platform:
        async with self.sessions() as session:
            return await session.get_one(Platform, GRID)


def _form(heard: Heard) -> Format:
    return Format.XML if "xml" in heard.headers["Content-Type"] else Format.JSON


@pytest.fixture
async def house(
    sessions: SessionFactory, clock: FixedClock, people: dict[str, Account]
) -> AsyncIterator[Exchanging]:
    by = By(people["administrator"].id, "127.0.0.1")
    platforms = Platforms(sessions, clock, BOX)
    async with receiving() as receiver:
        _, secret = await platforms.make(
            by,
            code=GRID,
            name="网格平台",
            kind="grid",
            form="xml",
            url=receiver.url,
            account="roads1",
        )
        for table, way, ours, theirs in CODES:
            await platforms.put_code(by, GRID, table=table, way=way, ours=ours, theirs=theirs, name="")
        works = Works(sessions, clock, moves.DALIAN, Cases())
        made = Exchanging(
            sessions,
            clock,
            people,
            by,
            platforms,
            Inbox(sessions, clock, BOX, works),
            Outgoing(sessions, clock),
            Sender(sessions, clock, BOX, LOOPBACK, Exchange()),
            receiver,
            secret,
        )
        made.gives_receipts()
        yield made
