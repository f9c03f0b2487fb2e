"""What people publish on the real hotline, and when its calls know of it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from sqlalchemy import select

from ivr.house import sounds
from ivr.house.snapshot import copy_file
from ivr.house.tables import AnnouncementRow, Revision
from tests.instance import HotlineInstance
from tests.waiting import poll


class Office:
    """People at the console."""

    def __init__(self, hotline: HotlineInstance, clients: dict[str, aiohttp.ClientSession]) -> None:
        self.hotline, self._clients = hotline, clients

    async def ask(self, who: str, method: str, address: str, **body: Any) -> Any:
        """`who` asks the API; the answer. A change is waited for until calls know of it."""
        client = self._clients[who]
        async with client.request(method, f"/api/v1{address}", json=body or None) as answer:
            assert answer.status < 300, await answer.text()
            told = await answer.json() if answer.status != 204 else None
        if method != "GET":
            await self._until_calls_know()
        return told

    async def announce(self, text: str, mode: str, **more: Any) -> dict[str, Any]:
        now = datetime.now(UTC)
        times = {"starts_at": now.isoformat(), "ends_at": (now + timedelta(hours=1)).isoformat()}
        form = {"title": "测试", "text_zh": text, "mode": mode} | times | more
        made: dict[str, Any] = await self.ask("leader", "POST", "/announcements", **form)
        return made

    async def sound(self, announcement_id: int) -> bytes:
        """What callers are to hear, as it goes over the line."""
        async with self.hotline.sessions() as db:
            row = await db.get(AnnouncementRow, announcement_id)
        assert row is not None
        folder = sounds.announcements_dir(self.hotline.settings) / row.sound
        return (folder / "zh_CN.alaw").read_bytes()

    async def flag(self, number: str, path: str) -> None:
        until = (datetime.now(UTC) + timedelta(days=1)).isoformat()
        form = {"number": number, "reason": "反复辱骂", "path": path, "expires_at": until}
        flag = await self.ask("seat1001", "POST", "/flags", **form)
        await self.ask("leader", "POST", f"/flags/{flag['id']}/review", approve=True, note="")

    async def clear(self) -> None:
        """No announcement is left."""
        for row in (await self.ask("leader", "GET", "/announcements"))["items"]:
            await self.ask("leader", "DELETE", f"/announcements/{row['id']}")

    async def _until_calls_know(self) -> None:
        async with self.hotline.sessions() as db:
            wanted = await db.scalar(select(Revision.revision))
        await poll(lambda: self._known() == wanted, "calls know what was published")

    def _known(self) -> int:
        try:
            return int(json.loads(copy_file(self.hotline.settings).read_bytes())["revision"])
        except FileNotFoundError:
            return -1


def middle(alaw: bytes) -> bytes:
    """A quarter of a second out of the middle: A-law goes over the line as it is."""
    at = len(alaw) // 2 // 160 * 160
    return alaw[at : at + 2000]


@pytest.fixture
async def office(hotline: HotlineInstance) -> AsyncIterator[Office]:
    clients = {who: await hotline.log_in(who) for who in ("seat1001", "leader", "admin")}
    made = Office(hotline, clients)
    yield made
    await made.clear()
    for client in clients.values():
        await client.close()
