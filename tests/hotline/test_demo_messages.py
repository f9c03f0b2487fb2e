"""hotline.demo_messages: every template of the demo would pass the check people's templates pass."""

from __future__ import annotations

from sqlalchemy import select

from core.clock import FixedClock
from core.db import SessionFactory
from hotline import demo_messages
from ticketing.notices import templates
from ticketing.notices.tables import NoticeTemplate


async def test_the_demos_templates_are_sound_and_added_once(
    sessions: SessionFactory, clock: FixedClock
) -> None:
    for _ in range(2):
        async with sessions() as session:
            await demo_messages.add(session, clock.now())
            await session.commit()
    async with sessions() as session:
        rows = list(await session.scalars(select(NoticeTemplate)))
    assert len(rows) == len({(one.move, one.audience, one.channel, one.language) for one in rows})
    for one in rows:
        names = ("move", "audience", "channel", "language", "subject", "text")
        templates.check({name: getattr(one, name) for name in names})
