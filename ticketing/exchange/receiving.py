"""What a message that came in leads to: a case, a move, a receipt noted, a list compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select

from core import audit
from core.audit import Action
from core.case_settings import Cases
from core.clock import Clock
from core.db import SessionFactory, begin_write
from core.tables import Account
from ticketing import moves
from ticketing.exchange import reconciliation
from ticketing.exchange.mapping import Reader
from ticketing.exchange.messages import (
    CaseContent,
    DailyContent,
    Message,
    ReceiptContent,
    StateContent,
    Unmapped,
    as_json,
)
from ticketing.exchange.tables import (
    MessageState,
    Platform,
    PlatformCase,
    PlatformList,
    PlatformMessage,
    Table,
    Way,
)
from ticketing.moves import City
from ticketing.sources.intake import accept
from ticketing.sources.reports import Report, ReportClass
from ticketing.tables import Case

ORIGIN, TARGET = "origin", "target"


@dataclass(frozen=True)
class Result:
    """What became of a message; `reason` says why it was refused, or what else is to be known."""

    is_taken: bool = False
    reason: str = ""
    number: str = ""
    case_id: int | None = None
    unmapped: tuple[Unmapped, ...] = ()


def refused(reader: Reader) -> Result:
    """For the codes `reader` did not find."""
    named = tuple(Unmapped(table=one.table.value, code=one.code) for one in reader.missing[:20])
    return Result(reason=reader.complaint, unmapped=named)


@dataclass(frozen=True)
class Works:
    """Does what messages say. Each content may come again: it is done once."""

    sessions: SessionFactory
    clock: Clock
    city: City
    rules: Cases

    async def do(self, platform: Platform, message: Message) -> Result:
        """
        Raises:
            HotlineError: it cannot be done, and why; nothing has changed.
        """
        match message.content:
            case CaseContent() as said:
                return await self._case(platform, said)
            case StateContent() as said:
                return await self._state(platform, said, message.envelope.id)
            case ReceiptContent() as said:
                return await self._receipt(platform, said)
            case DailyContent() as said:
                return await self._daily(platform, said)

    async def _case(self, platform: Platform, said: CaseContent) -> Result:
        async with self.sessions() as session:
            await begin_write(session)
            reader = Reader(session, platform.code, Way.IN)
            found = await reader.read(Table.CLASS, said.class_)
            district = await reader.read(Table.PLACE, said.place)
            street = await reader.read(Table.PLACE, said.street)
            await reader.note(self.clock.now())
            await session.commit()
        if reader.missing:
            return refused(reader)
        report = _report(said, found, district, street)
        if isinstance(report, str):
            return Result(reason=report)
        taken = await accept(
            self.sessions,
            platform.code,
            report,
            self.clock,
            city=self.city,
            rules=self.rules,
            via="exchange",
        )
        if taken.case_id is None:
            return Result(is_taken=True, reason="已留存，未立案卷")
        await self._link(platform.code, said.reference, taken.case_id)
        return Result(is_taken=True, number=taken.case_number or "", case_id=taken.case_id)

    async def _link(self, platform: str, reference: str, case_id: int) -> None:
        async with self.sessions() as session:
            await begin_write(session)
            query = select(PlatformCase).where(
                PlatformCase.platform == platform,
                PlatformCase.role == ORIGIN,
                PlatformCase.reference == reference,
            )
            if await session.scalar(query) is None:
                session.add(
                    PlatformCase(platform=platform, role=ORIGIN, reference=reference, case_id=case_id)
                )
            await session.commit()

    async def _state(self, platform: Platform, said: StateContent, message_id: str) -> Result:
        async with self.sessions() as session:
            await begin_write(session)
            query = (
                select(Case)
                .join(PlatformCase, PlatformCase.case_id == Case.id)
                .where(PlatformCase.platform == platform.code, PlatformCase.reference == said.reference)
            )
            case = await session.scalar(query.limit(1))
            reader = Reader(session, platform.code, Way.IN)
            move = await reader.read(Table.STAGE, said.stage)
            await reader.note(self.clock.now())
            actor = await session.get(Account, platform.account_id) if platform.account_id else None
            await session.commit()
        if case is None:
            return Result(reason=f"没有与贵方往来的案卷 {said.reference}")
        if reader.missing:
            return refused(reader)
        number = case.number or ""
        if actor is None:
            reason = "已记录，未办理：本平台没有接口账号"
            return Result(is_taken=True, reason=reason, number=number, case_id=case.id)
        note = f"{platform.name}：{said.note or said.stage}"
        await moves.move(
            self.sessions,
            case_id=case.id,
            move=move,
            actor=actor,
            version=case.version,
            note=note,
            clock=self.clock,
            city=self.city,
            rules=self.rules,
            address=f"platform:{platform.code}",
        )
        await self._audit(platform, case.id, {"move": move, "message": message_id})
        return Result(is_taken=True, number=number, case_id=case.id)

    async def _audit(self, platform: Platform, case_id: int, detail: dict[str, Any]) -> None:
        async with self.sessions() as session:
            audit.record(
                session,
                at=self.clock.now(),
                actor_id=platform.account_id,
                action=Action.PLATFORM_MOVED,
                subject=f"case:{case_id}",
                detail=detail | {"platform": platform.code},
            )
            await session.commit()

    async def _receipt(self, platform: Platform, said: ReceiptContent) -> Result:
        async with self.sessions() as session:
            await begin_write(session)
            query = select(PlatformMessage).where(
                PlatformMessage.platform == platform.code,
                PlatformMessage.way == Way.OUT,
                PlatformMessage.message_id == said.receipt_of,
            )
            row = await session.scalar(query.with_for_update())
            if row is None:
                return Result(reason=f"我方没有发过报文 {said.receipt_of}")
            acknowledge(row, said)
            row.acknowledged_at = self.clock.now()
            await session.commit()
            return Result(is_taken=True, case_id=row.case_id)

    async def _daily(self, platform: Platform, said: DailyContent) -> Result:
        async with self.sessions() as session:
            await begin_write(session)
            key = (platform.code, str(said.day))
            row = await session.get(PlatformList, key)
            if row is None:
                row = PlatformList(platform=key[0], day=key[1])
                session.add(row)
            row.at, row.items = self.clock.now(), {"sent": said.sent, "received": said.received}
            await session.flush()
            compared = await reconciliation.day_of(session, platform.code, str(said.day))
            await session.commit()
        return Result(is_taken=True, reason=compared.in_words())


def acknowledge(row: PlatformMessage, said: ReceiptContent) -> None:
    """Note a receipt for a message of ours."""
    is_refused = said.result == "refused"
    row.state = MessageState.REFUSED if is_refused else MessageState.ACKNOWLEDGED
    row.receipt = as_json(said)
    row.problem = f"对方拒收：{said.reason}"[:500] if is_refused else ""


def _report(said: CaseContent, found: str, district: str, street: str) -> Report | str:
    """The report for our intake; a sentence where something does not fit."""
    edition, _, rest = found.partition(":")
    kind, _, code = rest.partition(":")
    try:
        return Report(
            id=said.reference,
            kind=said.kind,
            urgency=said.urgency,
            category=ReportClass(edition=edition, kind=kind, code=code) if found else None,
            description=said.description,
            address=said.address,
            district=district or None,
            street=street or None,
            longitude=said.longitude,
            latitude=said.latitude,
            reporter_name=said.reporter_name,
            callback_number=said.callback_number,
            confidential=said.confidential,
        )
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        return f"{'.'.join(str(part) for part in first['loc'])}：{first['msg']}"
