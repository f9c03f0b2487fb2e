"""What a person sees and does on the pages of 录音管理 and at a recording's menu."""

from __future__ import annotations

from playwright.async_api import Locator, Page, expect

from tests.browser.pages import by_test_id


async def fill(page: Page, field: str, text: str) -> None:
    """Write into a field of the dialog that is open."""
    box = page.locator(f'.el-dialog:visible [data-field="{field}"]').locator(
        "input:not([type=radio]), textarea"
    )
    await box.first.fill(text)


async def tick(page: Page, field: str, text: str) -> None:
    """Choose one of a field's boxes in the dialog that is open."""
    await page.locator(f'.el-dialog:visible [data-field="{field}"] label', has_text=text).first.click()


async def save(page: Page) -> None:
    """Press the open dialog's own button; it closes when the server has said yes."""
    await page.locator('.el-dialog:visible [data-test="save"]').click()
    await expect(page.locator(".el-dialog:visible")).to_have_count(0)


async def on_recording(page: Page, call_id: str, action: str) -> None:
    """Open the menu of a call's recording and choose from it."""
    await page.goto(f"/calls/{call_id}")
    await by_test_id(page, "recording-actions").click()
    await page.locator(f'[data-action="{action}"]:visible').click()


def grey(page: Page) -> Locator:
    """What the page says about a button that cannot be pressed."""
    return by_test_id(page, "why-grey")


async def sections(page: Page) -> list[str]:
    """The pages of the section the person is shown, by name."""
    links = page.locator('nav [data-test^="nav-keeping-"]')
    await expect(links.first).to_be_visible()
    return [
        str(await one.get_attribute("data-test")).removeprefix("nav-keeping-") for one in await links.all()
    ]
