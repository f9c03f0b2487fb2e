"""A sender that is killed (SIGKILL) when the gateway has the message, but before that is written down."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import TestServer

from core.clock import FixedClock
from core.db import SessionFactory
from core.delivery import Courier
from core.delivery_settings import Delivery
from core.notice_settings import Notices
from core.settings import CHECKOUT
from ticketing.notices import queue
from ticketing.notices.adapters import adapters
from ticketing.notices.sender import Sender
from ticketing.notices.tables import OutgoingMessage, SendState
from ticketing.tables import Case


async def _message(sessions: SessionFactory, now: datetime) -> int:
    case = Case(stage="registered", source="telephone", number="21", created_at=now, changed_at=now)
    async with sessions() as session:
        session.add(case)
        await session.flush()
        row = OutgoingMessage(
            key="the-key",
            case_id=case.id,
            move="register",
            audience="reporter",
            channel="sms",
            language="zh",
            recipient="13800001234",
            person="13800001234",
            text="已登记",
            state=SendState.WAITING,
            created_at=now,
            since=now,
            next_at=now,
        )
        session.add(row)
        await session.commit()
        return row.id


async def test_nothing_is_lost_and_nothing_sent_twice(sessions: SessionFactory, database_url: str) -> None:
    now = datetime.now(UTC)
    message_id = await _message(sessions, now)
    arrived, over, sent = asyncio.Event(), asyncio.Event(), list[str]()

    async def take(request: web.Request) -> web.Response:
        body = json.loads(await request.read())
        if body["id"] not in sent:
            sent.append(body["id"])
            arrived.set()
            await over.wait()
        return web.json_response({"id": "g-1"})

    app = web.Application()
    app.router.add_post("/sms", take)
    server = TestServer(app)
    await server.start_server()
    url = str(server.make_url("/sms"))
    line = (sys.executable, str(Path(__file__).with_name("killed_sender.py")), database_url, url)
    process = await asyncio.create_subprocess_exec(*line, cwd=CHECKOUT, env={"PYTHONPATH": "."})
    try:
        async with asyncio.timeout(60):
            await arrived.wait()
    finally:
        process.kill()
        await process.wait()
        over.set()
    rules = Notices(sms="http", sms_url=url, sms_secret="secret", hours="always")
    async with Courier(Delivery(private_networks=["127.0.0.0/8"])) as courier:
        sender = Sender(sessions, rules, adapters(rules, courier), FixedClock(now + timedelta(minutes=1)))
        assert await sender.once() == 0
        sender.clock = FixedClock(datetime.now(UTC) + queue.LEASE)
        assert await sender.once() == 1
    await server.close()
    async with sessions() as session:
        row = await session.get_one(OutgoingMessage, message_id)
    assert (row.state, row.reference, sent) == (SendState.SENT, "g-1", ["the-key"])
