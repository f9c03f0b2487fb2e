"""The adapter of a fresh install: says in the log what it would have sent."""

from __future__ import annotations

from datetime import datetime

import structlog

from core.delivery import Outcome
from core.phone import mask
from ticketing.notices.adapters.base import Outgoing, Result

log = structlog.get_logger()


class LogAdapter:
    async def send(self, message: Outgoing, now: datetime) -> Result:
        log.info(
            "message not sent, only logged",
            channel=message.channel,
            to=mask(message.recipient),
            length=len(message.text),
            case=message.case_number,
        )
        return Result(Outcome.DELIVERED, reference="log")
