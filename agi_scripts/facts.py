"""Facts for callers from the case engine: asked for lazily, within a time limit, and failing open.

The first question opens the database; a database that is away, slow or damaged costs a caller the answer and
at most `flow.lookup_s`, never the call.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import CHINA
from core.db import SessionFactory
from ivr.flows.ports import CaseFacts, LookupFailedError
from ticketing import progress
from ticketing.progress import Standing

log = structlog.get_logger()
T = TypeVar("T")
#: Cases of one phone looked at; the flow tells fewer.
MOST = 10


async def bounded(work: Awaitable[T], seconds: float, what: str) -> T:
    """`work`, if it succeeds within `seconds`; it is not waited for after that.

    Raises:
        LookupFailedError
    """
    task = asyncio.ensure_future(work)
    try:
        done, _ = await asyncio.wait({task}, timeout=seconds)
        if done:
            return task.result()
        reason = f"no answer within {seconds} s"
    except Exception as error:  # noqa: BLE001 - boundary: whatever fails here, the caller gets a person
        reason = str(error) or type(error).__name__
    finally:
        task.cancel()
    log.error("a caller's question cannot be answered", question=what, reason=reason)
    raise LookupFailedError(reason)


class CaseFile:
    """The flow's Cases port."""

    def __init__(self, sessions: SessionFactory, limit_s: float) -> None:
        self._sessions, self._limit_s = sessions, limit_s

    async def of_caller(self, caller: str) -> Sequence[CaseFacts]:
        found = await self._read(lambda db: progress.of_phone(db, caller, MOST), "cases of the caller")
        return [_facts(one) for one in found if not one.confidential]

    async def by_number(self, number: str) -> CaseFacts | None:
        found = await self._read(lambda db: progress.of_number(db, number), "a case")
        return _facts(found) if found else None

    async def _read(self, question: Callable[[AsyncSession], Awaitable[T]], what: str) -> T:
        async def ask() -> T:
            async with self._sessions() as db:
                return await question(db)

        return await bounded(ask(), self._limit_s, what)


def _facts(found: Standing) -> CaseFacts:
    return CaseFacts(
        number=found.number,
        stage=found.stage,
        registered_on=found.registered_at.astimezone(CHINA).date(),
        since=found.since.astimezone(CHINA).date(),
        phones=found.phones,
        confidential=found.confidential,
    )
