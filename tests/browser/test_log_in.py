"""Who gets in, who does not, and in which language."""

from __future__ import annotations

import re

from playwright.async_api import expect

from tests.browser.pages import Console, LoginPage
from tests.instance import HotlineInstance

WRONG_PASSWORDS = 10


async def test_seat_logs_in_and_out(login_page: LoginPage, hotline: HotlineInstance) -> None:
    await login_page.submit("seat1001", hotline.accounts["seat1001"])
    console = Console(login_page.page)
    await console.connected()
    await expect(login_page.page).to_have_url(re.compile("/desk$"))
    await login_page.page.goto("/calls")
    await expect(console.seat_toggle).to_be_visible()
    await console.log_out()
    await expect(login_page.page).to_have_url(re.compile("/login$"))
    await login_page.page.goto("/calls")
    await expect(login_page.page).to_have_url(re.compile("/login"))


async def test_wrong_password_is_said_and_the_box_emptied(login_page: LoginPage) -> None:
    await login_page.submit("seat1002", "not-the-password")
    await expect(login_page.error).to_have_text(re.compile("错误"))
    await expect(login_page.page.locator("[name=password]")).to_have_value("")
    await expect(login_page.page.locator("[name=username]")).to_have_value("seat1002")


async def test_ten_wrong_passwords_lock_the_account_and_say_for_how_long(
    login_page: LoginPage, hotline: HotlineInstance
) -> None:
    for _ in range(WRONG_PASSWORDS):
        await login_page.submit("seat1004", "not-the-password")
    minutes = hotline.settings.web.lock_minutes
    await expect(login_page.error).to_contain_text(f"{minutes} 分钟")
    await login_page.submit("seat1004", hotline.accounts["seat1004"])
    await expect(login_page.error).to_contain_text("锁定")


async def test_a_deep_link_survives_the_log_in(login_page: LoginPage, hotline: HotlineInstance) -> None:
    await login_page.open("/cases")
    await login_page.submit("leader", hotline.accounts["leader"])
    await expect(login_page.page).to_have_url(re.compile("/cases$"))


async def test_a_foreign_link_cannot_lead_away_after_the_log_in(
    login_page: LoginPage, hotline: HotlineInstance
) -> None:
    await login_page.open("/login?next=//example.invalid/")
    await login_page.submit("leader", hotline.accounts["leader"])
    await expect(login_page.page).to_have_url(f"{hotline.base_url}/calls")


async def test_language_switch_is_kept(seat: Console) -> None:
    await seat.page.goto("/calls")
    heading = seat.page.locator("h1")
    await expect(heading).to_have_text("今日来电")
    await seat.switch_language()
    await expect(heading).to_have_text("Calls today")
    await expect(seat.page.locator("html")).to_have_attribute("lang", "en")
    await seat.page.reload()
    await expect(heading).to_have_text("Calls today")


async def test_only_a_seat_signs_in_to_the_queue(seat: Console, leader: Console) -> None:
    await seat.page.goto("/calls")
    await expect(seat.seat_state).to_have_text("未签入")
    await seat.seat_toggle.click()
    await expect(seat.seat_state).to_have_text("已签入")
    await seat.page.reload()
    await expect(seat.seat_state).to_have_text("已签入")
    await seat.seat_toggle.click()
    await expect(seat.seat_state).to_have_text("未签入")
    await expect(leader.seat_toggle).to_have_count(0)
