"""What other platforms are to be told of our cases: written down here, sent by `sender`.

A case dispatched to a unit that a platform's table has goes there. A case that came from a platform sends its
stages back, so does one that went there, as far as the platform's table has them.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import CHINA, Clock
from core.db import SessionFactory, begin_write
from core.events import CaseMoved, Event
from ticketing.exchange import reconciliation
from ticketing.exchange.mapping import Reader
from ticketing.exchange.receiving import TARGET
from ticketing.exchange.tables import (
    MessageKind,
    MessageState,
    Platform,
    PlatformCase,
    PlatformCode,
    PlatformMessage,
    Table,
    Way,
)
from ticketing.tables import Case, CaseHistory

#: Moves that give a case to a unit.
_GIVES = frozenset({"dispatch", "assign"})
#: Moves whose note is an answer to whoever reported; all other notes stay in the house.
_ANSWERS = frozenset({"answer", "refuse", "report_done", "close", "force_close"})


class Outgoing:
    """Writes messages down; an event that comes again changes nothing."""

    def __init__(self, sessions: SessionFactory, clock: Clock) -> None:
        self._sessions, self._clock = sessions, clock

    @staticmethod
    def wants(event: Event) -> bool:
        """Whether `handle` would do anything."""
        return isinstance(event, CaseMoved)

    async def handle(self, event: Event) -> int:
        """Write down what `event` has us tell; how many messages."""
        if not isinstance(event, CaseMoved):
            return 0
        async with self._sessions() as session:
            if not await _reachable(session):
                return 0
        async with self._sessions() as session:
            await begin_write(session)
            case = await session.get(Case, event.case_id)
            query = select(CaseHistory).where(
                CaseHistory.case_id == event.case_id,
                CaseHistory.at == event.at,
                CaseHistory.move == event.move,
            )
            lines = (await session.scalars(query.order_by(CaseHistory.seq))).all()
            done = 0
            # What happens in the moment a report comes in is in its receipt.
            for line in lines if case else ():
                if case and line.at > case.created_at:
                    done += await self._tell(session, case, line)
            await session.commit()
        return done

    async def daily(self) -> int:
        """Write yesterday's list down for each platform that has none yet; how many."""
        today = self._clock.now().astimezone(CHINA).date()
        day = str(today - timedelta(days=1))
        done = 0
        async with self._sessions() as session:
            await begin_write(session)
            for platform in await _reachable(session):
                found = await reconciliation.day_of(session, platform.code, day)
                got = [*found.received, *found.refused_by_us]
                content = {"day": day, "sent": found.sent, "received": got}
                done += await self._add(session, platform.code, MessageKind.DAILY, f"daily-{day}", content)
            await session.commit()
        return done

    async def receipt(self, platform: str, content: dict[str, Any]) -> int:
        """Write a receipt down that could not be given at once."""
        message_id = f"receipt-{content['receipt_of']}"[:50] + f"-{int(self._clock.now().timestamp())}"
        async with self._sessions() as session:
            await begin_write(session)
            done = await self._add(session, platform, MessageKind.RECEIPT, message_id, content)
            await session.commit()
        return done

    async def _tell(self, session: AsyncSession, case: Case, line: CaseHistory) -> int:
        done = 0
        query = select(PlatformCase).where(PlatformCase.case_id == case.id).order_by(PlatformCase.id)
        links = (await session.scalars(query)).all()
        platforms = {one.code: one for one in await _reachable(session)}
        for link in links:
            platform = platforms.get(link.platform)
            is_echo = platform and platform.account_id is not None and platform.account_id == line.actor_id
            if platform and not is_echo and line.from_stage != line.to_stage:
                done += await self._state(session, link, case, line)
        there = {link.platform for link in links}
        if line.move in _GIVES and case.unit and case.number:
            for code in await _platforms_of(session, case.unit):
                if code in platforms and code not in there:
                    done += await self._case(session, code, case, line)
        return done

    async def _state(self, session: AsyncSession, link: PlatformCase, case: Case, line: CaseHistory) -> int:
        if link.role == TARGET:
            reader = Reader(session, link.platform, Way.OUT)
            if await reader.known(Table.STAGE, line.to_stage) is None:
                return 0  # they need not follow every step of ours; who sent us a case has a right to
        content = {
            "reference": link.reference,
            "number": case.number or "",
            "stage": line.to_stage,
            "unit": case.unit or "",
            "note": line.note if line.move in _ANSWERS else "",
            "due_at": case.due_at.isoformat() if case.due_at else "",
        }
        message_id = f"state-{case.id}-{line.seq}-{link.id}"
        return await self._add(session, link.platform, MessageKind.STATE, message_id, content, case.id)

    async def _case(self, session: AsyncSession, code: str, case: Case, line: CaseHistory) -> int:
        reference = case.number or ""
        session.add(PlatformCase(platform=code, role=TARGET, reference=reference, case_id=case.id))
        content = _case_content(case) | {"reference": reference}
        message_id = f"case-{case.id}-{line.seq}"
        return await self._add(session, code, MessageKind.CASE, message_id, content, case.id)

    async def _add(
        self,
        session: AsyncSession,
        platform: str,
        kind: MessageKind,
        message_id: str,
        content: dict[str, Any],
        case_id: int | None = None,
    ) -> int:
        query = select(PlatformMessage.id).where(
            PlatformMessage.platform == platform,
            PlatformMessage.way == Way.OUT,
            PlatformMessage.message_id == message_id,
        )
        if await session.scalar(query) is not None:
            return 0
        now = self._clock.now()
        session.add(
            PlatformMessage(
                platform=platform,
                way=Way.OUT,
                message_id=message_id,
                kind=kind,
                day=str(now.astimezone(CHINA).date()),
                case_id=case_id,
                reference=str(content.get("reference", "")),
                content={name: value for name, value in content.items() if value not in ("", None)},
                state=MessageState.WAITING,
                made_at=now,
                attempts=0,
            )
        )
        await session.flush()
        return 1


def _case_content(case: Case) -> dict[str, Any]:
    """A case as it is told, by our codes; of a confidential one nobody learns who reported it (保密)."""
    known = "category_edition", "category_kind", "category_code"
    key = [getattr(case, name) for name in known]
    content = {
        "kind": case.kind,
        "urgency": case.urgency,
        "class": ":".join(key) if all(key) else "",
        "place": case.district or "",
        "street": case.street or "",
        "unit": case.unit or "",
        "address": case.address,
        "longitude": case.longitude,
        "latitude": case.latitude,
        "description": case.description,
        "confidential": case.confidential or None,
        "due_at": case.due_at.isoformat() if case.due_at else "",
    }
    if not case.confidential:
        content |= {"reporter_name": case.reporter_name, "callback_number": case.callback_number}
    return content


async def _reachable(session: AsyncSession) -> list[Platform]:
    query = select(Platform).where(Platform.is_active, Platform.url != "").order_by(Platform.code)
    return list(await session.scalars(query))


async def _platforms_of(session: AsyncSession, unit: str) -> list[str]:
    query = select(PlatformCode.platform).where(
        PlatformCode.kind == Table.UNIT,
        PlatformCode.ours == unit,
        or_(PlatformCode.way == Way.OUT, PlatformCode.way == Way.BOTH),
    )
    return list(await session.scalars(query.order_by(PlatformCode.platform).distinct()))
