"""Sixty seats and ninety waiting callers: the board keeps up, and redraws only what changed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from playwright.async_api import Page, Route, WebSocketRoute, expect

from tests.browser.board import samples
from tests.browser.board.board_pages import BoardPage
from tests.browser.pages import Console

SEATS, WAITING, ROUNDS = 60, 90, 10
#: Share of a core the page may need at two boards a second, on a busy machine and without a graphics card.
MOST = 0.5


async def _feed(page: Page, board: dict[str, Any]) -> list[WebSocketRoute]:
    """From now on this page is told `board`, and what is sent to the sockets returned."""
    sockets: list[WebSocketRoute] = []

    async def answer(route: Route) -> None:
        await route.fulfill(json=board)

    await page.route("**/api/v1/board", answer)
    await page.route_web_socket("**/api/v1/live", lambda socket: sockets.append(socket))
    return sockets


async def _busy_s(page: Page) -> float:
    session = await page.context.new_cdp_session(page)
    await session.send("Performance.enable")
    metrics = (await session.send("Performance.getMetrics"))["metrics"]
    await session.detach()
    return float(next(one["value"] for one in metrics if one["name"] == "TaskDuration"))


def _changed(board: dict[str, Any], n: int) -> dict[str, Any]:
    """Four seats change and the one who waits longest is gone."""
    now = datetime.now(UTC).isoformat()
    for place in range(4):
        seat = board["seats"][(n * 4 + place) % SEATS]
        seat["state"], seat["since"] = ("ready", "talking", "wrap_up")[n % 3], now
    fullest = max(board["queues"], key=lambda queue: len(queue["waiting"]))
    fullest["waiting"].pop()
    return board | {"at": now}


async def test_a_full_board_is_redrawn_twice_a_second(leader: Console) -> None:
    page, board = leader.page, samples.board(SEATS, WAITING)
    sockets = await _feed(page, board)
    shown = await BoardPage(page).open()
    await shown.filter("all").click()
    await expect(shown.seats.locator("[data-seat]")).to_have_count(SEATS)
    await expect(shown.waiting_count).to_have_text(str(WAITING))
    untouched = await shown.seat("1060").element_handle()
    assert untouched is not None
    await untouched.evaluate(
        "card => { window.changes = 0; new MutationObserver(seen => {"
        " window.changes += seen.filter(one => one.type === 'attributes').length"
        " }).observe(card, {attributes: true, subtree: true}) }"
    )
    before, began = await _busy_s(page), datetime.now(UTC)
    for n in range(ROUNDS):
        sockets[-1].send(json.dumps({"type": "board", "board": _changed(board, n)}))
        await expect(shown.waiting_count).to_have_text(str(WAITING - n - 1))
        await page.wait_for_timeout(500)
    share = (await _busy_s(page) - before) / (datetime.now(UTC) - began).total_seconds()
    assert share < MOST
    assert await page.evaluate("window.changes") == 0


async def test_what_is_not_heard_of_again_is_shown_as_old(leader: Console) -> None:
    page = leader.page
    await page.clock.install()
    await _feed(page, samples.board(4, 0))
    shown = await BoardPage(page).open()
    await expect(shown.stale).to_have_count(0)
    await page.route("**/api/v1/board", lambda route: route.abort())
    await page.clock.run_for(20_000)
    await expect(shown.stale).to_contain_text("未更新")
    await page.unroute("**/api/v1/board")
    await _feed(page, samples.board(4, 0, at=datetime.now(UTC)))
    await page.clock.run_for(6_000)
    await expect(shown.stale).to_have_count(0)
