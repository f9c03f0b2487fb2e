"""What is recorded apart from a call (旁录): a seat's consultation, a leader's whisper. By policy only.

Such a recording is one like any other, with two legs and a row, under the call's id and a name that tells
what it is and when it began: `hl-1700000000.12-consult-1700000042`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import SessionFactory, begin_write
from recorder.capture.tables import RecordingSide
from recorder.legs import BadCallIdError
from recorder.tables import Recording

_SIDE = re.compile(r"(.+)-(consult|whisper)-([0-9]{10})")


@dataclass(frozen=True)
class SideName:
    """A side recording's id, taken apart."""

    #: The call it belongs to.
    call_id: str
    #: consult or whisper
    kind: str
    began_at: datetime


def parse(recording_id: str) -> SideName:
    """
    Raises:
        BadCallIdError: a call's own recording, or none at all.
    """
    if found := _SIDE.fullmatch(recording_id):
        return SideName(found[1], found[2], datetime.fromtimestamp(int(found[3]), UTC))
    raise BadCallIdError(f"not a side recording: {recording_id[:64]!r}")


def is_side(recording_id: str) -> bool:
    """Whether it was recorded apart from a call."""
    return _SIDE.fullmatch(recording_id) is not None


def call_of(recording_id: str) -> str:
    """The call a recording belongs to, of a call's own recording that itself."""
    found = _SIDE.fullmatch(recording_id)
    return found[1] if found else recording_id


async def note(sessions: SessionFactory, recording_id: str) -> None:
    """Write down whose side recording that is; noting it again, or a call's own recording, does nothing."""
    if not is_side(recording_id):
        return
    name = parse(recording_id)
    async with sessions() as session:
        await begin_write(session)
        if await session.get(RecordingSide, recording_id) is None:
            session.add(RecordingSide(side_id=recording_id, **asdict(name)))
            with suppress(IntegrityError):  # another worker was quicker
                await session.commit()


async def of_call(session: AsyncSession, call_id: str) -> Sequence[Recording]:
    """All side recordings of a call, first to last."""
    query = select(Recording).join(RecordingSide, RecordingSide.side_id == Recording.call_id)
    rows = await session.scalars(
        query.where(RecordingSide.call_id == call_id).order_by(RecordingSide.began_at)
    )
    return rows.all()
