"""Page objects: what a person can see and do on each page, without selectors in the tests."""

from __future__ import annotations

import re
from typing import Self

from playwright.async_api import Locator, Page, expect


def by_test_id(page: Page, name: str) -> Locator:
    return page.locator(f'[data-test="{name}"]')


class LoginPage:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.error = by_test_id(page, "login-error")

    async def open(self, path: str = "/") -> Self:
        await self.page.goto(path)
        await expect(self.page.locator("[name=username]")).to_be_visible()
        return self

    async def submit(self, username: str, password: str) -> None:
        """Press the button and wait for the server's answer."""
        await self.page.fill("[name=username]", username)
        await self.page.fill("[name=password]", password)
        async with self.page.expect_response("**/api/v1/session"):
            await self.page.click("button[type=submit]")


class Console:
    """The frame around every page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.live = by_test_id(page, "live")
        self.banner = page.locator(".banner")
        self.transcription = by_test_id(page, "transcription")
        self.seat_toggle = by_test_id(page, "seat-toggle")
        self.seat_state = by_test_id(page, "seat-state")

    async def log_in(self, username: str, password: str) -> Self:
        await (await LoginPage(self.page).open()).submit(username, password)
        await self.connected()
        return self

    async def connected(self) -> None:
        await expect(self.live).to_have_attribute("data-connected", "true")

    async def switch_language(self) -> None:
        await by_test_id(self.page, "language").click()

    async def log_out(self) -> None:
        await by_test_id(self.page, "account").click()
        await by_test_id(self.page, "log-out").click()


class CallsPage:
    def __init__(self, page: Page) -> None:
        self.page = page

    async def open(self) -> Self:
        await self.page.goto("/calls")
        await Console(self.page).connected()
        return self

    def row(self, call_id: str) -> Locator:
        return self.page.locator("tr", has=self.page.locator(f'[data-call="{call_id}"]'))

    def outcome(self, call_id: str) -> Locator:
        return self.row(call_id).locator('[data-test="outcome"]')

    def running(self, call_id: str) -> Locator:
        return self.row(call_id).locator('[data-test="running"]')


class CallPage:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.path = by_test_id(page, "path")
        self.facts = by_test_id(page, "facts")
        self.play = by_test_id(page, "play")
        self.waves = by_test_id(page, "waves")
        self.test_model = by_test_id(page, "test-model")
        self.words = page.locator("[data-word]")
        self.spoken = page.locator(".spoken")
        self.draft = Draft(page)

    async def open(self, call_id: str) -> Self:
        await self.page.goto(f"/calls/{call_id}")
        await expect(self.facts).to_be_visible()
        return self

    async def position_s(self) -> float:
        """Where the player stands, in whole seconds."""
        text = await by_test_id(self.page, "position").inner_text()
        minutes, seconds = text.split("/")[0].strip().split(":")
        return int(minutes) * 60 + int(seconds)


class Draft:
    """The case form beside a call, or on the page of a draft."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.number = by_test_id(page, "case-number")
        self.conflict = by_test_id(page, "conflict")
        self._state = by_test_id(page, "save-state")

    def field(self, name: str) -> Locator:
        return self.page.locator(f'[data-field="{name}"]')

    def box(self, name: str) -> Locator:
        return self.field(name).locator("input, textarea").first

    def mistake(self, name: str) -> Locator:
        return self.field(name).locator(".el-form-item__error")

    async def choose(self, name: str, option: str, search: str = "") -> None:
        await self.field(name).locator(".el-select__wrapper").click()
        if search:
            await self.box(name).fill(search)
        await self.page.locator(".el-select-dropdown__item:visible", has_text=option).first.click()

    async def saved(self) -> None:
        await expect(self._state).to_have_text(re.compile("已自动保存"))
        await expect(self._state).to_have_attribute("data-dirty", "false")

    async def submit(self) -> None:
        async with self.page.expect_response(re.compile("/moves/register$")):
            await by_test_id(self.page, "submit-draft").click()


class CasePage:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.stage = by_test_id(page, "stage")
        self.history = by_test_id(page, "history")
        self.facts = by_test_id(page, "case-facts")
        self.to_call = by_test_id(page, "to-call")

    async def open(self, case_id: int) -> Self:
        await self.page.goto(f"/cases/{case_id}")
        await expect(self.history).to_be_visible()
        return self

    def move_button(self, name: str) -> Locator:
        return self.page.locator(f'[data-move="{name}"]')

    async def move(self, name: str, note: str = "") -> None:
        await self.move_button(name).click()
        if note:
            await self.page.locator("[data-test=note]").fill(note)
        await by_test_id(self.page, "confirm-move").click()
