"""What handlers and the live hub work with, put together once in `web.app`."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web
from redis.asyncio import Redis

from core.clock import Clock
from core.db import SessionFactory
from core.settings import CHECKOUT, Settings
from web.api.call_switch import CallSwitch


@dataclass(frozen=True)
class Services:
    """The outside world as the web process sees it; every part is replaceable in a test."""

    settings: Settings
    sessions: SessionFactory
    #: Bytes in, bytes out (`decode_responses=False`): log-in sessions live here.
    redis: Redis
    clock: Clock
    switch: CallSwitch
    #: Where Vite put the built console.
    console: Path = field(default=CHECKOUT / "web" / "console" / "dist")


SERVICES = web.AppKey("services", Services)
