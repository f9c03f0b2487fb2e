"""Requests that may come twice (重复提交): a client names each, and gets the first answer again.

Names are kept for a day, as sums; answers are sealed with the name itself: the table shows them to nobody.
"""

from __future__ import annotations

import asyncio
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from cryptography.fernet import Fernet
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from core.clock import Clock
from core.db import SessionFactory, begin_write
from core.errors import HotlineError
from core.tables import IdempotencyKey

KEEP = timedelta(days=1)
#: How long the second of two waits for the answer of the first, and how often it looks.
PATIENCE_S, LOOK_S = 5.0, 0.1


class AnotherRequestError(HotlineError):
    """这个 Idempotency-Key 已经用于另一个请求，请换一个新的。"""

    code, status = "key_reused", 422


class NoAnswerYetError(HotlineError):
    """同一个请求已经提交过，还没有结果或结果不明：请先查看当前内容，再决定是否重新提交。"""

    code, status = "no_answer_yet", 409


@dataclass(frozen=True)
class Kept:
    """An answer: HTTP status and body."""

    status: int
    body: bytes


class Repeats:
    """The requests of one account by their names."""

    def __init__(self, sessions: SessionFactory, clock: Clock, account_id: int) -> None:
        self._sessions, self._clock, self._account_id = sessions, clock, account_id

    async def begin(self, name: str, request: str) -> Kept | None:
        """Claim `name` for `request` (a sum of all it says); or the answer it had.

        Raises:
            AnotherRequestError: the name belongs to a request that says something else.
            NoAnswerYetError: the first is still being answered, or nobody knows how it ended.
        """
        row = IdempotencyKey(
            account_id=self._account_id, key=_sum(name), request=request, at=self._clock.now(), status=None
        )
        try:
            async with self._sessions() as session:
                await begin_write(session)
                session.add(row)
                await session.commit()
        except IntegrityError:
            return await self._answer(name, request)
        return None

    async def _answer(self, name: str, request: str) -> Kept:
        end = asyncio.get_running_loop().time() + PATIENCE_S
        while True:
            async with self._sessions() as session:
                row = await session.get(IdempotencyKey, (self._account_id, _sum(name)))
            if row is not None and row.request != request:
                raise AnotherRequestError
            if row is not None and row.status is not None:
                return Kept(row.status, _seal(name).decrypt(row.body or b""))
            if row is None or asyncio.get_running_loop().time() > end:
                raise NoAnswerYetError  # or refused meanwhile: worth another try
            await asyncio.sleep(LOOK_S)

    async def finish(self, name: str, answer: Kept) -> None:
        """Keep the answer."""
        async with self._sessions() as session:
            await begin_write(session)
            row = await session.get_one(IdempotencyKey, (self._account_id, _sum(name)))
            row.status, row.body = answer.status, _seal(name).encrypt(answer.body)
            await session.commit()

    async def forget(self, name: str) -> None:
        """The request was refused and changed nothing: it may be made again."""
        which = (IdempotencyKey.account_id == self._account_id) & (IdempotencyKey.key == _sum(name))
        async with self._sessions() as session:
            await begin_write(session)
            await session.execute(delete(IdempotencyKey).where(which))
            await session.commit()


async def prune(sessions: SessionFactory, now: datetime) -> None:
    """Forget names older than `KEEP`."""
    async with sessions() as session:
        await begin_write(session)
        await session.execute(delete(IdempotencyKey).where(IdempotencyKey.at < now - KEEP))
        await session.commit()


def _sum(name: str) -> str:
    return sha256(b"name\n" + name.encode()).hexdigest()


def _seal(name: str) -> Fernet:
    return Fernet(urlsafe_b64encode(sha256(b"answer\n" + name.encode()).digest()))
