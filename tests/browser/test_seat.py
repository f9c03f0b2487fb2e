"""A seat logs in to the queue on the page, answers on a softphone, and sees its own call."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import expect

from tests.browser.pages import CallsPage, Console
from tests.instance import HotlineInstance
from tests.softphone import Softphone


@pytest.fixture
async def phone(hotline: HotlineInstance) -> AsyncIterator[Softphone]:
    """The softphone of seat 1001, registered, in no queue yet."""
    phone = Softphone(hotline.settings, "1001", await hotline.seat_secret("1001"))
    try:
        await phone.start(hotline.prompt("message-thanks"))
        yield phone
    finally:
        await phone.stop()


async def test_seat_logs_in_answers_and_logs_out(
    seat: Console, hotline: HotlineInstance, phone: Softphone
) -> None:
    calls_page = await CallsPage(seat.page).open()
    await seat.seat_toggle.click()
    await expect(seat.seat_state).to_have_text("已签入")
    known = await hotline.known_calls()
    async with hotline.carrier.dial(caller="13811112222") as call:
        await call.hear(0.5)
        await call.press("0")
        row = await hotline.next_call(known, lambda c: c.seat_answered_at is not None)
        await expect(calls_page.outcome(row.id)).to_have_text("通话中")
        await expect(calls_page.row(row.id)).to_contain_text("1001")
        await expect(calls_page.row(row.id)).to_contain_text("13811112222")
        await phone.command("hangup")
        await call.over()
    await expect(calls_page.outcome(row.id)).to_have_text("已接听")
    await seat.seat_toggle.click()
    await expect(seat.seat_state).to_have_text("未签入")
