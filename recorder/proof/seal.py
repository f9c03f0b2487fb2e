"""Sealing a day: what is new of every recording goes into the chain, and is never written over (封存).

New is what no entry says yet: recordings of that day, deletions of that day, and whatever came late - a
recording that waited for a store which was away, a damaged one that was made whole. So a late one is an entry
of the day it came in, and no sealed day is ever opened again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import structlog
from sqlalchemy import case, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import load_only

from core import audit
from core.audit import Action
from core.clock import CHINA, Clock
from core.db import SessionFactory, begin_write
from recorder.proof.lines import (
    FIRST_PREVIOUS,
    Kind,
    RootSum,
    end_of,
    kind_of,
    line_of,
    line_of_stone,
    milliseconds,
)
from recorder.proof.tables import RecordingDay, RecordingDayEntry
from recorder.retention.tables import Tombstone
from recorder.tables import Recording, RecordingState

log = structlog.get_logger()

#: The columns a line is made of.
OF_A_LINE = (
    Recording.call_id,
    Recording.state,
    Recording.created_at,
    Recording.duration_s,
    Recording.caller_sha256,
    Recording.hotline_sha256,
    Recording.audio_sha256,
)
_KIND = case(
    *((Recording.state == state, kind_of(state)) for state in RecordingState), else_=Kind.WAITING.value
)


def last_due(now: datetime, grace: timedelta) -> date:
    """The last day that is to be sealed by `now`: it has been over for `grace`."""
    return (now.astimezone(CHINA) - grace).date() - timedelta(days=1)


async def seal_due(sessions: SessionFactory, clock: Clock, grace: timedelta) -> list[RecordingDay]:
    """Seal what is due, a day after the other; days of a standstill on which nothing was recorded are left
    out. Nothing happens when all is sealed, or another process is quicker.
    """
    due = last_due(clock.now(), grace)
    sealed = list[RecordingDay]()
    while (day := await _next_day(sessions, due)) is not None:
        if (made := await seal(sessions, clock, day)) is None:
            break
        sealed.append(made)
        log.info("recordings of a day sealed", day=str(day), count=made.count, root=made.root)
    return sealed


async def _next_day(sessions: SessionFactory, due: date) -> date | None:
    async with sessions() as db:
        last = await db.scalar(select(func.max(RecordingDay.day)).where(RecordingDay.day <= due))
        if last == due:
            return None
        known = select(RecordingDayEntry.call_id).where(RecordingDayEntry.call_id == Recording.call_id)
        oldest = select(Recording.created_at).where(Recording.created_at < end_of(due), ~known.exists())
        if last is not None:
            oldest = oldest.where(Recording.created_at >= end_of(last))
        found = await db.scalar(oldest.order_by(Recording.created_at).limit(1))
    return found.astimezone(CHINA).date() if found else due


async def seal(sessions: SessionFactory, clock: Clock, day: date) -> RecordingDay | None:
    """Put `day` behind the chain's end; None when another process did it meanwhile."""
    async with sessions() as db:
        before = await head(db)
        lines = await _new_lines(db, end_of(day))
    lines.sort(key=lambda line: line.split("\t")[1::-1])
    made = RecordingDay(
        number=before.number + 1 if before else 1,
        day=day,
        previous=before.root if before else FIRST_PREVIOUS,
        count=len(lines),
        seconds=sum(map(milliseconds, lines)) / 1000,
        sealed_at=clock.now().astimezone(UTC),
    )
    total = RootSum(made)
    for line in lines:
        total.take(line)
    made.root = total.hex
    return made if await _keep(sessions, made, lines) else None


async def head(db: AsyncSession) -> RecordingDay | None:
    """The chain's last day."""
    return await db.scalar(select(RecordingDay).order_by(RecordingDay.number.desc()).limit(1))


async def _keep(sessions: SessionFactory, made: RecordingDay, lines: Sequence[str]) -> bool:
    async with sessions() as db:
        await begin_write(db)
        now = await head(db)
        if (now.root if now else FIRST_PREVIOUS) != made.previous:
            return False
        db.add(made)
        audit.record(
            db,
            at=made.sealed_at,
            actor_id=None,
            action=Action.RECORDING_DAY_SEALED,
            subject=f"recording_day:{made.number}",
            detail={"number": made.number, "day": str(made.day), "root": made.root, "count": made.count},
        )
        try:
            await db.flush()
            entries = [_entry(made.number, position, line) for position, line in enumerate(lines)]
            if entries:
                await db.execute(insert(RecordingDayEntry), entries)
            await db.commit()
        except IntegrityError:  # another process was quicker
            return False
    return True


def _entry(number: int, position: int, line: str) -> dict[str, object]:
    kind, call_id, *_ = line.split("\t")
    return {"day_number": number, "position": position, "call_id": call_id, "kind": kind, "line": line}


async def _new_lines(db: AsyncSession, until: datetime) -> list[str]:
    """What no entry says yet of recordings made, and deleted, before `until`."""
    said = (RecordingDayEntry.call_id == Recording.call_id) & (RecordingDayEntry.kind == _KIND)
    query = (
        select(Recording, Tombstone)
        .options(load_only(*OF_A_LINE))
        .outerjoin(RecordingDayEntry, said)
        .outerjoin(Tombstone, Tombstone.recording_id == Recording.id)
        .where(RecordingDayEntry.call_id.is_(None), Recording.created_at < until)
    )
    found = (await db.execute(query)).all()
    later = [row.call_id for row, stone in found if stone is not None and stone.deleted_at >= until]
    known = await kinds_of(db, later)
    lines = [_line(row, stone, until, known.get(row.call_id, set())) for row, stone in found]
    return [line for line in lines if line]


def _line(row: Recording, stone: Tombstone | None, until: datetime, known: set[str]) -> str:
    """The line of one recording; empty: nothing new is to be said of it on that day."""
    kind = kind_of(row.state)
    if kind != Kind.DELETED:
        return line_of(kind, row)
    if stone is None:
        return ""  # the walk names it: a deletion without proof has no place in the chain
    if stone.deleted_at < until:
        return line_of_stone(stone)
    # Deleted after that day: on the day itself it was there.
    return "" if known else line_of(Kind.RECORDED if row.audio_sha256 else Kind.DAMAGED, row)


async def kinds_of(db: AsyncSession, call_ids: Sequence[str]) -> dict[str, set[str]]:
    """Kinds of all entries of each of `call_ids`; those without any are left out."""
    query = select(RecordingDayEntry.call_id, RecordingDayEntry.kind)
    found: dict[str, set[str]] = {}
    for call_id, kind in await db.execute(query.where(RecordingDayEntry.call_id.in_(call_ids))):
        found.setdefault(call_id, set()).add(kind)
    return found


async def sealed_until(db: AsyncSession, now: datetime) -> datetime | None:
    """Every recording made before this is in the chain; None: nothing is sealed yet."""
    today = now.astimezone(CHINA).date()
    last = await db.scalar(select(func.max(RecordingDay.day)).where(RecordingDay.day <= today))
    return end_of(last) if last else None
