"""Keyword alerts in a browser: told at once, heard at their second, seen; and the lists behind them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Locator, Page, expect
from sqlalchemy import select

from core.events import EventCodec
from core.tables import OutboxEntry
from recorder.tables import Recording
from tests.browser.pages import by_test_id
from tests.browser.recordings.conftest import OpenPage, Recorder
from tests.browser.voice_pages import Dialog, Table
from tests.web.live_world import running
from tests.web.world import World

#: 漏气 is said by the citizen in the conversation of these tests.
LIST, SAID_AT = "燃气与爆炸", 40


@pytest.fixture
async def live(world: World) -> AsyncIterator[World]:
    async with running(world):
        yield world


async def publish(world: World) -> None:
    """As the outbox's relay does."""
    async with world.sessions.begin() as db:
        for row in await db.scalars(select(OutboxEntry).where(OutboxEntry.published_at.is_(None))):
            await world.bus.publish(EventCodec.decode({"type": row.type, "body": row.body}))
            row.published_at = world.clock.now()


async def opened(page: Page, path: str) -> Page:
    await page.goto(path)
    await expect(by_test_id(page, "live")).to_have_attribute("data-connected", "true")
    return page


def row(page: Page) -> Locator:
    return page.locator("[data-alert]")


async def test_an_alert_is_told_heard_at_its_second_and_seen(
    live: World, recorder: Recorder, open_page: OpenPage
) -> None:
    page = await opened(await open_page("inspector"), "/keyword-alerts")
    count = by_test_id(page, "alert-count")
    await expect(by_test_id(page, "empty")).to_have_text("没有未阅的告警")
    await expect(count).to_have_count(0)
    recording: Recording = await recorder.take_in()
    await publish(live)
    await expect(count).to_have_text("1")
    await expect(page.locator(".el-notification")).to_contain_text("新的关键词告警")
    await expect(row(page)).to_contain_text(LIST)
    hit = row(page).locator("[data-hit]")
    await expect(hit.locator("mark")).to_have_text("漏气")
    await hit.click()
    await page.wait_for_url(f"**/calls/{recording.call_id}?t=*")
    place = by_test_id(page, "waves")
    await expect(place).to_be_visible()
    assert int(float(await place.get_attribute("aria-valuenow") or 0)) in (SAID_AT, SAID_AT + 1)
    await by_test_id(page, "alert-badge").click()
    async with page.expect_response("**/seen"):
        await by_test_id(page, "see").click()
    await expect(count).to_have_count(0)
    await expect(by_test_id(page, "empty")).to_have_text("没有未阅的告警")
    await page.locator('[data-test="only-unseen"]').click()
    await expect(by_test_id(page, "seen-by")).to_have_text("已阅：Inspector")
    await expect(by_test_id(page, "see")).to_have_count(0)


async def test_a_list_is_made_tried_turned_off_and_removed(world: World, open_page: OpenPage) -> None:
    page = await open_page("leader")
    await page.goto("/keyword-lists")
    table = Table(page, "keyword-lists")
    await expect(table.row(LIST)).to_contain_text("紧急")
    await by_test_id(page, "add-list").click()
    dialog = Dialog(page)
    await dialog.field("name").fill("噪音")
    await dialog.field("words").fill("噪音、灯")
    await by_test_id(page, "save").click()
    await expect(dialog.box).to_contain_text("“灯”太短")
    await dialog.field("words").fill("噪音，噪声\n噪音")
    await expect(dialog.box).to_contain_text("共 2 个词")
    sentence = dialog.box.locator('[data-test="try-text"]')
    await sentence.fill("楼下 噪 声很大")
    await sentence.press("Enter")
    await expect(dialog.box.locator('[data-test="tried"] mark')).to_have_text("噪 声")
    await by_test_id(page, "save").click()
    await expect(table.row("噪音")).to_contain_text("噪音、噪声")
    whole = page.locator(".tried")
    await whole.locator('[data-test="try-text"]').fill("噪音")
    await whole.locator('[data-test="try"]').click()
    await expect(by_test_id(page, "tried")).to_contain_text("噪音")
    await table.row("噪音").locator('[data-test="turn"]').click()
    await expect(table.row("噪音").get_by_role("switch")).not_to_be_checked()
    await whole.locator('[data-test="try"]').click()
    await expect(by_test_id(page, "tried")).to_have_text("不会告警")
    await table.row("噪音").locator('[data-test="remove-list"]').click()
    await page.locator(".el-message-box").get_by_role("button", name="删除").click()
    await expect(table.row("噪音")).to_have_count(0)


async def test_inspectors_read_the_lists_and_seats_neither(world: World, open_page: OpenPage) -> None:
    page = await open_page("inspector")
    await page.goto("/keyword-lists")
    await expect(Table(page, "keyword-lists").row(LIST)).to_be_visible()
    for name in ("add-list", "edit-list", "remove-list", "turn"):
        await expect(by_test_id(page, name)).to_have_count(0)
    seat = await open_page("seat1")
    await seat.goto("/keyword-alerts")
    await seat.wait_for_url("**/desk")
    await expect(by_test_id(seat, "alert-badge")).to_have_count(0)
