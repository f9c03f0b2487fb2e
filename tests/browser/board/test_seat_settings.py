"""What leaders set for seats: pause reasons, transfer targets, phones and lock-outs."""

from __future__ import annotations

import re

from playwright.async_api import expect

from tests.browser.board.board_pages import Form, confirm
from tests.browser.pages import Console, by_test_id
from tests.browser.voice_pages import Table
from tests.instance import HotlineInstance


async def test_a_pause_reason_is_added_and_put_out_of_use(leader: Console) -> None:
    page = leader.page
    await page.goto("/settings/pauses")
    reasons, form = Table(page, "pause-reasons"), Form(page)
    await by_test_id(page, "add-pause").click()
    await form.fill(code="Tea", label="茶歇", limit_minutes="10")
    await form.save()
    await expect(form.box.locator('[data-field="code"] .el-form-item__error')).to_contain_text("小写字母")
    await form.fill(code="tea")
    await form.saved()
    await expect(reasons.cell("茶歇", "limit")).to_have_text("10 分钟")
    await page.locator('[data-edit="tea"]').click()
    await form.box.locator(".el-switch").click()
    await form.saved()
    await expect(reasons.cell("茶歇", "state")).to_have_text("停用")


async def test_a_transfer_target_is_added_checked_and_deleted(leader: Console) -> None:
    page = leader.page
    await page.goto("/settings/directory")
    directory, form = Table(page, "directory"), Form(page)
    await by_test_id(page, "add-target").click()
    await form.fill(code="7", label="中山区城管局", number="041182580000")
    await form.save()
    await expect(form.box.locator('[data-field="code"] .el-form-item__error')).to_have_text("2–4 位数字")
    await form.fill(code="77")
    await form.saved()
    await expect(directory.row("中山区城管局")).to_contain_text("041182580000")
    await page.locator('[data-remove="77"]').click()
    await confirm(page)
    await expect(directory.row("中山区城管局")).to_have_count(0)


async def test_a_phone_is_set_up_by_picture_and_by_hand(leader: Console, hotline: HotlineInstance) -> None:
    page, secret = leader.page, await hotline.seat_secret("1002")
    await page.goto("/settings/phones/1002")
    password = page.locator('[data-plain="password"]')
    await expect(page.locator('[data-plain="user"]')).to_contain_text("1002")
    await expect(password).not_to_contain_text(secret)
    await by_test_id(page, "show-password").click()
    await expect(password).to_contain_text(secret)
    pictures = by_test_id(page, "qr")
    await expect(pictures).to_have_count(2)
    assert await pictures.first.evaluate("picture => picture.naturalWidth") > 0


async def test_a_seat_sees_its_own_phone_only(seat: Console) -> None:
    page = seat.page
    await by_test_id(page, "account").click()
    await by_test_id(page, "own-phone").click()
    await expect(page.locator('[data-plain="user"]')).to_contain_text("1001")
    await expect(by_test_id(page, "phone-seat")).to_have_count(0)
    await page.goto("/settings/phones/1002")
    await expect(page).not_to_have_url(re.compile("phones"))


async def test_nobody_is_locked_out(leader: Console) -> None:
    await leader.page.goto("/settings/lockouts")
    await expect(by_test_id(leader.page, "empty")).to_have_text("没有被锁定的地址")
