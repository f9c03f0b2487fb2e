"""The screen on the wall: opened by its token alone, honest when it is cut off, shut by a leader."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Page, expect

from tests.browser.board.board_pages import Form, Wallboard, confirm
from tests.browser.conftest import NewPage
from tests.browser.pages import Console, by_test_id

#: What legibility from five metres asks of the smallest words, pixels at 1920 × 1080: 16 mm on a 55" screen.
SMALLEST = 26
SCREEN: Any = {"width": 1920, "height": 1080}


async def _make(page: Page, label: str) -> str:
    """A wallboard's address, as the leader is shown it once."""
    await page.goto("/settings/wallboards")
    await by_test_id(page, "add-wallboard").click()
    form = Form(page)
    await form.fill(label=label)
    await form.save()
    address = await by_test_id(page, "wallboard-address").inner_text()
    await by_test_id(page, "wallboard-done").click()
    await expect(by_test_id(page, "wallboards")).to_contain_text(label)
    await expect(page.locator("body")).not_to_contain_text(address)
    return address


async def _smallest_words(page: Page) -> float:
    """Font size of the smallest words on the screen, pixels."""
    return float(
        await page.evaluate(
            """() => Math.min(...[...document.querySelectorAll('.wall *')]
               .filter(one => [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
               .map(one => parseFloat(getComputedStyle(one).fontSize)))"""
        )
    )


async def test_a_wallboard_lives_by_its_token(leader: Console, new_page: NewPage) -> None:
    address = await _make(leader.page, "接话大厅东墙")
    page = await new_page()
    await page.set_viewport_size(SCREEN)
    wall = await Wallboard(page).open(address)
    await expect(wall.waiting).to_contain_text("0")
    await expect(wall.queues).to_contain_text("综合")
    await expect(wall.charts).to_have_count(2)
    assert await page.context.cookies() == []
    assert await _smallest_words(page) >= SMALLEST
    assert await page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    before = await wall.clock.inner_text()
    await page.context.set_offline(True)
    await expect(wall.message).to_contain_text("未更新", timeout=10_000)
    assert await wall.clock.inner_text() != before
    await page.context.set_offline(False)
    await expect(wall.message).to_have_count(0)
    await leader.page.locator("[data-revoke]").first.click()
    await confirm(leader.page)
    await expect(by_test_id(leader.page, "wallboards")).to_contain_text("已撤销")
    await expect(wall.message).to_contain_text("令牌无效")
    await expect(wall.queues).to_have_count(0)


async def test_a_wallboard_without_a_token_says_so(new_page: NewPage) -> None:
    page = await new_page()
    wall = await Wallboard(page).open("/wallboard")
    await expect(wall.message).to_have_text("地址中没有令牌")
