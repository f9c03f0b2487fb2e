"""What belongs to a call's recording: stretches that are silent on it, and what was recorded beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from sqlalchemy.ext.asyncio import AsyncSession

from ivr.ledger.leg_tables import HolderKind
from ivr.ledger.legs import Legs
from ivr.ledger.tables import Call
from recorder.capture import gaps, sides
from recorder.capture.gaps import Gap
from recorder.capture.tables import GapWhy
from recorder.tables import Recording


@dataclass(frozen=True)
class Side:
    """Where a side recording belongs."""

    kind: Literal["consult", "whisper"]
    from_s: float


@dataclass(frozen=True)
class Beside:
    """All of it, in order."""

    gaps: list[Gap]
    sides: list[tuple[Recording, Side]]


async def beside(db: AsyncSession, call: Call, legs: Legs, now: datetime) -> Beside:
    """Of `call`, whose legs are known already."""
    if call.answered_at is None:
        return Beside([], [])
    answered, until = call.answered_at, call.ended_at or now
    rows = await gaps.of_call(db, call.id)
    apart = await sides.of_call(db, call.id)
    return Beside(
        gaps.timeline(rows, answered, until, _pins(legs, answered, until)),
        [(row, _side(row, answered)) for row in apart],
    )


def _pins(legs: Legs, answered: datetime, until: datetime) -> list[Gap]:
    """Stretches in which the citizen keyed in digits: the ledger has them from the switch itself."""
    return [
        Gap(
            round((leg.started_at - answered).total_seconds(), 2),
            round(((leg.ended_at or until) - answered).total_seconds(), 2),
            GapWhy.PIN,
        )
        for leg in legs.call
        if leg.holder_kind == HolderKind.PIN
    ]


def _side(row: Recording, answered: datetime) -> Side:
    name = sides.parse(row.call_id)
    kind = cast("Literal['consult', 'whisper']", name.kind)
    return Side(kind, round(max(0.0, (name.began_at - answered).total_seconds()), 2))
