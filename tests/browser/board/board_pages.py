"""Page objects of the live board, the wallboard and the seats' settings."""

from __future__ import annotations

import re
from typing import Self

from playwright.async_api import Locator, Page, expect

from tests.browser.pages import Console, by_test_id


class BoardPage:
    """Everything a leader sees and does live."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.stale = by_test_id(page, "stale")
        self.seats = by_test_id(page, "seat-grid")
        self.queues = by_test_id(page, "board-queues")
        self.actions = by_test_id(page, "seat-actions")
        self.find = by_test_id(page, "find-seat")
        self.supervision = by_test_id(page, "supervision")
        self.waiting_count = by_test_id(page, "waiting-count")

    async def open(self) -> Self:
        await self.page.goto("/board")
        await Console(self.page).connected()
        await expect(by_test_id(self.page, "tiles")).to_be_visible()
        return self

    def seat(self, extension: str) -> Locator:
        return self.seats.locator(f'[data-seat="{extension}"]')

    async def seat_is(self, extension: str, state: str) -> None:
        await expect(self.seat(extension)).to_have_attribute("data-state", state)

    def tile(self, name: str) -> Locator:
        return self.page.locator(f'[data-tile="{name}"] strong')

    def waiting(self, call_id: str) -> Locator:
        return self.page.locator(f'[data-waiting="{call_id}"]')

    def filter(self, name: str) -> Locator:
        return self.page.locator(f'[data-filter="{name}"]')

    async def wait_of(self, call_id: str) -> int:
        """How long the caller has waited, as shown, seconds."""
        minutes, seconds = (await self.waiting(call_id).locator('[data-test="waited"]').inner_text()).split(
            ":"
        )
        return int(minutes) * 60 + int(seconds)

    async def move(self, call_id: str, queue: str) -> None:
        """Through the dialog, to another queue."""
        await self.waiting(call_id).locator('[data-test="to-queue"]').click()
        async with self.page.expect_response("**/move") as answer:
            await self.page.locator(f'[data-target="{queue}"]').click()
        assert (await answer.value).ok, await (await answer.value).text()


class Wallboard:
    """The screen on the wall."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.message = by_test_id(page, "wall-message")
        self.waiting = by_test_id(page, "wall-waiting")
        self.clock = by_test_id(page, "clock")
        self.queues = by_test_id(page, "wall-queues")
        self.charts = page.locator('[data-test="hour-chart"] svg, [data-test="state-chart"] svg')

    async def open(self, address: str) -> Self:
        await self.page.goto(address)
        await expect(self.clock).to_have_text(re.compile(r"\d\d:\d\d:\d\d"))
        return self


class Form:
    """A dialog with a form in it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.box = page.locator(".el-dialog:visible")

    async def fill(self, **fields: str) -> None:
        for name, value in fields.items():
            await self.box.locator(f'[data-field="{name}"] input').first.fill(value)

    async def save(self) -> None:
        await self.box.locator('[data-test="save"]').click()

    async def saved(self) -> None:
        await self.save()
        await expect(self.box).to_have_count(0)


async def confirm(page: Page) -> None:
    """Say yes to the question asked."""
    await page.locator(".el-message-box:visible .el-button--primary").click()
