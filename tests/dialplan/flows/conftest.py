"""A hotline with the full menu and a duty phone for gas, and callers who use it at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tests.dialplan.flows.callers import CALLERS, Caller, Story
from tests.instance import HotlineInstance

Stories = Callable[[Caller], Story]


@pytest.fixture(scope="session")
async def city() -> AsyncIterator[HotlineInstance]:
    """Shared by the tests of this folder; each looks only at the calls it placed."""
    instance = HotlineInstance(
        {
            "HOTLINE_FLOW_PRESET": "full_menu",
            "HOTLINE_FLOW_DIGIT_WAIT_S": "1.5",
            "HOTLINE_FORWARD_NUMBERS": '{"gas": "84301234"}',
            "HOTLINE_FORWARD_RING_S": "5",
        }
    )
    await asyncio.to_thread(instance.start)
    yield instance
    status = await asyncio.to_thread(instance.stop)
    await instance.close()
    instance.remove()
    assert status == 0


@pytest.fixture(scope="session")
async def story(city: HotlineInstance) -> Stories:
    """What became of each caller; one that went wrong fails only the tests that ask for it."""

    async def one(number: str, caller: Caller) -> Story | BaseException:
        work: Awaitable[Story] = caller(city, number)
        return (await asyncio.gather(work, return_exceptions=True))[0]

    told = await asyncio.gather(*(one(number, caller) for number, caller in CALLERS.items()))
    by_caller = dict(zip(CALLERS.values(), told, strict=True))

    def find(caller: Caller) -> Story:
        found = by_caller[caller]
        if isinstance(found, BaseException):
            raise found
        return found

    return find
