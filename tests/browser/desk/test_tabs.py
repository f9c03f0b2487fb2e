"""Two tabs of one seat: one of them is the telephone."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.desk.conftest import OpenSeat


async def test_the_second_tab_says_where_the_phone_is_and_can_take_it(at_desk: OpenSeat) -> None:
    first = await at_desk()
    await first.turn_on()
    second = await at_desk()
    await expect(second.part("phone-elsewhere")).to_contain_text("另一个标签页")
    await second.press("phone-take-over")
    await second.registered()
    await expect(first.part("phone-elsewhere")).to_be_visible()
    await second.close()
    await first.registered()
