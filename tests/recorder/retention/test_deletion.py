"""Deletion: two people, never under hold, restartable at every step, with the proof left behind."""

from __future__ import annotations

from datetime import timedelta
from typing import NoReturn

import pytest
from sqlalchemy import select

from core.audit import Action
from core.errors import ConflictError, ForbiddenError, NotFoundError
from core.settings import Retention
from core.tables import AuditEntry, OutboxEntry
from recorder.retention import holds, proposals
from recorder.retention.tables import HoldScope, Item, ItemState, Proposal, ProposalState, Tombstone
from recorder.storage.protocol import StoreUnavailableError
from recorder.tables import Recording, RecordingState, Transcript
from tests.recorder.retention.conftest import NUMBER, House

STEPS = ("committing", "committed", "object removed", "erased")


async def _propose(house: House, *rows: Recording, by: str = "inspector") -> Proposal:
    async with house.sessions() as db:
        return await proposals.propose(
            db, house.actor(by), [row.id for row in rows], "复核", house, house.settings.retention
        )


async def _sign(house: House, proposal: Proposal, by: str = "admin") -> Proposal:
    async with house.sessions() as db:
        return await proposals.sign(db, house.actor(by), proposal.id, "", house.settings.retention)


async def _hold(house: House, scope: HoldScope, target: str) -> None:
    async with house.sessions() as db:
        await holds.put(db, house.actor("leader"), scope, target, "诉讼")


async def _work_off(house: House) -> None:
    eraser = house.eraser()
    while await eraser.run_one():
        pass


async def _states(house: House, proposal: Proposal) -> tuple[str, list[str]]:
    async with house.sessions() as db:
        state = (await db.get_one(Proposal, proposal.id)).state
        query = select(Item.state).where(Item.proposal_id == proposal.id).order_by(Item.id)
        return state, list(await db.scalars(query))


async def _audit(house: House, action: Action) -> list[AuditEntry]:
    async with house.sessions() as db:
        return list(await db.scalars(select(AuditEntry).where(AuditEntry.action == action)))


async def test_one_signature_deletes_nothing(house: House) -> None:
    row = await house.record()
    proposal = await _propose(house, row)
    assert not await house.eraser().run_one()
    assert house.has_files(row) == (True, True)
    assert await _states(house, proposal) == (ProposalState.PROPOSED, [ItemState.WAITING])


async def test_two_people_delete_and_a_tombstone_stays(house: House) -> None:
    row = await house.record()
    async with house.sessions.begin() as db:
        db.add(
            Transcript(
                recording_id=row.id,
                side="caller",
                engine="vosk",
                model="m",
                is_test_model=False,
                text="路灯",
                words=[],
                took_s=0.1,
                created_at=house.clock.now(),
            )
        )
    proposal = await _sign(house, await _propose(house, row))
    await _work_off(house)
    assert house.has_files(row) == (False, False)
    assert await _states(house, proposal) == (ProposalState.DONE, [ItemState.DELETED])
    async with house.sessions() as db:
        left = await db.get_one(Recording, row.id)
        stone = await db.get_one(Tombstone, row.id)
        assert list(await db.scalars(select(Transcript))) == []
        (told,) = await db.scalars(select(OutboxEntry).where(OutboxEntry.type == "RecordingDeleted"))
    assert (left.state, left.peaks, left.wrapped_key, left.archive_key) == (
        RecordingState.DELETED,
        {},
        "",
        "",
    )
    for name in ("caller_sha256", "hotline_sha256", "audio_sha256"):
        assert getattr(left, name) == getattr(stone, name) == getattr(row, name)
    assert (stone.first_by, stone.second_by) == (house.people["inspector"].id, house.people["admin"].id)
    assert row.call_id in told.body
    (entry,) = await _audit(house, Action.RECORDING_DELETED)
    assert (entry.actor_id, entry.detail["audio_sha256"]) == (stone.second_by, row.audio_sha256)


@pytest.mark.parametrize("second", ["inspector", "leader"])
async def test_who_may_not_sign_second(house: House, second: str) -> None:
    proposal = await _propose(house, await house.record())
    with pytest.raises(ForbiddenError):
        await _sign(house, proposal, second)
    assert (await _states(house, proposal))[0] == ProposalState.PROPOSED


async def test_two_administrators_where_the_setting_says_so(house: House) -> None:
    house.settings = house.settings.model_copy(update={"retention": Retention(signers="administrators")})
    proposal = await _propose(house, await house.record(), by="admin")
    for wrong in ("admin", "inspector"):
        with pytest.raises(ForbiddenError):
            await _sign(house, proposal, wrong)
    assert (await _sign(house, proposal, "admin2")).state == ProposalState.APPROVED


async def test_who_proposes_without_signing_never_signs(house: House) -> None:
    """A shift leader proposes; it still takes an inspector and an administrator."""
    proposal = await _propose(house, await house.record(), by="leader")
    assert (await _sign(house, proposal, "admin")).state == ProposalState.PROPOSED
    with pytest.raises(ForbiddenError):
        await _sign(house, proposal, "admin2")
    assert (await _sign(house, proposal, "inspector")).state == ProposalState.APPROVED


async def test_a_decision_is_made_once(house: House) -> None:
    proposal = await _sign(house, await _propose(house, await house.record()))
    with pytest.raises(ConflictError):
        await _sign(house, proposal, "admin2")


async def test_one_no_is_enough(house: House) -> None:
    row = await house.record()
    proposal = await _propose(house, row)
    async with house.sessions() as db:
        await proposals.refuse(db, house.actor("admin"), proposal.id, "仍需", house.settings.retention)
    await _work_off(house)
    assert house.has_files(row) == (True, True)
    assert await _states(house, proposal) == (ProposalState.REFUSED, [ItemState.SKIPPED])


