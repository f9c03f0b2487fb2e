"""Callers who wait and want to be called back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import select

from ivr.callbacks.tables import Callback
from tests.carrier import PhoneCall
from tests.instance import HotlineInstance
from tests.waiting import poll


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
            shown = lambda: "trunk-demo-" in self.hotline.asterisk("queue show q-general")  # noqa: E731
            await poll(shown, "the caller waits in the queue")
            yield call

    async def ask(self, caller: str) -> int:
        """Call, wait, press 1, confirm the own number; the row's id."""
        async with self.waiting_caller(caller) as call:
            await call.press("1")
            await call.hear(self.hotline.prompt_s("callback-offer"))
            await call.press("1")
            await call.over()
        return (await self.row(caller, "waiting")).id

    async def row(self, number: str, state: str, seconds: float = 20.0) -> Callback:
        """The row of `number`, once it is in `state`."""
        end = time.monotonic() + seconds
        query = select(Callback).where(Callback.number == number).order_by(Callback.id.desc())
        while True:
            async with self.hotline.sessions() as session:
                row = (await session.scalars(query.limit(1))).one_or_none()
            if row is not None and row.state == state:
                return row
            found = vars(row) if row is not None else "none"
            assert time.monotonic() < end, f"not {state}: {found}\n{self.hotline.output()}"
            await asyncio.sleep(0.05)

    async def numbers(self) -> set[str]:
        async with self.hotline.sessions() as session:
            return set(await session.scalars(select(Callback.number)))


@pytest.fixture
def callbacks(hotline: HotlineInstance) -> List:
    return List(hotline)
