"""Deleting recordings (删除审批): who may proposes, two people sign, the eraser does the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPMethod

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import ForbiddenError, NotFoundError
from core.tables import Account
from recorder.retention import proposals
from recorder.retention.proposals import SignBar
from recorder.retention.tables import Item, ItemState, Proposal, ProposalState, Tombstone
from recorder.tables import Recording
from web.api.house_models import IdPath
from web.api.recording_access import actor
from web.api.recording_rights import Right, recording_for, rights_in, rights_of
from web.api.retention import KEEPERS, names_of
from web.api.retention_models import (
    DeletionAnswer,
    DeletionForm,
    DeletionItem,
    DeletionItems,
    DeletionPage,
    PageQuery,
    ProofAnswer,
    RefuseForm,
    SignForm,
)
from web.api.route import Ask, Routes
from web.retention_facts import LedgerFacts

routes = Routes("retention")


@routes.add(HTTPMethod.GET, "/deletions", "Proposals to delete, newest first (删除申请)", roles=KEEPERS)
async def list_deletions(ask: Ask, query: PageQuery) -> DeletionPage:
    async with ask.services.sessions() as db:
        rows = await proposals.listing(db, after=query.cursor, limit=query.limit + 1)
        page = rows[: query.limit]
        items = await _answers(ask, db, page)
    return DeletionPage(items=items, next=page[-1].id if len(rows) > query.limit else None)


@routes.add(HTTPMethod.GET, "/deletions/{id}/items", "Its recordings, in order", roles=KEEPERS)
async def deletion_items(ask: Ask, path: IdPath, query: PageQuery) -> DeletionItems:
    async with ask.services.sessions() as db:
        if await db.get(Proposal, path.id) is None:
            raise NotFoundError("没有这份删除申请。")
        rows = await proposals.items(db, path.id, after=query.cursor or 0, limit=query.limit + 1)
        page = rows[: query.limit]
        stones = await proposals.tombstones(db, [recording.id for _, recording in page])
        names = await names_of(db, (who for one in stones.values() for who in (one.first_by, one.second_by)))
    proofs = {stone.recording_id: _proof(stone, names) for stone in stones.values()}
    return DeletionItems(
        items=[_item(item, recording, proofs.get(recording.id)) for item, recording in page],
        next=page[-1][0].id if len(rows) > query.limit else None,
    )


@routes.add(
    HTTPMethod.POST,
    "/deletions",
    "Propose to delete recordings (申请删除)",
    roles=KEEPERS,
    status=201,
    errors=(409,),
)
async def propose(ask: Ask, body: DeletionForm) -> DeletionAnswer:
    for recording_id in body.recording_ids:
        await recording_for(ask, recording_id, Right.DELETE)
    settings = ask.services.settings.retention
    async with ask.services.sessions() as db:
        row = await proposals.propose(db, actor(ask), body.recording_ids, body.why, LedgerFacts(), settings)
        (answer,) = await _answers(ask, db, [row])
    return answer


@routes.add(
    HTTPMethod.POST,
    "/deletions/{id}/sign",
    "Sign it (批准); never by who proposed it, never twice by one",
    roles=KEEPERS,
    errors=(409,),
)
async def sign(ask: Ask, path: IdPath, body: SignForm) -> DeletionAnswer:
    await _check_may_delete(ask)
    settings = ask.services.settings.retention
    async with ask.services.sessions() as db:
        row = await proposals.sign(db, actor(ask), path.id, body.note, settings)
        (answer,) = await _answers(ask, db, [row])
    return answer


@routes.add(
    HTTPMethod.POST,
    "/deletions/{id}/refuse",
    "Refuse it, or withdraw one's own (不批准)",
    roles=KEEPERS,
    errors=(409,),
)
async def refuse(ask: Ask, path: IdPath, body: RefuseForm) -> DeletionAnswer:
    settings = ask.services.settings.retention
    async with ask.services.sessions() as db:
        row = await proposals.refuse(db, actor(ask), path.id, body.note, settings)
        (answer,) = await _answers(ask, db, [row])
    return answer


async def _check_may_delete(ask: Ask) -> None:
    if not (await rights_of(ask)).everything(Right.DELETE):
        raise ForbiddenError("您没有删除录音的权限。")


def _item(item: Item, recording: Recording, proof: ProofAnswer | None) -> DeletionItem:
    return DeletionItem(
        id=item.id,
        recording_id=recording.id,
        call_id=recording.call_id,
        recorded_at=recording.created_at,
        duration_s=recording.duration_s,
        state=ItemState(item.state),
        why=item.why,
        proof=proof,
    )


def _proof(stone: Tombstone, names: Mapping[int | None, str]) -> ProofAnswer:
    plain = ProofAnswer.model_fields.keys() - {"first_by", "second_by"}
    return ProofAnswer(
        **{name: getattr(stone, name) for name in plain},
        first_by=names[stone.first_by],
        second_by=names[stone.second_by],
    )


async def _answers(ask: Ask, db: AsyncSession, rows: Sequence[Proposal]) -> list[DeletionAnswer]:
    names = await names_of(
        db, (one for row in rows for one in (row.made_by, row.first_by, row.second_by, row.refused_by))
    )
    wanted = {row.first_by for row in rows}
    found = await db.execute(select(Account.id, Account.role).where(Account.id.in_(wanted)))
    roles: dict[int | None, str] = {one.id: one.role for one in found}
    counts = await proposals.counts(db, [row.id for row in rows])
    settings, account = ask.services.settings.retention, ask.account
    may_delete = (await rights_in(db, ask)).everything(Right.DELETE)

    def bar(row: Proposal) -> SignBar | None:
        found = proposals.bar(account, row, roles.get(row.first_by), settings)
        return SignBar.RIGHT if found is None and not may_delete else found

    return [
        DeletionAnswer(
            id=row.id,
            made_by=names.get(row.made_by),
            made_at=row.made_at,
            why=row.why,
            state=ProposalState(row.state),
            first_by=names.get(row.first_by),
            second_by=names.get(row.second_by),
            refused_by=names.get(row.refused_by),
            note=row.note,
            counts={ItemState(state): count for state, count in counts[row.id].items()},
            done_at=row.done_at,
            may_sign=bar(row) is None,
            sign_bar=bar(row),
            may_refuse=row.state == ProposalState.PROPOSED
            and (row.made_by == account.id or proposals.signs(account.role, settings)),
        )
        for row in rows
    ]
