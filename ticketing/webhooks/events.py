"""What subscribers are told: one event for each line of a case's history, with nobody's name or number."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import Clock
from core.db import SessionFactory, begin_write
from core.events import CaseMoved, CaseOpened, Event
from ticketing.tables import Case, CaseHistory
from ticketing.webhooks.tables import DeliveryState, Webhook, WebhookDelivery, WebhookState
from ticketing.workflow import OPEN_DRAFT

#: Version of the body below.
VERSION = 1
PING = "ping"


class Events:
    """Writes down what is to be delivered; an event that comes again changes nothing."""

    def __init__(self, sessions: SessionFactory, clock: Clock) -> None:
        self._sessions, self._clock = sessions, clock

    @staticmethod
    def wants(event: Event) -> bool:
        """Whether `handle` would do anything."""
        return isinstance(event, CaseMoved | CaseOpened)

    async def handle(self, event: Event) -> int:
        """Write `event` down for every webhook that wants it; for how many."""
        if not isinstance(event, CaseMoved | CaseOpened):
            return 0
        move = event.move if isinstance(event, CaseMoved) else OPEN_DRAFT.name
        query = select(CaseHistory).where(
            CaseHistory.case_id == event.case_id, CaseHistory.at == event.at, CaseHistory.move == move
        )
        async with self._sessions() as session:  # most events nobody wants: those lock nothing
            webhooks = (await session.scalars(select(Webhook).where(living()))).all()
            lines = (await session.scalars(query.order_by(CaseHistory.seq))).all() if webhooks else []
        if not any(is_wanted(webhook, line) for webhook in webhooks for line in lines):
            return 0
        async with self._sessions() as session:
            await begin_write(session)
            case = await session.get_one(Case, event.case_id)
            done = await self._write(session, case, lines)
            await session.commit()
        return done

    async def ping(self, webhook_id: int, event_id: str) -> None:
        """Write a test event down, which says nothing but that we reach the receiver."""
        async with self._sessions() as session:
            await begin_write(session)
            query = select(Webhook).where(Webhook.id == webhook_id).with_for_update()
            webhook = (await session.scalars(query)).one()
            said = {"version": VERSION, "id": event_id, "type": PING, "at": self._clock.now().isoformat()}
            self._add(session, webhook, event_id, PING, 0, said)
            await session.commit()

    async def _write(self, session: AsyncSession, case: Case, lines: Sequence[CaseHistory]) -> int:
        query = select(Webhook).where(living()).order_by(Webhook.id).with_for_update()
        webhooks = (await session.scalars(query)).all()
        done = 0
        for line in lines:
            event_id = id_of(line)
            had = set(
                await session.scalars(
                    select(WebhookDelivery.webhook_id).where(WebhookDelivery.event_id == event_id)
                )
            )
            for webhook in webhooks:
                if webhook.id not in had and is_wanted(webhook, line):
                    self._add(session, webhook, event_id, line.move, case.id, body(case, line, event_id))
                    done += 1
            await session.flush()
        return done

    def _add(
        self,
        session: AsyncSession,
        webhook: Webhook,
        event_id: str,
        move: str,
        case_id: int,
        said: dict[str, Any],
    ) -> None:
        webhook.last_sequence += 1
        text = json.dumps(said | {"sequence": webhook.last_sequence}, ensure_ascii=False)
        session.add(
            WebhookDelivery(
                webhook_id=webhook.id,
                sequence=webhook.last_sequence,
                event_id=event_id,
                move=move,
                case_id=case_id,
                body=text,
                made_at=self._clock.now(),
                state=DeliveryState.WAITING,
            )
        )


def id_of(line: CaseHistory) -> str:
    """The event's id: the same whenever and to whomever it is told."""
    return f"case-{line.case_id}-{line.seq}"


def living() -> ColumnElement[bool]:
    """Events gather for a webhook that is paused or was switched off: it goes on where it stopped."""
    return Webhook.state != WebhookState.ENDED


def is_wanted(webhook: Webhook, line: CaseHistory) -> bool:
    """Whether the webhook is to be told of this line of a history."""
    if line.at < webhook.made_at:
        return False
    fits_move = not webhook.moves or line.move in webhook.moves
    return fits_move and (not webhook.stages or line.to_stage in webhook.stages)


def body(case: Case, line: CaseHistory, event_id: str) -> dict[str, Any]:
    """What is said of a move. Who reported, where to call and what was written stay in the house: a receiver
    with the right to see them asks the API for the case."""
    due = case.due_at.isoformat() if case.due_at else None
    category = None
    if case.category_code:
        category = {
            "edition": case.category_edition,
            "kind": case.category_kind,
            "code": case.category_code,
        }
    about = {
        name: getattr(case, name)
        for name in ("id", "number", "stage", "version", "kind", "urgency", "source", "district", "street")
    }
    return {
        "version": VERSION,
        "id": event_id,
        "type": "case.moved",
        "at": line.at.isoformat(),
        "move": line.move,
        "from_stage": line.from_stage or None,
        "to_stage": line.to_stage,
        "case": about | {"unit": case.unit, "category": category, "due_at": due},
    }
