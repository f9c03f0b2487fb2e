"""Connections that break and come back: the desk says which, and needs no reload."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import BrowserContext, WebSocketRoute, expect

from tests.browser.desk.driver import BrowserSeat
from tests.browser.desk.test_calls import calling, hears_the_seat
from tests.instance import HotlineInstance

CUT_S = 3.0


class Wire:
    """A WebSocket's way through a network that can be cut."""

    def __init__(self) -> None:
        self.whole = True
        self._sockets: list[WebSocketRoute] = []

    async def connected(self, socket: WebSocketRoute) -> None:
        if not self.whole:
            await socket.close()
            return
        socket.connect_to_server()
        self._sockets.append(socket)

    async def cut(self) -> None:
        self.whole = False
        for socket in self._sockets:
            await socket.close()
        self._sockets.clear()

    def mend(self) -> None:
        self.whole = True


@pytest.mark.parametrize("line", ["live", "phone"])
async def test_a_cut_line_is_named_and_comes_back_by_itself(
    person: BrowserContext, hotline: HotlineInstance, line: str
) -> None:
    page = await person.new_page()
    wire = Wire()
    port = hotline.settings.seats.ws_port
    await page.route_web_socket(
        "**/api/v1/live" if line == "live" else f"ws://127.0.0.1:{port}/ws", wire.connected
    )
    seat = await BrowserSeat.on(page, hotline, "1001")
    await seat.turn_on()
    banners = {name: seat.part(f"{name}-lost") for name in ("live", "phone")}
    await wire.cut()
    await expect(banners.pop(line)).to_be_visible()
    await expect(next(iter(banners.values()))).to_be_hidden()
    await asyncio.sleep(CUT_S)
    wire.mend()
    await expect(seat.part(f"{line}-lost")).to_be_hidden(timeout=15_000)
    await seat.registered()
    await expect(seat.part("live")).to_have_attribute("data-connected", "true")


async def test_a_call_outlives_a_cut_of_its_line_and_is_reached_over_the_new_one(
    person: BrowserContext, hotline: HotlineInstance
) -> None:
    page = await person.new_page()
    wire = Wire()
    await page.route_web_socket(f"ws://127.0.0.1:{hotline.settings.seats.ws_port}/ws", wire.connected)
    seat = await BrowserSeat.on(page, hotline, "1001")
    await seat.log_in()
    async with calling(hotline, "13866667777") as call:
        await seat.answer()
        await wire.cut()
        await expect(seat.part("phone-lost")).to_be_visible()
        assert await hears_the_seat(call)
        wire.mend()
        await seat.registered()
        assert await hears_the_seat(call)
        # What the switch has to say about the call arrives: here, that it is over.
        rows = hotline.asterisk("core", "show", "channels", "concise").splitlines()
        name = next(row.split("!")[0] for row in rows if row.startswith("PJSIP/1001w"))
        hotline.asterisk("channel", "request", "hangup", name)
        await seat.call_is("none")
        await call.over()
