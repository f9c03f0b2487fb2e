"""Proposals to delete: by a person or the daily sweep, signed by two people, carried out by `deletion`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core import audit
from core.audit import Action
from core.db import begin_write
from core.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from core.settings import Retention
from core.tables import Account, Role
from recorder.retention import holds
from recorder.retention.due import AT_REST, already_proposed
from recorder.retention.model import Facts
from recorder.retention.tables import Item, ItemState, Proposal, ProposalState, Tombstone
from recorder.rights.store import Actor
from recorder.tables import Recording


class SignBar(StrEnum):
    """Why somebody cannot sign a proposal."""

    DECIDED = "decided"  #: 已有结论
    OWN = "own"  #: 本人申请或已签字: the second signature is another person's
    ROLE = "role"  #: that role signs no deletions here
    OTHER_ROLE = "other_role"  #: somebody of that role signed: the other one is missing
    STALE = "stale"  #: who signed first has another role by now
    RIGHT = "right"  #: the right to delete was taken from this person


#: Recordings one proposal may name.
MOST = 5000
_TEAMS = {
    "inspector_administrator": (Role.INSPECTOR, Role.ADMINISTRATOR),
    "administrators": (Role.ADMINISTRATOR, Role.ADMINISTRATOR),
}


def signs(role: str, settings: Retention) -> bool:
    """Whether people of that role sign deletions here (`retention.signers`)."""
    return role in _TEAMS[settings.signers]


async def propose(
    db: AsyncSession,
    actor: Actor,
    recording_ids: Collection[int],
    why: str,
    facts: Facts,
    settings: Retention,
) -> Proposal:
    """A person wants recordings deleted; committed, with that person's signature if the role signs.

    Raises:
        NotFoundError: one of them does not exist.
        ConflictError: one of them is under legal hold, still being archived, or proposed already.
    """
    await begin_write(db)
    wanted = sorted(set(recording_ids))
    rows = (await db.scalars(select(Recording).where(Recording.id.in_(wanted)))).all()
    if len(rows) != len(wanted):
        raise NotFoundError("没有这段录音。")
    if any(row.state not in AT_REST for row in rows):
        raise ConflictError("录音尚在归档，或已经删除。")
    if await already_proposed(db, wanted, actor.now):
        raise ConflictError("录音已在另一份删除申请中。")
    held, known = await holds.in_force(db), await facts.of(db, [row.call_id for row in rows])
    if any(held.on(row.id, row.call_id, known.get(row.call_id)) for row in rows):
        raise ConflictError("录音处于法律保全之中，不能删除。")
    proposal = await _add(db, actor.now, actor.account.id, why, [(row.id, "") for row in rows])
    if signs(actor.account.role, settings):
        proposal.first_by, proposal.first_at = actor.account.id, actor.now
    actor.note(db, Action.DELETION_PROPOSED, f"deletion:{proposal.id}", why=why, recordings=wanted[:200])
    await db.commit()
    return proposal


async def propose_due(db: AsyncSession, now: datetime, due: Sequence[tuple[int, str]], why: str) -> Proposal:
    """The sweep's proposal, in the caller's transaction: recording ids with the rule each is due by."""
    proposal = await _add(db, now, None, why, due)
    audit.record(
        db,
        at=now,
        actor_id=None,
        action=Action.DELETION_PROPOSED,
        subject=f"deletion:{proposal.id}",
        detail={"why": why, "count": len(due)},
    )
    return proposal


async def _add(
    db: AsyncSession, now: datetime, made_by: int | None, why: str, wanted: Sequence[tuple[int, str]]
) -> Proposal:
    if not 0 < len(wanted) <= MOST:
        raise InvalidError(fields={"recording_ids": f"须为 1–{MOST} 段录音"})
    proposal = Proposal(made_by=made_by, made_at=now, why=why, state=ProposalState.PROPOSED, note="")
    db.add(proposal)
    await db.flush()
    db.add_all(
        Item(proposal_id=proposal.id, recording_id=recording_id, state=ItemState.WAITING, why=by)
        for recording_id, by in wanted
    )
    await db.flush()
    return proposal


async def sign(db: AsyncSession, actor: Actor, proposal_id: int, note: str, settings: Retention) -> Proposal:
    """Put a signature under a proposal and commit it; with the second the eraser may begin.

    Raises:
        NotFoundError: no such proposal.
        ConflictError: it was decided already.
        ForbiddenError: this person made or signed it already, or is not of a role that is missing.
    """
    await begin_write(db)
    proposal = await _undecided(db, proposal_id)
    await _check_signer(db, actor, proposal, settings)
    if proposal.first_by is None:
        proposal.first_by, proposal.first_at = actor.account.id, actor.now
    else:
        proposal.second_by, proposal.second_at = actor.account.id, actor.now
        proposal.state = ProposalState.APPROVED
    proposal.note = note or proposal.note
    actor.note(
        db,
        Action.DELETION_APPROVED,
        f"deletion:{proposal.id}",
        note=note,
        signature=1 if proposal.second_by is None else 2,
    )
    await db.commit()
    return proposal


async def refuse(
    db: AsyncSession, actor: Actor, proposal_id: int, note: str, settings: Retention
) -> Proposal:
    """One no is enough; who proposed may withdraw so too.

    Raises:
        NotFoundError: no such proposal.
        ConflictError: it was decided already.
        ForbiddenError: neither the proposer nor of a role that signs.
    """
    await begin_write(db)
    proposal = await _undecided(db, proposal_id)
    if proposal.made_by != actor.account.id and not signs(actor.account.role, settings):
        raise ForbiddenError("您的角色不能审批删除申请。")
    proposal.state, proposal.note = ProposalState.REFUSED, note
    proposal.refused_by, proposal.refused_at = actor.account.id, actor.now
    change = update(Item).where(Item.proposal_id == proposal.id)
    await db.execute(change.values(state=ItemState.SKIPPED, done_at=actor.now))
    actor.note(db, Action.DELETION_REFUSED, f"deletion:{proposal.id}", note=note)
    await db.commit()
    return proposal


async def _undecided(db: AsyncSession, proposal_id: int) -> Proposal:
    proposal = await db.get(Proposal, proposal_id, with_for_update=True)
    if proposal is None:
        raise NotFoundError("没有这份删除申请。")
    if proposal.state != ProposalState.PROPOSED:
        raise ConflictError("这份申请已经有了结论。")
    return proposal


async def _check_signer(db: AsyncSession, actor: Actor, proposal: Proposal, settings: Retention) -> None:
    first = await db.get_one(Account, proposal.first_by) if proposal.first_by is not None else None
    match bar(actor.account, proposal, first.role if first else None, settings):
        case SignBar.OWN:
            raise ForbiddenError("须由另一个人审批：同一人不能既申请又批准。")
        case SignBar.STALE:
            raise ConflictError("先前签字人的角色已改变，请重新申请。")
        case SignBar.ROLE | SignBar.OTHER_ROLE:
            raise ForbiddenError("这份申请须由另一角色的人员批准。")


def bar(account: Account, proposal: Proposal, first_role: str | None, settings: Retention) -> SignBar | None:
    """Why this person cannot sign now; None: may. `first_role`: of who signed first, if anybody."""
    missing = list(_TEAMS[settings.signers])
    if proposal.state != ProposalState.PROPOSED:
        return SignBar.DECIDED
    if account.id in (proposal.made_by, proposal.first_by):
        return SignBar.OWN
    if first_role is not None:
        if first_role not in missing:
            return SignBar.STALE
        missing.remove(Role(first_role))
    if account.role in missing:
        return None
    return SignBar.OTHER_ROLE if signs(account.role, settings) else SignBar.ROLE


async def listing(db: AsyncSession, *, after: int | None, limit: int) -> Sequence[Proposal]:
    """Proposals, newest first, those before the id `after`."""
    query = select(Proposal).order_by(Proposal.id.desc()).limit(limit)
    if after is not None:
        query = query.where(Proposal.id < after)
    return (await db.scalars(query)).all()


async def counts(db: AsyncSession, proposal_ids: Collection[int]) -> dict[int, dict[str, int]]:
    """Of each proposal, how many items stand in which state."""
    query = (
        select(Item.proposal_id, Item.state, func.count())
        .where(Item.proposal_id.in_(proposal_ids))
        .group_by(Item.proposal_id, Item.state)
    )
    found: dict[int, dict[str, int]] = {one: {} for one in proposal_ids}
    for proposal_id, state, count in await db.execute(query):
        found[proposal_id][state] = count
    return found


async def tombstones(db: AsyncSession, recording_ids: Collection[int]) -> dict[int, Tombstone]:
    """What is left of those of `recording_ids` that are deleted."""
    query = select(Tombstone).where(Tombstone.recording_id.in_(recording_ids))
    return {one.recording_id: one for one in await db.scalars(query)}


async def items(
    db: AsyncSession, proposal_id: int, *, after: int, limit: int
) -> Sequence[tuple[Item, Recording]]:
    """Items of a proposal with their recordings, in order, those behind the id `after`."""
    query = (
        select(Item, Recording)
        .join(Recording, Recording.id == Item.recording_id)
        .where(Item.proposal_id == proposal_id, Item.id > after)
        .order_by(Item.id)
        .limit(limit)
    )
    return [(item, recording) for item, recording in await db.execute(query)]
