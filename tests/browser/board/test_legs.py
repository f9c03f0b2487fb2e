"""A call's page shows who held the call when: as a bar, and as a table for those who cannot see it."""

from __future__ import annotations

from itertools import pairwise

from playwright.async_api import expect

from tests.browser.board.phones import logged_in
from tests.browser.pages import CallPage, Console, by_test_id
from tests.instance import HotlineInstance


async def test_legs_of_a_call_lie_end_to_end(leader: Console, hotline: HotlineInstance) -> None:
    page, known = leader.page, await hotline.known_calls()
    async with logged_in(hotline, "1002") as phone:
        async with hotline.carrier.dial(caller="13811116666") as call:
            await call.hear(0.5)
            await call.press("0")
            await hotline.next_call(known, lambda one: one.seat_answered_at is not None)
            await call.hear(1.5)
            await phone.command("hangup")
            await call.over()
        row = await hotline.next_call(known, lambda one: one.ended_at is not None)
    await CallPage(page).open(row.id)
    pieces = by_test_id(page, "legs").locator("[data-leg]")
    await expect(pieces.last).to_be_visible()
    boxes = [box for piece in await pieces.all() if (box := await piece.bounding_box())]
    for left, right in pairwise(boxes):
        assert abs(left["x"] + left["width"] - right["x"]) < 1
    await expect(by_test_id(page, "legs")).to_contain_text("坐席 1002")
    await by_test_id(page, "legs-view").get_by_text("表格").click()
    table = by_test_id(page, "legs-table")
    await expect(table.locator("tbody tr")).to_have_count(len(boxes))
    await expect(table).to_contain_text("语音菜单")
    await expect(table.locator("tr", has_text="坐席 1002").last).to_contain_text("通话")
    await expect(by_test_id(page, "seat-legs")).to_contain_text("1002")
