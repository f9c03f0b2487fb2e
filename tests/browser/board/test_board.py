"""The shift leader's live board, fed by real calls and a real seat."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import expect

from tests.browser.board.board_pages import BoardPage
from tests.browser.board.phones import logged_in, registered
from tests.browser.pages import Console, by_test_id
from tests.instance import HotlineInstance
from tests.softphone import Softphone


@pytest.fixture
async def board(leader: Console) -> BoardPage:
    return await BoardPage(leader.page).open()


@pytest.fixture
async def phone(hotline: HotlineInstance) -> AsyncIterator[Softphone]:
    """The softphone of seat 1001, in the queue; it answers by itself."""
    async with logged_in(hotline, "1001") as phone:
        yield phone


@pytest.fixture
async def ringing_phone(hotline: HotlineInstance) -> AsyncIterator[Softphone]:
    """The same, but it rings until the caller's patience ends."""
    async with logged_in(hotline, "1001", answers=False) as phone:
        yield phone


async def test_a_caller_waits_is_moved_and_leaves(
    board: BoardPage, hotline: HotlineInstance, ringing_phone: Softphone
) -> None:
    known = await hotline.known_calls()
    async with hotline.carrier.dial(caller="13811113333", hang_up_after_s=7) as call:
        await call.hear(0.5)
        await call.press("0")
        row = await hotline.next_call(known, lambda one: one.queued_at is not None)
        await expect(board.waiting(row.id)).to_contain_text("138****3333")
        await expect(board.tile("waiting")).to_have_text("1")
        first = await board.wait_of(row.id)
        await expect(board.waiting(row.id)).to_contain_text("综合")
        await board.move(row.id, "emergency")
        await expect(board.waiting(row.id)).to_contain_text("应急")
        assert await board.wait_of(row.id) >= first
        await call.over()
    await expect(board.waiting(row.id)).to_have_count(0)
    await expect(board.tile("waiting")).to_have_text("0")


async def test_a_seat_is_seen_to_talk(board: BoardPage, hotline: HotlineInstance, phone: Softphone) -> None:
    await board.seat_is("1001", "ready")
    known = await hotline.known_calls()
    async with hotline.carrier.dial(caller="13811114444") as call:
        await call.hear(0.5)
        await call.press("0")
        await board.seat_is("1001", "talking")
        row = await hotline.next_call(known, lambda one: one.seat_answered_at is not None)
        await board.seat("1001").click()
        await expect(board.actions.get_by_text("打开来电")).to_have_attribute("href", f"/calls/{row.id}")
        await phone.command("hangup")
        await call.over()
    await expect(board.seat("1001")).not_to_have_attribute("data-state", "talking")


async def test_keys_do_what_the_mouse_does(
    board: BoardPage, leader: Console, hotline: HotlineInstance, phone: Softphone
) -> None:
    page = leader.page
    await board.seat_is("1001", "ready")
    await page.keyboard.press("/")
    await page.keyboard.type("1001")
    await expect(board.seats.locator("[data-seat]")).to_have_count(1)
    await page.keyboard.press("Escape")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Home")
    await expect(board.seat("1001")).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("s")
    dialog = page.locator(".el-dialog:visible")
    await dialog.locator('[data-test="note"]').fill("请先接听热线台")
    await dialog.locator('[data-choice="save"]').click()
    await expect(dialog).to_have_count(0)
    await board.seat_is("1001", "paused")
    await page.keyboard.press("n")
    await by_test_id(page, "notice-text").fill("暴雨红色预警")
    await page.keyboard.press("Control+Enter")
    await expect(dialog).to_have_count(0)
    client = await hotline.log_in("seat1001")
    try:
        newest, before = [one["text"] for one in (await hotline.get(client, "/api/v1/notices"))["items"]][:2]
        assert newest == "暴雨红色预警"
        assert before.endswith("请先接听热线台"), "the seat is told why it is paused"
    finally:
        await client.close()
    await page.keyboard.press("Escape")
    await expect(board.seat("1001")).to_have_attribute("aria-selected", "false")


async def test_a_leader_listens_whispers_and_ends(
    board: BoardPage, leader: Console, hotline: HotlineInstance, phone: Softphone
) -> None:
    page = leader.page
    async with (
        registered(hotline, "1900", address="127.0.0.4"),
        hotline.carrier.dial(caller="13811115555") as call,
    ):
        await call.hear(0.5)
        await call.press("0")
        await board.seat_is("1001", "talking")
        await board.seat("1001").click()
        await page.keyboard.press("l")
        await expect(board.supervision).to_contain_text("双方都听不到您", timeout=15_000)
        await board.supervision.get_by_text("耳语").click()
        await expect(board.supervision).to_have_attribute("data-mode", "whisper")
        await page.reload()
        await expect(board.supervision).to_have_attribute("data-mode", "whisper")
        await by_test_id(page, "end-supervision").click()
        await expect(board.supervision).to_have_count(0)
        await board.seat_is("1001", "talking")
        await phone.command("hangup")
        await call.over()
