"""Calls come and go on the page by themselves."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from playwright.async_api import expect

from ivr.ledger.tables import Call
from tests.browser.pages import CallsPage, Console

Start = Callable[[], Awaitable[Call]]


async def test_call_in_progress_appears_within_a_second_and_ends(
    calls_page: CallsPage, call_in_progress: Start
) -> None:
    delays = []
    for _ in range(3):  # one slow look on a busy machine says nothing, three in a row do
        call = await call_in_progress()
        await expect(calls_page.row(call.id)).to_be_visible(timeout=3000)
        delays.append((datetime.now(UTC) - call.started_at).total_seconds())
        if delays[-1] < 1.0:
            break
    assert min(delays) < 1.0
    await expect(calls_page.outcome(call.id)).to_have_text(re.compile("语音菜单|排队等待"))
    await expect(calls_page.running(call.id)).to_have_text("0:02", timeout=4000)
    await expect(calls_page.running(call.id)).to_have_count(0, timeout=8000)
    await expect(calls_page.outcome(call.id)).to_have_text(re.compile("放弃|菜单中挂机"))


async def test_live_filter_shows_only_calls_in_progress(
    calls_page: CallsPage, call_in_progress: Start
) -> None:
    await calls_page.page.get_by_text("通话中", exact=True).click()
    call = await call_in_progress()
    await expect(calls_page.row(call.id)).to_be_visible()
    await expect(calls_page.row(call.id)).to_have_count(0, timeout=8000)
    await expect(calls_page.page.get_by_text("当前没有进行中的通话")).to_be_visible()


async def test_lost_connection_is_said_and_what_was_missed_is_fetched(
    seat: Console, call_in_progress: Start
) -> None:
    calls_page = await CallsPage(seat.page).open()
    await seat.page.context.set_offline(True)
    await expect(seat.banner).to_contain_text("连接已断开")
    call = await call_in_progress()
    await expect(calls_page.row(call.id)).to_have_count(0)
    await seat.page.context.set_offline(False)
    await seat.connected()
    await expect(seat.banner).to_have_count(0)
    await expect(calls_page.row(call.id)).to_be_visible()
