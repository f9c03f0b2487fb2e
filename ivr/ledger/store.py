"""Writes events and the rows computed from them, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from urllib.parse import quote

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession

from core import outbox
from core.events import CallChanged, HelpRequested
from core.phone import NumberKind, normalise
from ivr.ledger.events import EVENT_TYPES, SwitchEvent, body_of
from ivr.ledger.reducer import CallRecord, reduce
from ivr.ledger.tables import Call, CallEvent

#: Longest calling and called number kept; a carrier that sends more is not sending a number.
MAX_RAW, MAX_DID = 500, 64


async def apply(session: AsyncSession, events: Sequence[SwitchEvent], area_code: str) -> None:
    """Add `events` (those already known are ignored) and bring the rows of their calls up to date."""
    if not events:
        return
    insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    rows = [
        {"id": v.id, "call_id": v.call_id, "at": v.at, "type": type(v).__name__, "body": body_of(v)}
        for v in events
    ]
    await session.execute(insert(CallEvent).values(rows).on_conflict_do_nothing())
    latest = {event.call_id: event.at for event in events}
    for call_id, at in latest.items():
        await _bring_up_to_date(session, call_id, at, area_code)


async def events_of(session: AsyncSession, call_id: str) -> list[SwitchEvent]:
    """Every stored event of a call."""
    rows = (await session.scalars(select(CallEvent).where(CallEvent.call_id == call_id))).all()
    return [EVENT_TYPES[row.type](id=row.id, call_id=row.call_id, at=row.at, **row.body) for row in rows]


async def open_calls(session: AsyncSession, quiet_since: datetime) -> list[str]:
    """Calls that have not ended although nothing was heard of them since `quiet_since`."""
    still_heard = (
        select(CallEvent.id).where(CallEvent.call_id == Call.id, CallEvent.at > quiet_since).exists()
    )
    found = await session.scalars(select(Call.id).where(Call.ended_at.is_(None), ~still_heard))
    return list(found)


async def _bring_up_to_date(session: AsyncSession, call_id: str, at: datetime, area_code: str) -> None:
    record = reduce(call_id, await events_of(session, call_id))
    if record is None:
        return
    row = await session.get(Call, call_id)
    had_asked = row is not None and (row.queued_at is not None or row.message_at is not None)
    if row is None:
        row = Call(id=call_id)
        session.add(row)
    _fill(row, record, area_code)
    outbox.add(session, CallChanged(at=at, call_id=call_id, ended=record.ended_at is not None))
    if record.asked_for_help and not had_asked:
        outbox.add(session, HelpRequested(at=at, call_id=call_id))


def _fill(row: Call, record: CallRecord, area_code: str) -> None:
    values = asdict(record)
    raw, withheld = values.pop("caller_raw")[:MAX_RAW], values.pop("withheld")
    number = normalise(raw, area_code)
    row.caller_raw = quote(raw, safe="+*#@.- ")
    values["did"] = record.did[:MAX_DID]
    row.caller = "" if withheld else number.normal
    row.caller_kind = NumberKind.WITHHELD if withheld else number.kind
    for name, value in values.items():
        setattr(row, name, value)
