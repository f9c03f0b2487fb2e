"""A seat as the tests see it: the console's requests and a device to speak into."""

from __future__ import annotations

from typing import Any

import aiohttp

from tests.instance import HotlineInstance
from tests.seat.browser import Desk
from tests.seat.devices import Device

_API = "/api/v1"


class Seat:
    """One person: logged in to the console, with a device of their own."""

    def __init__(self, hotline: HotlineInstance, extension: str, device: Device, username: str = "") -> None:
        self.hotline, self.extension, self.device = hotline, extension, device
        self._username = username or f"seat{extension}"
        self._client: aiohttp.ClientSession | None = None

    async def begin(self) -> None:
        """Register the device and log in to the console."""
        secret = await self.hotline.seat_secret(self.extension)
        self._client = await self.hotline.log_in(self._username)
        await self.device.start(self.hotline, self.extension, secret)

    async def serve(self, leader: aiohttp.ClientSession, skill: str) -> None:
        """Take the calls of the queue that asks for `skill`, and no others."""
        skills = {"skills": {skill: 1}}
        async with leader.put(f"{_API}/seats/{self.extension}/skills", json=skills) as answer:
            assert answer.status == 200, await answer.text()
        await self.ask("/seats/me/log-in", {"device": self.device.kind})

    @property
    def client(self) -> aiohttp.ClientSession:
        """The session in the console."""
        assert self._client is not None, "not logged in"
        return self._client

    async def ask(self, path: str, body: dict[str, Any] | None = None, *, status: int = 0) -> Any:
        """POST to the API; fails unless it answers with `status`, or at all well when that is 0."""
        async with self.client.post(_API + path, json=body or {}) as answer:
            text = await answer.text()
            assert answer.status == status if status else answer.ok, f"{path}: {answer.status} {text}"
            return await answer.json() if text else None

    async def get(self, path: str) -> Any:
        return await self.hotline.get(self.client, _API + path)

    async def press(self, verb: str, target: dict[str, str] | None = None) -> None:
        """Press a button of the call: hold, resume, transfer … On the page where there is one."""
        if isinstance(self.device, Desk):
            await self.device.press(verb, target)
        else:
            await self.call(verb, **({"target": target} if target else {}))

    async def call(self, verb: str, *, status: int = 0, **body: Any) -> Any:
        """Ask for a verb of the call, past any page."""
        return await self.ask(f"/seats/me/call/{verb}", body, status=status)

    async def end(self) -> None:
        if self._client is not None:
            await self._client.close()
        await self.device.stop()


def to_seat(seat: Seat) -> dict[str, str]:
    return {"kind": "seat", "value": seat.extension}


def to_queue(name: str) -> dict[str, str]:
    return {"kind": "queue", "value": name}


def to_directory(code: str) -> dict[str, str]:
    return {"kind": "directory", "value": code}
