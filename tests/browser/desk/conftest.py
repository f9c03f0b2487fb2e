"""Seats at their desks, in a Chromium that speaks and hears."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
from playwright.async_api import Browser, BrowserContext, StorageState

from tests.browser.desk.driver import BrowserSeat, chromium, new_context
from tests.browser.desk.fakes import PlayedSwitch
from tests.instance import HotlineInstance

#: What seats say all the time; the test model knows its words.
SPEECH = "message-thanks"

OpenSeat = Callable[..., Awaitable[BrowserSeat]]


@pytest.fixture(scope="session")
async def talking(hotline: HotlineInstance) -> AsyncIterator[Browser]:
    """A Chromium that says SPEECH over and over."""
    async with chromium(hotline.settings, hotline.prompt(SPEECH)) as browser:
        yield browser


@pytest.fixture
async def person(talking: Browser, hotline: HotlineInstance) -> AsyncIterator[BrowserContext]:
    """One person's browser, whose tabs share what a browser keeps. A script error in one fails the test."""
    errors: list[str] = []
    context = await new_context(talking, hotline)
    context.on("weberror", lambda error: errors.append(str(error.error)))
    yield context
    await context.close()
    assert errors == []


@pytest.fixture
async def at_desk(person: BrowserContext, hotline: HotlineInstance) -> AsyncIterator[OpenSeat]:
    """Opens a tab with a seat's desk; the seat has left the queues afterwards."""
    async with AsyncExitStack() as stack:

        async def open_seat(extension: str = "1001") -> BrowserSeat:
            seat = await BrowserSeat.open(person, hotline, extension)
            stack.push_async_callback(hotline_left, hotline, extension)
            return seat

        yield open_seat


async def hotline_left(hotline: HotlineInstance, extension: str) -> None:
    """Take a seat out of its queues, whatever its page did."""
    client = await hotline.log_in(f"seat{extension}")
    try:
        await client.post("/api/v1/seats/me/log-out", json={})
    finally:
        await client.close()


@pytest.fixture(scope="session")
async def logged_in(talking: Browser, hotline: HotlineInstance) -> StorageState:
    """The cookies of somebody who has logged seat 1001 in."""
    context = await new_context(talking, hotline)
    await BrowserSeat.open(context, hotline, "1001")
    cookies = await context.storage_state()
    await context.close()
    return {"cookies": cookies["cookies"], "origins": []}


@pytest.fixture
async def played(person: BrowserContext, logged_in: StorageState, hotline: HotlineInstance) -> PlayedSwitch:
    """The desk of seat 1001 with a played switch; `played.seat` is the page's driver."""
    await person.add_cookies(logged_in["cookies"])  # type: ignore[arg-type]
    page = await person.new_page()
    switch = PlayedSwitch(page)
    await switch.install()
    switch.seat = await BrowserSeat.on(page, hotline, "1001")
    await switch.seat.in_state("ready")
    return switch
