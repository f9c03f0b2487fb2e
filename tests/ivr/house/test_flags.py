"""Flagged numbers: two people, an end, and a trail; on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from core.clock import FixedClock
from core.db import SessionFactory
from core.errors import ConflictError, ForbiddenError, InvalidError
from core.settings import Settings
from core.tables import AuditEntry
from ivr.house import flags, snapshot
from ivr.house.hands import Hand
from ivr.house.model import FlagPath
from ivr.house.tables import Flag, FlagState
from tests.ivr.house.conftest import Hands

NUMBER = "+86 138-0000-1234"


async def _propose(hand: Hand, settings: Settings, number: str = NUMBER, days: float = 7) -> Flag:
    return await flags.propose(
        hand,
        settings,
        number=number,
        reason="反复辱骂坐席",
        path=FlagPath.WARNING,
        expires_at=hand.now() + timedelta(days=days),
    )


async def _trail(sessions: SessionFactory) -> list[tuple[str, int | None]]:
    async with sessions() as db:
        rows = await db.scalars(
            select(AuditEntry).where(AuditEntry.subject.like("flag:%")).order_by(AuditEntry.id)
        )
        return [(row.action, row.actor_id) for row in rows]


async def _flagged(sessions: SessionFactory, settings: Settings, clock: FixedClock) -> list[str]:
    async with sessions() as db:
        return [one.number for one in (await snapshot.read(db, settings, clock.now())).flags]


async def test_a_flag_counts_from_its_review_until_its_end(
    sessions: SessionFactory, settings: Settings, clock: FixedClock, hands: Hands
) -> None:
    flag = await _propose(hands("seat"), settings)
    assert await _flagged(sessions, settings, clock) == []
    await flags.review(hands("shift_leader"), flag.id, approve=True, note="")
    assert await _flagged(sessions, settings, clock) == ["13800001234"]
    clock.advance(timedelta(days=7))
    assert await _flagged(sessions, settings, clock) == [], "it expires by itself"
    assert await flags.expire(sessions, clock) == 1
    assert await flags.expire(sessions, clock) == 0
    actions = await _trail(sessions)
    assert [action for action, _ in actions] == ["flag:proposed", "flag:reviewed:approved", "flag:expired"]
    assert actions[2][1] is None
    async with sessions() as db:
        details = [row.detail for row in await db.scalars(select(AuditEntry))]
    assert all("13800001234" not in str(detail) for detail in details)


async def test_nobody_reviews_their_own(settings: Settings, hands: Hands) -> None:
    leader = hands("shift_leader")
    flag = await _propose(leader, settings)
    with pytest.raises(ForbiddenError, match="另一人"):
        await flags.review(leader, flag.id, approve=True, note="")
    await flags.review(hands("administrator"), flag.id, approve=False, note="证据不足")
    with pytest.raises(ConflictError):
        await flags.review(hands("administrator"), flag.id, approve=True, note="")


@pytest.mark.parametrize(
    ("number", "days", "field"),
    [
        ("anonymous", 7, "number"),
        ("", 7, "number"),
        ("abc", 7, "number"),
        ("13800001234", 0, "expires_at"),
        ("13800001234", -1, "expires_at"),
        ("13800001234", 91, "expires_at"),
    ],
)
async def test_what_cannot_be_flagged(
    settings: Settings, hands: Hands, number: str, days: float, field: str
) -> None:
    with pytest.raises(InvalidError) as refused:
        await _propose(hands("seat"), settings, number, days)
    assert list(refused.value.details["fields"]) == [field]  # type: ignore[call-overload]


async def test_one_number_is_proposed_once_however_it_is_written(
    sessions: SessionFactory, settings: Settings, hands: Hands, clock: FixedClock
) -> None:
    results = await asyncio.gather(
        _propose(hands("seat"), settings, "13800001234"),
        _propose(hands("shift_leader"), settings, "008613800001234"),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in results) == ["ConflictError", "Flag"]
    clock.advance(timedelta(days=8))
    again = await _propose(hands("seat"), settings)
    assert again.state == FlagState.PROPOSED, "an expired one is no obstacle, swept or not"


async def test_it_can_be_lifted(
    sessions: SessionFactory, settings: Settings, clock: FixedClock, hands: Hands
) -> None:
    flag = await _propose(hands("seat"), settings)
    await flags.review(hands("shift_leader"), flag.id, approve=True, note="")
    with pytest.raises(InvalidError):
        await flags.end(hands("shift_leader"), flag.id, note=" ")
    await flags.end(hands("shift_leader"), flag.id, note="已道歉")
    assert await _flagged(sessions, settings, clock) == []
    with pytest.raises(ConflictError):
        await flags.end(hands("shift_leader"), flag.id, note="再次")


async def test_a_proposal_that_waited_too_long_cannot_be_approved(
    settings: Settings, clock: FixedClock, hands: Hands
) -> None:
    flag = await _propose(hands("seat"), settings, days=1)
    clock.advance(timedelta(days=1))
    with pytest.raises(ConflictError):
        await flags.review(hands("shift_leader"), flag.id, approve=True, note="")
