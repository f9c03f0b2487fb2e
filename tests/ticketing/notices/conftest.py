"""Templates, a case in hand with a unit, and an adapter that remembers what it was given."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from core.clock import FixedClock
from core.db import SessionFactory
from core.delivery import Outcome
from core.notice_settings import Notices
from core.tables import Account
from ticketing import moves
from ticketing.notices.adapters import Outgoing, Result
from ticketing.notices.sender import Sender
from ticketing.notices.tables import NoticeTemplate, OutgoingMessage, StaffContact
from ticketing.tables import Case

Go = Callable[..., Awaitable[Case]]
Template = Callable[..., Awaitable[NoticeTemplate]]
#: Whom and what each move of `go` needs.
GIVEN: dict[str, dict[str, Any]] = {"dispatch": {"unit": "parks"}}


@pytest.fixture
def template(sessions: SessionFactory, clock: FixedClock, people: dict[str, Account]) -> Template:
    """Add a template; by default an SMS in Chinese to the reporter."""

    async def add(move: str, text: str = "案卷{案卷号}：{当前环节}。", **other: Any) -> NoticeTemplate:
        values = {"audience": "reporter", "channel": "sms", "language": "zh"} | other
        row = NoticeTemplate(move=move, text=text, changed_at=clock.now(), **values)
        async with sessions() as session:
            session.add(row)
            await session.commit()
        return row

    return add


@pytest.fixture
def go(
    sessions: SessionFactory, people: dict[str, Account], clock: FixedClock, complete: dict[str, Any]
) -> Go:
    """Take a case through moves, each `person move`."""

    async def take(case_id: int, *steps: str, note: str = "说明", **fields: Any) -> Case:
        for step in steps:
            person, name = step.split()
            async with sessions() as session:
                version = (await session.get_one(Case, case_id)).version
            case = await moves.move(
                sessions,
                case_id=case_id,
                move=name,
                actor=people[person],
                version=version,
                fields=complete | fields if name == "register" else None,
                given=GIVEN.get(name, {}),
                note=note,
                clock=clock,
            )
        return case

    return take


@pytest.fixture
async def parks_phones(sessions: SessionFactory, people: dict[str, Account]) -> None:
    """The two people of the unit `parks`: one with mobile and e-mail, one with e-mail alone."""
    async with sessions() as session:
        one, two = people["parks1"].id, people["parks2"].id
        session.add(StaffContact(account_id=one, mobile="13900000001", email="one@parks.example"))
        session.add(StaffContact(account_id=two, email="two@parks.example"))
        await session.commit()


@pytest.fixture
def outgoing(sessions: SessionFactory) -> Callable[[], Awaitable[list[OutgoingMessage]]]:
    """Every message there is, oldest first."""

    async def read() -> list[OutgoingMessage]:
        async with sessions() as session:
            return list(await session.scalars(select(OutgoingMessage).order_by(OutgoingMessage.id)))

    return read


@dataclass
class Remembering:
    """A shipped sort of fake: answers as it is told, and keeps what it was given."""

    answers: list[Result] = field(default_factory=list)
    given: list[Outgoing] = field(default_factory=list)

    async def send(self, message: Outgoing, now: datetime) -> Result:
        self.given.append(message)
        return self.answers.pop(0) if self.answers else Result(Outcome.DELIVERED, 200, reference="g-1")


@pytest.fixture
def adapter() -> Remembering:
    return Remembering()


@pytest.fixture
def sender(sessions: SessionFactory, clock: FixedClock, adapter: Remembering) -> Sender:
    """Sends on every channel to `adapter`; rules as they come."""
    return Sender(sessions, Notices(), dict.fromkeys(("sms", "wechat", "email"), adapter), clock)
