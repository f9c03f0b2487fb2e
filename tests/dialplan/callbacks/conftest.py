"""Callers who wait and want to be called back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import select

from core.clock import SystemClock
from ivr.callbacks.book import CallbackBook
from ivr.callbacks.tables import Callback
from tests.carrier import PhoneCall
from tests.instance import HotlineInstance
from tests.waiting import poll

PATIENCE_S = 30.0


class List:
    """The list of call-backs of a hotline, as the database has it."""

    def __init__(self, hotline: HotlineInstance) -> None:
        self.hotline = hotline

    @asynccontextmanager
    async def waiting_caller(self, caller: str) -> AsyncIterator[PhoneCall]:
        """A caller who has come to the queue and waits there; nobody is logged in."""
        async with self.hotline.carrier.dial(caller=caller) as call:
            await call.hear(0.5)
            await call.press("0")
            await self.somebody_waits()
            yield call

    async def somebody_waits(self) -> None:
        """Return when there is a caller in the queue."""
        await poll(
            lambda: "trunk-demo-" in self.hotline.asterisk("queue show q-general"), "a caller in the queue"
        )

    async def ask(self, caller: str) -> int:
        """Call, wait, press 1, confirm the own number; the row's id."""
        async with self.waiting_caller(caller) as call:
            await call.press("1")
            await call.hear(1)
            await call.press("1")
            await call.over()
        return (await self.row(caller, "waiting")).id

    async def put(self, number: str) -> int:
        """As if that citizen had asked; the row's id."""
        book = CallbackBook(self.hotline.sessions, self.hotline.settings.callback, SystemClock())
        now = SystemClock().now()
        return await book.ask(number=number, queue="general", joined_at=now, call_id="")

    async def row(self, number: str, state: str) -> Callback:
        """The row of `number`, once it is in `state`."""
        return await self._once(number, lambda row: row.state == state, state)

    async def tried(self, number: str, attempts: int, result: str) -> Callback:
        """The row of `number`, once so many attempts are made and the last one had this result."""
        return await self._once(
            number, lambda row: (row.attempts, row.result) == (attempts, result), f"{attempts} {result}"
        )

    async def _once(self, number: str, holds: Callable[[Callback], bool], what: str) -> Callback:
        end = time.monotonic() + PATIENCE_S
        query = select(Callback).where(Callback.number == number).order_by(Callback.id.desc())
        while True:
            async with self.hotline.sessions() as session:
                row = (await session.scalars(query.limit(1))).one_or_none()
            if row is not None and holds(row):
                return row
            found = vars(row) if row is not None else "none"
            assert time.monotonic() < end, f"not {what}: {found}\n{self.hotline.output()}"
            await asyncio.sleep(0.05)

    async def numbers(self) -> set[str]:
        async with self.hotline.sessions() as session:
            return set(await session.scalars(select(Callback.number)))


@pytest.fixture
def callbacks(hotline: HotlineInstance) -> List:
    return List(hotline)
