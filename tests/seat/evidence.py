"""What the house wrote down about a call that is over: ledger, legs, recording, reconciliation."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from ivr.ledger import legs_queries
from ivr.ledger.legs import LegOfCall, LegOfSeat
from ivr.ledger.tables import Call
from ivr.reconciliation import queue_log
from ivr.reconciliation.reconcile import Report, reconcile_call
from recorder.legs import Side
from tests.instance import HotlineInstance
from tests.seat.judge import Track, archived


@dataclass(frozen=True)
class Evidence:
    """Everything about one call."""

    call: Call
    legs: Sequence[LegOfCall]
    seat_legs: Sequence[LegOfSeat]
    report: Report
    recorded_s: float
    caller: Track
    hotline: Track

    @property
    def talk_s(self) -> float:
        """From answer to end."""
        assert self.call.answered_at is not None and self.call.ended_at is not None
        return (self.call.ended_at - self.call.answered_at).total_seconds()


async def gather(hotline: HotlineInstance, caller: str) -> Evidence:
    """The evidence of the call from `caller`, once it is complete."""
    call = await hotline.next_call(set(), lambda c: c.caller == caller and c.ended_at is not None, 20)
    async with hotline.sessions() as session:
        legs = await legs_queries.legs_of(session, call.id)
    report = await reconcile_call(hotline.sessions, queue_log.path(hotline.settings), call.id)
    row = await hotline.recording_of(call.id)
    # In threads: callers of other scenarios are speaking meanwhile, from this loop.
    tracks = {side: await asyncio.to_thread(archived, hotline.settings, row, side) for side in Side}
    return Evidence(
        call, legs.call, legs.seats, report, row.duration_s, tracks[Side.CALLER], tracks[Side.HOTLINE]
    )
