"""A seat as the tests see it: the console's requests and a device to speak into."""

from __future__ import annotations

from typing import Any

import aiohttp

from tests.instance import HotlineInstance
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

    async def ask(self, path: str, body: dict[str, Any] | None = None, *, status: int = 200) -> Any:
        """POST to the API; fails unless it answers with `status`."""
        assert self._client is not None, "not logged in"
        async with self._client.post(_API + path, json=body or {}) as answer:
            text = await answer.text()
            assert answer.status == status, f"{path}: {answer.status} {text}"
            return await answer.json() if text else None

    async def get(self, path: str) -> Any:
        assert self._client is not None, "not logged in"
        return await self.hotline.get(self._client, _API + path)

    async def press(self, verb: str, *, status: int = 200, **body: Any) -> Any:
        """Press a button of the call: hold, resume, transfer, consult …"""
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
