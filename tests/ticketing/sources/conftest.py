"""A mailbox, a noise meter and a newspaper that report."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from core.clock import FixedClock
from core.db import SessionFactory
from core.tables import Account
from ticketing.sources import intake
from ticketing.sources.book import fresh
from ticketing.sources.channels import Channel
from ticketing.sources.intake import Accepted
from ticketing.sources.reports import Report
from ticketing.sources.tables import Source

Send = Callable[..., Awaitable[Accepted]]


@pytest.fixture
async def sources(
    sessions: SessionFactory, clock: FixedClock, people: dict[str, Account]
) -> dict[str, Source]:
    now = clock.now()
    noise = {"category_edition": "2013", "category_kind": "事件", "category_code": "0101"}
    found = [
        fresh("mailbox", "市长信箱", Channel.WEB, now),
        fresh("noise", "噪声自动监测", Channel.SENSOR, now, threshold=55.0, **noise),
        fresh("paper", "晚报热线", Channel.MEDIA, now, registers=False),
    ]
    async with sessions.begin() as session:
        session.add_all(found)
    return {one.code: one for one in found}


@pytest.fixture
def send(sessions: SessionFactory, clock: FixedClock, sources: dict[str, Source]) -> Send:
    """Take one report of a source; the least a report says is filled in."""

    async def give(source: str, external_id: str, **said: Any) -> Accepted:
        said = {"description": "路灯不亮", "district": "210202"} | said
        return await intake.accept(sessions, source, Report(id=external_id, **said), clock)

    return give
