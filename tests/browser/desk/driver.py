"""A seat at its desk: the console in a real Chromium that speaks a sound file into its microphone."""

from __future__ import annotations

import shlex
import tempfile
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Self

import pytest
from playwright.async_api import Browser, BrowserContext, Locator, Page, async_playwright, expect

from core.native import command, root_for_tests
from core.settings import Settings
from hotline.front_end import node
from ivr.prompts.audio import audioop
from tests.instance import HotlineInstance

#: The smallest screen a seat has.
SCREEN = {"width": 1366, "height": 768}
#: Without the first group Chromium calls home; the second makes it a telephone on a machine without sound.
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
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--allow-loopback-in-peer-connection",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
]
#: Registering needs a WebSocket, two requests and the microphone.
PHONE_MS = 15_000
CALL_MS = 10_000
_CHROMIUM_HZ = 48_000


def write_speech(path: Path, alaw: bytes) -> None:
    """Write headerless A-law at 8 kHz as the file a microphone speaks over and over."""
    linear = audioop.alaw2lin(alaw, 2)
    wide, _ = audioop.ratecv(linear, 2, 1, 8000, _CHROMIUM_HZ, None)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_CHROMIUM_HZ)
        file.writeframes(wide)


@asynccontextmanager
async def chromium(settings: Settings, speech: bytes = b"") -> AsyncIterator[Browser]:
    """A Chromium whose microphone speaks `speech` (headerless A-law); without it: Chromium's own beeps."""
    with (
        tempfile.TemporaryDirectory(prefix="hotline-chromium-") as name,
        pytest.MonkeyPatch.context() as patch,
    ):
        folder = Path(name)
        flags = list(FLAGS)
        if speech:
            write_speech(folder / "speech.wav", speech)
            flags.append(f"--use-file-for-fake-audio-capture={folder}/speech.wav")
        wrapper = folder / "chromium"
        line = command(settings, "chromium", root=root_for_tests(settings), binds=[folder])
        wrapper.write_text(f'#!/bin/sh\nexec {shlex.join(line)} "$@"\n', encoding="utf-8")
        wrapper.chmod(0o755)
        # Playwright's own node needs libraries that a bare machine lacks; the console's does not.
        patch.setenv("PLAYWRIGHT_NODEJS_PATH", node())
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=wrapper, args=flags)
            try:
                yield browser
            finally:
                await browser.close()


class BrowserSeat:
    """What a seat sees and does on its desk; buttons by the name in `data-test`."""

    def __init__(self, page: Page, hotline: HotlineInstance, extension: str) -> None:
        self.page, self._hotline, self.extension = page, hotline, extension
        self.phone = self.part("phone")
        self.call = self.part("call-panel")
        self.presence = self.part("presence")
        self.pop = self.part("pop")
        self.failure = page.locator(".desk-failure")

    @classmethod
    async def open(
        cls, browser: Browser | BrowserContext, hotline: HotlineInstance, extension: str = "1001"
    ) -> Self:
        """Log the account `seat<extension>` in; a context given is shared with its other tabs."""
        context = browser if isinstance(browser, BrowserContext) else await new_context(browser, hotline)
        return await cls.on(await context.new_page(), hotline, extension)

    @classmethod
    async def on(cls, page: Page, hotline: HotlineInstance, extension: str) -> Self:
        """The same on a page that is there already."""
        seat = cls(page, hotline, extension)
        await page.goto("/")
        await page.locator("[name=username], [data-test=presence]").first.wait_for()
        if await page.locator("[name=username]").count():
            name = f"seat{extension}"
            await page.fill("[name=username]", name)
            await page.fill("[name=password]", hotline.accounts[name])
            await page.click("button[type=submit]")
        await expect(seat.presence).to_be_visible()
        return seat

    def part(self, name: str) -> Locator:
        return self.page.locator(f'[data-test="{name}"]')

    async def press(self, name: str) -> None:
        """Press a button: hold, resume, mute, transfer, consult, complete, cancel, swap, park, hang-up …"""
        await self.part(name).first.click()

    async def registered(self, *, within_ms: float = PHONE_MS) -> None:
        await expect(self.phone).to_have_attribute("data-state", "registered", timeout=within_ms)

    async def turn_on(self) -> None:
        """Make this tab the seat's phone."""
        await self.press("phone-on")
        await self.registered()

    async def log_in(self, device: str = "browser") -> None:
        """Join the queues with this browser, or with the desk phone; return when the switch says ready."""
        await expect(self.presence).not_to_have_attribute("data-state", "unknown", timeout=CALL_MS)
        if await self.presence.get_attribute("data-state") == "offline":
            await self.press(f"log-in-{device}")
        elif device == "browser" and await self.phone.get_attribute("data-state") == "off":
            await self.press("phone-on")
        if device == "browser":
            await self.registered()
        await self.in_state("ready")

    async def in_state(self, state: str, *, within_ms: float = CALL_MS) -> None:
        """Wait for the seat's state, such as ready, ringing, talking, wrap_up or paused."""
        await expect(self.presence).to_have_attribute("data-state", state, timeout=within_ms)

    async def call_is(self, state: str, *, within_ms: float = CALL_MS) -> None:
        """Wait for the call's state: none, ringing, talking, hold, consult, conference, pin, dialling."""
        await expect(self.call).to_have_attribute("data-state", state, timeout=within_ms)

    async def rings(self) -> None:
        await self.call_is("ringing", within_ms=20_000)

    async def answer(self) -> None:
        """Take the call that rings or will ring; return when it is up."""
        await self.rings()
        await self.press("answer")
        await self.call_is("talking")

    async def hang_up(self) -> None:
        await self.press("hang-up")
        await self.call_is("none")

    async def to_target(self, verb: str, kind: str, value: str) -> None:
        """`verb` transfer or consult; `kind` seat, queue, directory or number."""
        await self.press(verb)
        if kind == "number":
            await self.part("pick-search").fill(value)
            await self.press("target-number")
        else:
            await self.press(f"target-{kind}-{value}")

    async def keys(self, digits: str) -> None:
        await self.press("keypad")
        for digit in digits:
            await self.press(f"key-{digit}")

    async def close(self) -> None:
        """Close the tab as a person does: the page may say goodbye."""
        await self.page.close(run_before_unload=False)


async def new_context(browser: Browser, hotline: HotlineInstance) -> BrowserContext:
    """A person's browser: its tabs share log-in, storage and locks."""
    return await browser.new_context(
        base_url=hotline.base_url,
        viewport={"width": SCREEN["width"], "height": SCREEN["height"]},
        locale="zh-CN",
        permissions=["microphone", "notifications"],
    )
