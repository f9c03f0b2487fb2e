"""Page objects of the voice menu's pages."""

from __future__ import annotations

from typing import Self

from playwright.async_api import Locator, Page, expect

from tests.browser.pages import by_test_id


class FlowPage:
    """A flow's graph, text, problems and history."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.text = by_test_id(page, "flow-text")
        self.problems = by_test_id(page, "problems")
        self.version = by_test_id(page, "flow-version")
        self.publish_button = by_test_id(page, "publish")
        self.diff = by_test_id(page, "diff")
        self.history = by_test_id(page, "flow-history")
        self.prompts = by_test_id(page, "step-prompts")
        self.overtaken = by_test_id(page, "overtaken")
        self.unsaved = by_test_id(page, "unsaved")

    async def open(self, name: str) -> Self:
        await self.page.goto(f"/settings/flows/{name}")
        await self.sound()
        return self

    def node(self, step: str) -> Locator:
        return self.page.locator(f'[data-node="{step}"]')

    def entry(self, version: int) -> Locator:
        return self.history.locator(f'[data-version="{version}"]')

    async def sound(self) -> None:
        """Wait until the text is checked and has no problem."""
        await expect(self.problems).to_have_attribute("data-busy", "false")
        await expect(self.problems).to_have_attribute("data-count", "0")

    async def write(self, text: str) -> None:
        """Replace the whole text, as a person would with Ctrl-A."""
        await self.text.click()
        await self.page.keyboard.press("Control+a")
        await self.page.keyboard.insert_text(text)

    async def publish(self, note: str) -> None:
        await self.publish_button.click()
        await self.confirm(note)

    async def confirm(self, note: str = "") -> None:
        if note:
            await by_test_id(self.page, "publish-note").fill(note)
        await by_test_id(self.page, "confirm-publish").click()

    async def show_history(self) -> None:
        await self.page.get_by_role("tab", name="历史版本").click()


class Table:
    """A list of a page, whatever it is a list of."""

    def __init__(self, page: Page, name: str) -> None:
        self.page = page
        self.box = by_test_id(page, name)

    def row(self, text: str) -> Locator:
        return self.box.locator("tbody tr", has_text=text)

    def cell(self, text: str, column: str) -> Locator:
        return self.row(text).locator(f'[data-column="{column}"]')


class Dialog:
    """The dialog that is open."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.box = page.locator(".el-dialog:visible")

    def field(self, name: str) -> Locator:
        return self.box.locator(f'[data-field="{name}"]').locator("input, textarea").first

    async def answer(self, choice: str, note: str = "") -> None:
        if note:
            await self.box.locator('[data-test="note"]').fill(note)
        await self.box.locator(f'[data-choice="{choice}"]').click()
        await expect(self.box).to_have_count(0)
