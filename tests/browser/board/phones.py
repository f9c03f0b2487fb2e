"""Softphones of seats, for as long as a test needs them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.instance import HotlineInstance
from tests.softphone import Softphone


@asynccontextmanager
async def registered(
    hotline: HotlineInstance, extension: str, *, answers: bool = True, address: str = "127.0.0.3"
) -> AsyncIterator[Softphone]:
    """Registered, in no queue."""
    phone = Softphone(hotline.settings, extension, await hotline.seat_secret(extension), address=address)
    try:
        await phone.start(hotline.prompt("message-thanks"), answers=answers)
        yield phone
    finally:
        await phone.stop()


@asynccontextmanager
async def logged_in(
    hotline: HotlineInstance, extension: str, *, answers: bool = True
) -> AsyncIterator[Softphone]:
    """In its queues, by *11, and out of them in the end, by *12."""
    async with registered(hotline, extension, answers=answers) as phone:
        await phone.log_in()
        yield phone
        await phone.dial("*12")
