"""Which recordings have been kept long enough: for the preview of a rule, and for the daily sweep."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import SessionFactory
from recorder.retention.holds import Holds
from recorder.retention.model import Facts, Rule, Standard, Verdict, months_after, verdict
from recorder.retention.tables import Item, Proposal, ProposalState
from recorder.tables import Recording, RecordingState

#: Recordings that nothing works on any more.
AT_REST = (RecordingState.VERIFIED, RecordingState.TRANSCRIBED, RecordingState.DAMAGED)
#: A person has to look at a damaged one: only a person proposes to delete it.
_BY_RULE = (RecordingState.VERIFIED, RecordingState.TRANSCRIBED)
_BATCH = 500


@dataclass(frozen=True)
class Policy:
    """Everything a verdict goes by."""

    rules: tuple[Rule, ...]
    standard: Standard
    holds: Holds


@dataclass(frozen=True)
class Due:
    """A recording that has been kept long enough."""

    recording: Recording
    verdict: Verdict
    is_held: bool


@dataclass(frozen=True)
class Batch:
    """The due ones among some recordings, and how many were looked at."""

    seen: int
    due: tuple[Due, ...]


async def scan(sessions: SessionFactory, facts: Facts, policy: Policy, now: datetime) -> AsyncIterator[Batch]:
    """Go through all recordings old enough for any rule, oldest first, each batch in a session of its own."""
    oldest = _shortest(policy.rules, policy.standard)
    if oldest is None:
        return
    after = 0
    while True:
        async with sessions() as db:
            query = (
                select(Recording)
                .where(
                    Recording.id > after,
                    Recording.state.in_(_BY_RULE),
                    Recording.created_at <= months_after(now, -oldest),
                )
                .order_by(Recording.id)
                .limit(_BATCH)
            )
            rows = (await db.scalars(query)).all()
            known = await facts.of(db, [row.call_id for row in rows]) if rows else {}
        found = []
        for row in rows:
            # A call the ledger does not know has no end and no case to count from: a person decides.
            if (of := known.get(row.call_id)) is not None:
                judged = verdict(of, policy.rules, policy.standard)
                if judged.is_due(now):
                    found.append(Due(row, judged, policy.holds.on(row.id, row.call_id, of)))
        yield Batch(len(rows), tuple(found))
        if len(rows) < _BATCH:
            return
        after = rows[-1].id


def _shortest(rules: Iterable[Rule], standard: Standard) -> int | None:
    """Months the shortest rule keeps; None: everything is kept for good."""
    months = [rule.months for rule in rules] + [standard.case_months, standard.other_months]
    return min((one for one in months if one), default=None)


async def already_proposed(
    db: AsyncSession, recording_ids: Collection[int], refused_since: datetime
) -> set[int]:
    """Those of `recording_ids` that await signatures or the eraser, or were refused since."""
    query = (
        select(Item.recording_id)
        .join(Proposal, Proposal.id == Item.proposal_id)
        .where(
            Item.recording_id.in_(recording_ids),
            or_(
                Proposal.state.in_((ProposalState.PROPOSED, ProposalState.APPROVED)),
                Proposal.refused_at > refused_since,
            ),
        )
    )
    return set(await db.scalars(query))
