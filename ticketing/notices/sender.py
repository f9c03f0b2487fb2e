"""Carrying messages out: a bounded worker that may be killed at any moment.

Each message is leased, handed to its adapter once, and its attempt written down in a transaction of its own.
A sender killed in between leaves the lease to run out; the next attempt names the same key: by it a gateway
knows what it has. A channel nobody answers on rests, and one message at a time finds out when it is back: an
outage of a day costs each message a few attempts, and no message.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from core import delivery
from core.backoff import Backoff
from core.calendar import store
from core.clock import Clock, zone_of
from core.db import SessionFactory, begin_write
from core.delivery import Outcome
from core.notice_settings import Notices
from ticketing.notices import queue
from ticketing.notices.adapters.base import Adapter, Outgoing, Result
from ticketing.notices.tables import Held, OutgoingAttempt, OutgoingMessage, SendState
from ticketing.tables import Case

EVERY_S = 5.0
#: A channel that is down rests at most so long before the next message tries it.
_LONGEST_REST = timedelta(minutes=5)
log = structlog.get_logger()


@dataclass
class _Rest:
    """A channel on which nobody answered, `failures` times in a row; tried again from `until` on."""

    failures: int
    until: datetime


@dataclass
class Sender:
    """Sends what is due. `adapters`: channel → its way out; a channel without one is off."""

    sessions: SessionFactory
    rules: Notices
    adapters: Mapping[str, Adapter]
    clock: Clock
    timezone: str = "Asia/Shanghai"
    _rests: dict[str, _Rest] = field(default_factory=dict)

    async def run(self) -> None:
        """Again and again, until cancelled; a database that is away is waited for."""
        backoff = Backoff(first_s=1.0, longest_s=30.0)
        while True:
            try:
                while await self.once():
                    pass
            except (SQLAlchemyError, OSError) as error:
                if backoff.is_first:
                    log.warning("messages wait: the database is away", why=str(error).splitlines()[:1])
                await backoff.wait()
                continue
            backoff.reset()
            await asyncio.sleep(EVERY_S)

    async def once(self) -> int:
        """One round: take, send, write down; how many messages it changed (0: nothing is due)."""
        now = self.clock.now()
        resting = {name for name, rest in self._rests.items() if now < rest.until <= now + _LONGEST_REST}
        async with self.sessions() as session:
            if not await queue.are_due(session, now, resting):
                return 0
            calendar = await store.read(session)
        claimed = await queue.claim(
            self.sessions,
            self.rules,
            now,
            resting=resting,
            probing=set(self._rests) - resting,
            calendar=calendar,
            zone=zone_of(self.timezone),
        )
        numbers = await self._numbers([one.case_id for one in claimed.messages])
        await asyncio.gather(
            *(self._send(one, claimed.until, numbers.get(one.case_id, "")) for one in claimed.messages)
        )
        return len(claimed.messages) + claimed.held

    async def _numbers(self, case_ids: list[int]) -> dict[int, str]:
        if not case_ids:
            return {}
        async with self.sessions() as session:
            found = await session.execute(select(Case.id, Case.number).where(Case.id.in_(case_ids)))
            return {case_id: number or "" for case_id, number in found}

    async def _send(self, row: OutgoingMessage, until: datetime, number: str) -> None:
        began, adapter = self.clock.now(), self.adapters.get(row.channel)
        if adapter is None:
            await self._write(row, until, None, began, {"state": SendState.SKIPPED, "why": "该通道未开通"})
            return
        message = Outgoing(row.key, row.channel, row.recipient, row.subject, row.text, row.language, number)
        try:
            result = await adapter.send(message, began)
        except Exception as error:  # noqa: BLE001 - job runner boundary: the message is kept and tried again
            log.error("an adapter failed", channel=row.channel, why=str(error), type=type(error).__name__)
            result = Result(Outcome.RETRY, why=f"程序错误：{type(error).__name__}")
        is_back = self._heard(row.channel, result)
        await self._write(row, until, result, began, self._next(row, result), is_back=is_back)

    def _heard(self, channel: str, result: Result) -> bool:
        """Remember whether anybody answers on a channel; True: somebody does again."""
        if not result.is_down:
            back = self._rests.pop(channel, None)
            if back:
                log.info("channel of messages is back", channel=channel)
            return back is not None
        failures = self._rests[channel].failures + 1 if channel in self._rests else 1
        if failures == 1:
            log.warning("channel of messages is down", channel=channel, why=result.why)
        rest = min(delivery.pause(failures, result.retry_after_s), _LONGEST_REST)
        self._rests[channel] = _Rest(failures, self.clock.now() + rest)
        return False

    def _next(self, row: OutgoingMessage, result: Result) -> dict[str, object]:
        """What the row says after an attempt."""
        now, attempts = self.clock.now(), row.attempts + 1
        given_up = now - row.since >= timedelta(hours=self.rules.give_up_hours)
        values: dict[str, object] = {"attempts": attempts, "held": Held.NOTHING, "why": result.why}
        if result.outcome == Outcome.DELIVERED:
            return values | {
                "state": SendState.SENT,
                "sent_at": now,
                "reference": result.reference,
                "why": "",
            }
        if result.outcome == Outcome.REFUSED:
            return values | {"state": SendState.FAILED}
        if given_up:
            why = f"{self.rules.give_up_hours} 小时内未能发出，已停止重试：{result.why}"
            return values | {"state": SendState.FAILED, "why": why}
        next_at = now + delivery.pause(attempts, result.retry_after_s)
        return values | {"held": Held.RETRY, "next_at": next_at}

    async def _write(
        self,
        row: OutgoingMessage,
        until: datetime,
        result: Result | None,
        at: datetime,
        values: Mapping[str, object],
        *,
        is_back: bool = False,
    ) -> None:
        async with self.sessions() as session:
            await begin_write(session)
            if not await queue.finish(session, row, until, values):
                log.warning("another sender took a message over", message=row.id)
                return
            if result is not None:
                session.add(
                    OutgoingAttempt(
                        message_id=row.id,
                        at=at,
                        outcome=result.outcome,
                        status=result.status,
                        why=result.why,
                        took_ms=result.took_ms,
                    )
                )
            if is_back:
                await queue.wake(session, row.channel, self.clock.now())
            await session.commit()
