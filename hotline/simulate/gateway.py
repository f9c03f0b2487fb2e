"""A made-up gateway of messages: it keeps what it was given, and is down for some hours on the first day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.delivery import Outcome
from hotline.simulate.books import Books
from ticketing.notices.adapters.base import Outgoing, Result

_DOWN_FROM, _DOWN_TO = timedelta(hours=10), timedelta(hours=14)


@dataclass(frozen=True)
class Gateway:
    """For every channel; `begin`: of the first day."""

    books: Books
    begin: datetime

    async def send(self, message: Outgoing, now: datetime) -> Result:
        if self.begin + _DOWN_FROM <= now < self.begin + _DOWN_TO:
            self.books.gateway_down += 1
            return Result(Outcome.RETRY, why="短信网关无应答", is_down=True)
        self.books.messages.append(message.key)
        return Result(Outcome.DELIVERED, reference=message.key)
