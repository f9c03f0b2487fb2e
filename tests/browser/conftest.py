"""The console in a real Chromium against a real hotline with real calls in it."""

from __future__ import annotations

import asyncio
import secrets
import shlex
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from core.native import command, root_for_tests
from core.settings import Settings
from hotline.demo_call import caller
from hotline.front_end import node
from ivr.ledger.tables import Call
from tests.browser.pages import CallPage, CallsPage, Console, LoginPage
from tests.carrier import PhoneCall
from tests.instance import HotlineInstance

#: Without these Chromium calls home; on a closed network that fails many times a second.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--mute-audio",
]
#: The smallest screen a seat has.
SCREEN = {"width": 1366, "height": 768}
#: Calls that left a message and were transcribed; each test that changes a draft takes its own, one is
#: to spare for a test that is tried again.
MESSAGES = 7

#: A machine that runs several tests at once is slow now and then.
expect.set_options(timeout=20_000)

NewPage = Callable[[], Awaitable[Page]]


@pytest.fixture(scope="session")
async def hotline() -> AsyncIterator[HotlineInstance]:
    instance = HotlineInstance()
    instance.start()
    yield instance
    assert instance.stop() == 0
    await instance.close()
    instance.remove()


@pytest.fixture(scope="session")
async def browser(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    settings = Settings()
    line = command(settings, "chromium", root=root_for_tests(settings))
    wrapper = tmp_path_factory.mktemp("chromium") / "chromium"
    wrapper.write_text(f'#!/bin/sh\nexec {shlex.join(line)} "$@"\n', encoding="utf-8")
    wrapper.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        # Playwright's own node needs libraries that a bare machine lacks; the console's does not.
        patch.setenv("PLAYWRIGHT_NODEJS_PATH", node())
        async with async_playwright() as playwright:
            chromium = await playwright.chromium.launch(executable_path=wrapper, args=FLAGS)
            yield chromium
            await chromium.close()


@pytest.fixture
async def new_page(browser: Browser, hotline: HotlineInstance) -> AsyncIterator[NewPage]:
    """Makes pages that share nothing with each other. A script error on any of them fails the test."""
    errors: list[str] = []
    contexts = []

    async def make() -> Page:
        context = await browser.new_context(base_url=hotline.base_url, viewport=SCREEN, locale="zh-CN")
        contexts.append(context)
        page = await context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield make
    for context in contexts:
        await context.close()
    assert errors == []


@pytest.fixture
async def login_page(new_page: NewPage) -> LoginPage:
    return await LoginPage(await new_page()).open()


@pytest.fixture
async def seat(new_page: NewPage, hotline: HotlineInstance) -> Console:
    """The console with seat 1001 logged in."""
    return await Console(await new_page()).log_in("seat1001", hotline.accounts["seat1001"])


@pytest.fixture
async def leader(new_page: NewPage, hotline: HotlineInstance) -> Console:
    """The console with the shift leader logged in."""
    return await Console(await new_page()).log_in("leader", hotline.accounts["leader"])


@pytest.fixture
async def admin(new_page: NewPage, hotline: HotlineInstance) -> Console:
    """The console with the administrator logged in."""
    return await Console(await new_page()).log_in("admin", hotline.accounts["admin"])


@pytest.fixture(scope="session")
async def message_calls(hotline: HotlineInstance) -> list[str]:
    """Ids of calls of which each left a spoken complaint and has a transcript and a draft."""
    numbers = [f"1390000{1000 + n}" for n in range(MESSAGES)]
    await asyncio.gather(*(caller.call(hotline.settings, number) for number in numbers))
    client = await hotline.log_in("leader")
    try:
        async with asyncio.timeout(60):
            while True:
                rows = (await hotline.get(client, "/api/v1/calls?limit=200"))["items"]
                ours = [row for row in rows if row["caller"] in numbers]
                details = [await hotline.get(client, f"/api/v1/calls/{row['id']}") for row in ours]
                if len(details) == MESSAGES and all(one["transcripts"] and one["case_id"] for one in details):
                    return [one["id"] for one in details]
                await asyncio.sleep(0.3)
    finally:
        await client.close()


@pytest.fixture(scope="session")
def unused_calls(message_calls: list[str]) -> list[str]:
    """Calls whose draft no test has changed yet."""
    return list(message_calls)


@pytest.fixture
def own_call(unused_calls: list[str]) -> str:
    """A call whose draft this test may change."""
    return unused_calls.pop()


@pytest.fixture
async def calls_page(seat: Console) -> CallsPage:
    return await CallsPage(seat.page).open()


@pytest.fixture
async def call_page(seat: Console, message_calls: list[str]) -> CallPage:
    """The first call that left a message; tests with this page change nothing."""
    return await CallPage(seat.page).open(message_calls[0])


@pytest.fixture
async def call_in_progress(hotline: HotlineInstance) -> AsyncIterator[Callable[[], Awaitable[Call]]]:
    """Starts a call of about four seconds; gives its ledger row as soon as there is one."""
    async with AsyncExitStack() as stack:
        dialled: list[PhoneCall] = []

        async def start() -> Call:
            known = await hotline.known_calls()
            number = f"1370{secrets.randbelow(10_000_000):07d}"
            dial = hotline.carrier.dial(caller=number, hang_up_after_s=4.0)
            dialled.append(await stack.enter_async_context(dial))
            return await hotline.next_call(known, lambda call: call.caller == number)

        yield start
        for call in dialled:
            await call.over()
