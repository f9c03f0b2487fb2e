"""The browser seat as a device: the console's desk page in a real Chromium, its buttons pressed."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from playwright.async_api import Browser, Error

from tests.browser.desk.driver import BrowserSeat
from tests.instance import HotlineInstance
from tests.seat.voices import Voice

#: From a key pressed elsewhere until this page rings; a busy machine is slow.
_CONNECT_MS = 20_000


class Desk:
    """A tab of `browser`, which speaks `voice`."""

    kind = "browser"

    def __init__(self, browser: Browser, voice: Voice) -> None:
        self._browser, self.voice = browser, voice
        #: Script errors of the page.
        self.errors: list[str] = []

    async def start(self, hotline: HotlineInstance, extension: str, secret: str) -> None:
        """`secret` is not needed: the page asks for it."""
        self.desk = await BrowserSeat.open(self._browser, hotline, extension)
        self.desk.page.on("pageerror", lambda error: self.errors.append(str(error)))
        await self.desk.turn_on()

    def fresh(self) -> None:
        """A page has no past calls."""

    async def talking(self) -> None:
        """A call that asks the device to answer by itself needs no key."""
        call = self.desk.page.locator('[data-test="call-panel"]:not([data-state="none"])')
        await call.wait_for(timeout=_CONNECT_MS)
        if await self.desk.call.get_attribute("data-state") == "ringing":
            await self.desk.press("answer")
        await self.desk.call_is("talking")

    async def idle(self) -> None:
        await self.desk.call_is("none", within_ms=_CONNECT_MS)

    async def hang_up(self) -> None:
        await self.desk.press("hang-up")

    async def press(self, verb: str, target: dict[str, str] | None = None) -> None:
        """Press the button of a verb of the call, and choose its target."""
        if target is None:
            await self.desk.press(verb)
        else:
            await self.desk.to_target(verb, target["kind"], target["value"])

    async def kill(self) -> None:
        """The tab dies without a word, as with the lid closed."""
        session = await self.desk.page.context.new_cdp_session(self.desk.page)
        with suppress(TimeoutError, Error):  # a page that is gone does not answer
            async with asyncio.timeout(1):
                await session.send("Page.crash")

    async def stop(self) -> None:
        await self.desk.page.context.close()
