"""Run as a program: a sender that sends what is due by the gateway of its command line, until killed."""

from __future__ import annotations

import asyncio
import sys

from core.clock import SystemClock
from core.db import make_engine, make_sessions
from core.delivery import Courier
from core.delivery_settings import Delivery
from core.notice_settings import Notices
from ticketing.notices.adapters import adapters
from ticketing.notices.sender import Sender


async def main(database_url: str, gateway: str) -> None:
    rules = Notices(sms="http", sms_url=gateway, sms_secret="secret", hours="always")
    async with Courier(Delivery(private_networks=["127.0.0.0/8"], timeout_s=60)) as courier:
        sessions = make_sessions(make_engine(database_url))
        await Sender(sessions, rules, adapters(rules, courier), SystemClock()).run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