async def test_what_cannot_be_proposed(house: House) -> None:
    row = await house.record()
    staged = await house.record(state=RecordingState.STAGED)
    await _propose(house, row)
    for again in (row, staged):
        with pytest.raises(ConflictError):
            await _propose(house, again)
    async with house.sessions() as db:
        with pytest.raises(NotFoundError):
            await proposals.propose(
                db, house.actor("admin"), [row.id, 999], "", house, house.settings.retention
            )


@pytest.mark.parametrize("scope", list(HoldScope))
async def test_a_hold_set_after_both_signed_still_protects(house: House, scope: HoldScope) -> None:
    row = await house.record(case_id=7, has_case=True, numbers=frozenset({NUMBER}))
    target = {
        HoldScope.RECORDING: str(row.id),
        HoldScope.CALL: row.call_id,
        HoldScope.CASE: "7",
        HoldScope.NUMBER: NUMBER,
    }[scope]
    proposal = await _sign(house, await _propose(house, row))
    await _hold(house, scope, target)
    await _work_off(house)
    assert house.has_files(row) == (True, True)
    assert await _states(house, proposal) == (ProposalState.DONE, [ItemState.HELD])
    async with house.sessions() as db:
        assert (await db.get_one(Recording, row.id)).state == RecordingState.TRANSCRIBED
    with pytest.raises(ConflictError):
        await _propose(house, row)


async def test_a_hold_protects_only_what_it_names(house: House) -> None:
    kept, gone = await house.record(), await house.record()
    proposal = await _sign(house, await _propose(house, kept, gone))
    await _hold(house, HoldScope.CALL, kept.call_id)
    await _work_off(house)
    assert (await _states(house, proposal))[1] == [ItemState.HELD, ItemState.DELETED]
    assert (house.has_files(kept), house.has_files(gone)) == ((True, True), (False, False))


async def test_who_lifts_a_hold(house: House) -> None:
    row = await house.record()
    async with house.sessions() as db:
        hold = await holds.put(db, house.actor("admin"), HoldScope.CALL, row.call_id, "诉讼")
    for wrong in ("leader", "admin"):
        async with house.sessions() as db:
            with pytest.raises(ForbiddenError):
                await holds.lift(db, house.actor(wrong), hold.id, "结案", house.settings.retention)
    async with house.sessions() as db:
        await holds.lift(db, house.actor("admin2"), hold.id, "结案", house.settings.retention)
    async with house.sessions() as db:
        with pytest.raises(ConflictError):
            await holds.lift(db, house.actor("admin2"), hold.id, "结案", house.settings.retention)
    await _propose(house, row)


async def test_nothing_is_held_that_is_gone(house: House) -> None:
    row = await house.record()
    await _sign(house, await _propose(house, row))
    await _work_off(house)
    with pytest.raises(ConflictError):
        await _hold(house, HoldScope.RECORDING, str(row.id))


class Killed(BaseException):
    """As `kill -9` would: nothing after this point runs."""


@pytest.mark.parametrize("step", STEPS)
async def test_killed_at_any_step_it_ends_the_same(house: House, step: str) -> None:
    row = await house.record()
    proposal = await _sign(house, await _propose(house, row))

    def die(at: str) -> None:
        if at == step:
            raise Killed

    with pytest.raises(Killed):
        await house.eraser(mark=die).run_one()
    await _work_off(house)
    assert house.has_files(row) == (False, False)
    assert await _states(house, proposal) == (ProposalState.DONE, [ItemState.DELETED])
    assert len(await _audit(house, Action.RECORDING_DELETED)) == 1


async def test_a_room_that_does_not_forget_stops_the_deletion(house: House) -> None:
    row = await house.record()
    await _sign(house, await _propose(house, row))

    async def stubborn(*_: object) -> NoReturn:
        raise OSError("no")

    await house.eraser(forgetting=[stubborn]).run_one()
    assert house.has_files(row) == (True, True)
    async with house.sessions() as db:
        assert (await db.get_one(Recording, row.id)).state == RecordingState.TRANSCRIBED
        assert await db.get(Tombstone, row.id) is None


async def test_a_store_that_is_away_is_tried_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    row = await house.record()
    proposal = await _sign(house, await _propose(house, row))

    def away(*_: object) -> NoReturn:
        raise StoreUnavailableError("away")

    with monkeypatch.context() as patch:
        patch.setattr("recorder.retention.deletion.open_store", away)
        await _work_off(house)
    assert (await _states(house, proposal))[1] == [ItemState.ERASING]
    await _work_off(house)
    assert house.has_files(row) == (True, True)
    house.clock.advance(timedelta(hours=2))
    await _work_off(house)
    assert await _states(house, proposal) == (ProposalState.DONE, [ItemState.DELETED])


async def test_a_case_reopened_after_the_sweep_is_kept(house: House) -> None:
    row = await house.record()
    async with house.sessions() as db:
        proposal = await proposals.propose_due(db, house.clock.now(), [(row.id, "规则")], "期满")
        await db.commit()
    for who in ("inspector", "admin"):
        await _sign(house, proposal, who)
    facts = house.facts[row.call_id]
    house.facts[row.call_id] = type(facts)(
        facts.call_id, facts.ended_at, facts.kind, case_id=1, has_case=True
    )
    await _work_off(house)
    assert await _states(house, proposal) == (ProposalState.DONE, [ItemState.SKIPPED])
    assert house.has_files(row) == (True, True)
