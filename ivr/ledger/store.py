"""Writes events and the rows computed from them, in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, cast
from urllib.parse import quote

from sqlalchemy import Table, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession

from core import outbox
from core.events import CallChanged, Event, HelpRequested
from core.phone import NumberKind, normalise
from ivr.ledger.events import EVENT_TYPES, SwitchEvent, body_of
from ivr.ledger.memory import Known, Memory
from ivr.ledger.reducer import CallRecord, reduce
from ivr.ledger.tables import Call, CallEvent

#: Longest calling and called number kept; a carrier that sends more is not sending a number.
MAX_RAW, MAX_DID = 500, 64
_EVENTS, _CALLS = cast(Table, CallEvent.__table__), cast(Table, Call.__table__)


async def apply(session: AsyncSession, events: Sequence[SwitchEvent], area_code: str, memory: Memory) -> None:
    """Add `events` (those already known are ignored) and bring the rows of their calls up to date.

    Works on all calls of a batch at once: with ninety lines a statement a call would be felt. The caller
    tells `memory` how the transaction ended.
    """
    if not events:
        return
    insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    rows = [
        {"id": v.id, "call_id": v.call_id, "at": v.at, "type": type(v).__name__, "body": body_of(v)}
        for v in events
    ]
    latest = {event.call_id: event.at for event in events}
    before = await _known(session, memory, *latest)
    await session.execute(insert(_EVENTS).on_conflict_do_nothing(), rows)
    calls: list[CallRecord] = []
    asked: set[str] = set()
    for call_id, known in before.items():
        whole = {**known, **{event.id: event for event in events if event.call_id == call_id}}
        memory.note(call_id, whole)
        if (record := reduce(call_id, whole.values())) is not None:
            calls.append(record)
        if (earlier := reduce(call_id, known.values())) is not None and earlier.wants_draft:
            asked.add(call_id)
    if not calls:
        return
    upsert = insert(_CALLS)
    columns = {c.name: upsert.excluded[c.name] for c in _CALLS.columns if c.name != "id"}
    await session.execute(
        upsert.on_conflict_do_update(index_elements=["id"], set_=columns),
        [_row(record, area_code) for record in calls],
    )
    await outbox.add_all(
        session, [told for record in calls for told in _told(record, latest[record.id], asked)]
    )


def _told(record: CallRecord, at: datetime, asked: set[str]) -> Iterator[Event]:
    """What the rest of the house is told of a changed call; `asked` for help before: not once more."""
    yield CallChanged(at=at, call_id=record.id, ended=record.ended_at is not None)
    if record.wants_draft and record.id not in asked:
        yield HelpRequested(at=at, call_id=record.id)


async def _known(session: AsyncSession, memory: Memory, *call_ids: str) -> dict[str, Known]:
    """What was stored of each call before, by event id."""
    remembered = {call_id: memory.get(call_id) for call_id in call_ids}
    found: dict[str, dict[str, SwitchEvent]] = {c: {} for c, events in remembered.items() if events is None}
    if found:
        for row in await session.execute(select(_EVENTS).where(_EVENTS.c.call_id.in_(found))):
            kind = EVENT_TYPES[row.type]
            found[row.call_id][row.id] = kind(id=row.id, call_id=row.call_id, at=row.at, **row.body)
    return {**{c: events for c, events in remembered.items() if events is not None}, **found}


async def open_calls(session: AsyncSession, quiet_since: datetime) -> list[str]:
    """Calls that have not ended although nothing was heard of them since `quiet_since`."""
    still_heard = (
        select(CallEvent.id).where(CallEvent.call_id == Call.id, CallEvent.at > quiet_since).exists()
    )
    found = await session.scalars(select(Call.id).where(Call.ended_at.is_(None), ~still_heard))
    return list(found)


def _row(record: CallRecord, area_code: str) -> dict[str, Any]:
    values = asdict(record)
    raw, withheld = values.pop("caller_raw")[:MAX_RAW], values.pop("withheld")
    number = normalise(raw, area_code)
    return values | {
        "caller_raw": quote(raw, safe="+*#@.- "),
        "did": record.did[:MAX_DID],
        "caller": "" if withheld else number.normal,
        "caller_kind": NumberKind.WITHHELD if withheld else number.kind,
    }
