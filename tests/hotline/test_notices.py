"""hotline.notices: what the settings name is what the part `timers` sends by."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import ValidationError

from core.clock import FixedClock
from core.db import SessionFactory
from core.delivery_settings import Delivery
from core.notice_settings import Notices
from core.settings import Settings
from hotline import notices
from ticketing.notices.tables import OutgoingMessage, SendState
from ticketing.tables import Case

Poll = Callable[[Callable[[], Awaitable[bool]], str], Awaitable[None]]


async def test_the_gateway_of_the_settings_gets_the_message(sessions: SessionFactory, poll: Poll) -> None:
    now, seen = datetime.now(UTC), list[str]()

    async def take(request: web.Request) -> web.Response:
        seen.append((await request.json())["to"])
        return web.json_response({"id": 7})

    app = web.Application()
    app.router.add_post("/sms", take)
    server = TestServer(app)
    await server.start_server()
    case = Case(stage="registered", source="telephone", number="21", created_at=now, changed_at=now)
    async with sessions() as session:
        session.add(case)
        await session.flush()
        row = OutgoingMessage(
            key="k",
            case_id=case.id,
            move="register",
            audience="reporter",
            channel="sms",
            language="zh",
            recipient="13800001234",
            text="已登记",
            state=SendState.WAITING,
            created_at=now,
            since=now,
            next_at=now,
        )
        session.add(row)
        await session.commit()

    async def is_sent() -> bool:
        async with sessions() as session:
            return (await session.get_one(OutgoingMessage, row.id)).state == SendState.SENT

    url = str(server.make_url("/sms"))
    settings = Settings(
        notices=Notices(sms="http", sms_url=url, sms_secret="s", hours="always"),
        delivery=Delivery(private_networks=["127.0.0.0/8"]),
    )
    sending = asyncio.create_task(notices.send(settings, sessions, FixedClock(now)))
    try:
        await poll(is_sent, "the message is sent")
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        await server.close()
    assert seen == ["13800001234"]


@pytest.mark.parametrize(
    "wrong",
    [{"sms": "http"}, {"wechat": "http", "wechat_url": "https://a.example/"}, {"hours": "at night"}],
)
def test_settings_that_cannot_work_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Notices.model_validate(wrong)


def test_a_network_of_our_own_is_a_network() -> None:
    with pytest.raises(ValidationError):
        Delivery(private_networks=["10.0.0.0/99"])
