"""Whatever people do in whatever order, the laws of flagged numbers hold."""

from __future__ import annotations

import random
from collections import Counter
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import select

from core.clock import FixedClock
from core.db import SessionFactory
from core.errors import HotlineError
from core.settings import Settings
from core.tables import AuditEntry
from ivr.house import flags, snapshot
from ivr.house.model import FlagPath
from ivr.house.tables import Flag, FlagState
from tests.ivr.house.conftest import NAMES, Hands

NUMBERS = ("13800001234", "041188886666")
STEPS = 60


@pytest.mark.parametrize("seed", range(3))
async def test_random_days(
    settings: Settings, sessions: SessionFactory, clock: FixedClock, hands: Hands, seed: int
) -> None:
    dice = random.Random(seed)
    for _ in range(STEPS):
        hand, which = hands(dice.choice(list(NAMES))), dice.randint(1, 8)
        with suppress(HotlineError):
            match dice.randrange(5):
                case 0 | 1:
                    until = clock.now() + timedelta(hours=dice.randint(-1, 48))
                    number, path = dice.choice(NUMBERS), dice.choice(list(FlagPath))
                    await flags.propose(
                        hand, settings, number=number, reason="骂人", path=path, expires_at=until
                    )
                case 2:
                    await flags.review(hand, which, approve=dice.random() < 0.7, note="看过")
                case 3:
                    await flags.end(hand, which, note="和解")
                case 4:
                    clock.advance(timedelta(hours=dice.randint(1, 20)))
                    await flags.expire(sessions, clock)
        await _laws_hold(settings, sessions, clock)


async def _laws_hold(settings: Settings, sessions: SessionFactory, clock: FixedClock) -> None:
    now = clock.now()
    async with sessions() as db:
        rows = list(await db.scalars(select(Flag)))
        trail = Counter(await db.scalars(select(AuditEntry.action)))
        met = {one.number for one in (await snapshot.read(db, settings, now)).flags}
    still = [row for row in rows if flags.state(row, now) in flags.OPEN]
    assert len({row.number for row in still}) == len(still), "one open flag a number"
    assert all(row.reviewed_by != row.proposed_by for row in rows), "nobody reviews their own"
    active = {row.number for row in still if row.state == FlagState.ACTIVE}
    assert met == active, "callers meet the reviewed ones that have not ended, and no others"
    assert trail["flag:proposed"] == len(rows)
    for action, state in (
        ("flag:reviewed:refused", FlagState.REFUSED),
        ("flag:ended", FlagState.ENDED),
        ("flag:expired", FlagState.EXPIRED),
    ):
        assert trail[action] == sum(row.state == state for row in rows), "every end is in the trail"
    assert trail["flag:reviewed:approved"] == sum(
        row.reviewed_by is not None and row.state != FlagState.REFUSED for row in rows
    )
