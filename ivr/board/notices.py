"""Notices (通知): a leader's text to all, a queue or seats; who logs in within a day sees it too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core import audit, outbox
from core.audit import Action
from core.clock import Clock
from core.db import SessionFactory, begin_write
from core.errors import InvalidError
from core.events import NoticeSent
from core.tables import Account
from ivr.board.tables import Audience, NoticeRow
from ivr.ledger import queries as ledger
from ivr.queues import Queue, skills

TEXT_LENGTH = 500
#: A notice is shown to whoever logs in so long after it.
SHOWN = timedelta(days=1)
#: Most notices shown at once.
MOST = 100


@dataclass(frozen=True)
class To:
    """Whom a notice is for; `queue` or `seats` where the audience says so."""

    audience: Audience
    queue: str = ""
    seats: tuple[str, ...] = ()


@dataclass(frozen=True)
class Line:
    """A notice and who sent it."""

    notice: NoticeRow
    sender: str

    def is_for(self, extension: str | None) -> bool:
        """Whether the seat `extension` is meant."""
        return self.notice.audience == Audience.ALL or extension in self.notice.seats


async def send(
    sessions: SessionFactory,
    queues: Mapping[str, Queue],
    *,
    text: str,
    to: To,
    sender: Account,
    address: str,
    clock: Clock,
) -> Line:
    """Keep a notice and have it told.

    Raises:
        InvalidError: no text, or nobody it could be for.
    """
    if not 1 <= len(text.strip()) <= TEXT_LENGTH:
        raise InvalidError(fields={"text": f"请写 1–{TEXT_LENGTH} 个字符"})
    now = clock.now()
    async with sessions.begin() as db:
        await begin_write(db)
        row = NoticeRow(
            at=now,
            text=text.strip(),
            sender_id=sender.id,
            audience=to.audience,
            queue=to.queue,
            seats=await _seats(db, queues, to),
        )
        db.add(row)
        await db.flush()
        audit.record(
            db,
            at=now,
            actor_id=sender.id,
            action=Action.NOTICE_SENT,
            subject=f"notice:{row.id}",
            address=address,
            detail={"text": row.text, "to": str(to.audience), "queue": row.queue, "seats": row.seats},
        )
        outbox.add(db, NoticeSent(at=now, notice_id=row.id))
    return Line(row, sender.display_name)


async def _seats(db: AsyncSession, queues: Mapping[str, Queue], to: To) -> list[str]:
    if to.audience == Audience.ALL:
        return []
    known = [seat.extension for seat in await ledger.list_seats(db)]
    if to.audience == Audience.SEATS:
        if unknown := sorted(set(to.seats) - set(known)):
            raise InvalidError(fields={"to": f"没有坐席 {unknown[0]}"})
        return sorted(set(to.seats))
    if to.queue not in queues:
        raise InvalidError(fields={"to": "没有这个队列"})
    levels = await skills.of_all(db)
    return [one for one in known if to.queue in skills.served(queues, levels.get(one, {}))]


async def one(db: AsyncSession, notice_id: int) -> Line | None:
    """A notice by its id; None: there is none."""
    query = select(NoticeRow, Account.display_name).join(Account, Account.id == NoticeRow.sender_id)
    row = (await db.execute(query.where(NoticeRow.id == notice_id))).first()
    return Line(*row) if row else None


async def since(db: AsyncSession, at: datetime | None, now: datetime) -> Sequence[Line]:
    """The notices still shown, sent after `at`; newest first."""
    from_ = max(at, now - SHOWN) if at is not None else now - SHOWN
    query = select(NoticeRow, Account.display_name).join(Account, Account.id == NoticeRow.sender_id)
    rows = await db.execute(query.where(NoticeRow.at > from_).order_by(NoticeRow.id.desc()).limit(MOST))
    return [Line(*row) for row in rows]
