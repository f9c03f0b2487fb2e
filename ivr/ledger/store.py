"""Writes events and the rows computed from them, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, cast
from urllib.parse import quote

from sqlalchemy import Executable, Table, delete, select
from sqlalchemy import insert as insert_into
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession

from core import outbox
from core.events import CallChanged, Event, HelpRequested
from core.phone import NumberKind, normalise
from ivr.ledger.desk_events import ThreadJoined
from ivr.ledger.events import EVENT_TYPES, CallerLeft, CallLost, SwitchEvent, body_of
from ivr.ledger.leg_tables import CallLeg, SeatLeg
from ivr.ledger.legs import Legs
from ivr.ledger.memory import Known, Memory
from ivr.ledger.reducer import CallRecord, reduce, reduce_whole
from ivr.ledger.tables import Call, CallEvent

#: Longest calling and called number kept; a carrier that sends more is not sending a number.
MAX_RAW, MAX_DID = 500, 64
_EVENTS, _CALLS = cast(Table, CallEvent.__table__), cast(Table, Call.__table__)
_LEGS = cast(Table, CallLeg.__table__), cast(Table, SeatLeg.__table__)
Events = Mapping[str, SwitchEvent]


async def apply(session: AsyncSession, events: Sequence[SwitchEvent], area_code: str, memory: Memory) -> None:
    """Add `events` (those already known are ignored) and bring the rows of their calls up to date.

    Works on all calls of a batch at once: with ninety lines a statement a call would be felt. The caller
    tells `memory` how the transaction ended.
    """
    if not events:
        return
    insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    latest = {event.call_id: event.at for event in events}
    before = await _known(session, memory, latest)
    rows = [
        {"id": v.id, "call_id": v.call_id, "at": v.at, "type": type(v).__name__, "body": body_of(v)}
        for v in events
    ]
    await session.execute(insert(_EVENTS).on_conflict_do_nothing(), rows)
    changed = await _changed(session, memory, before, events)
    if not changed:
        return
    rows = [_row(record, area_code) for record, _ in changed]
    await session.execute(_upsert(session.get_bind().dialect.name), rows)
    await _write_legs(session, before, {record.id: legs for record, legs in changed if legs})
    told = [v for record, _ in changed for v in _told(record, latest[record.id], before[record.id].asked)]
    await outbox.add_all(session, told)


@cache
def _upsert(dialect: str) -> Executable:
    """Writes rows of calls, new or known."""
    insert = postgresql_insert if dialect == "postgresql" else sqlite_insert
    statement = insert(_CALLS)
    columns = {c.name: statement.excluded[c.name] for c in _CALLS.columns if c.name != "id"}
    return statement.on_conflict_do_update(index_elements=["id"], set_=columns)


async def _changed(
    session: AsyncSession, memory: Memory, before: Mapping[str, Known], events: Sequence[SwitchEvent]
) -> list[tuple[CallRecord, Legs | None]]:
    """The calls of `events` as they are now; their legs when they have ended."""
    changed: list[tuple[CallRecord, Legs | None]] = []
    for call_id, known in before.items():
        new = {event.id: event for event in events if event.call_id == call_id}
        whole = {**known.events, **await _threads(session, new.values()), **new}
        record, legs = _reduced(call_id, whole, known, new.values())
        memory.note(call_id, _facts(whole, record))
        if record is not None:
            changed.append((record, legs))
    return changed


def _reduced(
    call_id: str, whole: Events, known: Known, new: Iterable[SwitchEvent]
) -> tuple[CallRecord | None, Legs | None]:
    """The call and, when it is over, its legs: nobody reads those of a live call in the tables."""
    if known.has_legs or any(isinstance(event, CallerLeft | CallLost) for event in new):
        return reduce_whole(call_id, whole.values()) or (None, None)
    return reduce(call_id, whole.values()), None


def _facts(events: Events, record: CallRecord | None) -> Known:
    asked = record is not None and record.wants_draft
    return Known(events, asked, has_legs=record is not None and record.ended_at is not None)


async def _write_legs(session: AsyncSession, before: Mapping[str, Known], ended: Mapping[str, Legs]) -> None:
    """Of calls that have ended; what comes after the end writes them anew."""
    again = [call_id for call_id in ended if before[call_id].has_legs]
    for table, of in ((_LEGS[0], _call_rows), (_LEGS[1], _seat_rows)):
        if again:
            await session.execute(delete(table).where(table.c.call_id.in_(again)))
        if rows := [{"call_id": call_id, **row} for call_id, legs in ended.items() for row in of(legs)]:
            await session.execute(insert_into(table), rows)


def _call_rows(legs: Legs) -> list[dict[str, Any]]:
    return [vars(leg) for leg in legs.call]


def _seat_rows(legs: Legs) -> list[dict[str, Any]]:
    return [vars(leg) for leg in legs.seats]


def _told(record: CallRecord, at: datetime, asked: bool) -> Iterator[Event]:
    """What the rest of the house is told of a changed call; who `asked` for help before is not told again."""
    yield CallChanged(at=at, call_id=record.id, ended=record.ended_at is not None)
    if record.wants_draft and not asked:
        yield HelpRequested(at=at, call_id=record.id)


async def _known(session: AsyncSession, memory: Memory, call_ids: Iterable[str]) -> dict[str, Known]:
    """What was stored of each call before."""
    known = {call_id: memory.get(call_id) for call_id in call_ids}
    missing = [call_id for call_id, found in known.items() if found is None]
    stored = await _stored(session, missing) if missing else {}
    for call_id, events in stored.items():
        whole = {**events, **await _threads(session, events.values())}
        known[call_id] = _facts(whole, reduce(call_id, whole.values()))
    return {call_id: found for call_id, found in known.items() if found is not None}


async def events_of_calls(session: AsyncSession, call_ids: Sequence[str]) -> dict[str, Events]:
    """Every stored event of each call, by id."""
    stored = await _stored(session, call_ids)
    return {
        call_id: {**events, **await _threads(session, events.values())} for call_id, events in stored.items()
    }


async def _threads(session: AsyncSession, events: Iterable[SwitchEvent]) -> Events:
    """What was told under the linked ids that turn out to belong to the call."""
    threads = [event.thread for event in events if isinstance(event, ThreadJoined)]
    if not threads:
        return {}
    return {v.id: v for found in (await _stored(session, threads)).values() for v in found.values()}


async def _stored(session: AsyncSession, call_ids: Sequence[str]) -> dict[str, dict[str, SwitchEvent]]:
    found: dict[str, dict[str, SwitchEvent]] = {call_id: {} for call_id in call_ids}
    for row in await session.execute(select(_EVENTS).where(_EVENTS.c.call_id.in_(found))):
        kind = EVENT_TYPES[row.type]
        found[row.call_id][row.id] = kind(id=row.id, call_id=row.call_id, at=row.at, **row.body)
    return found


async def calls_in_progress(session: AsyncSession) -> list[str]:
    """Calls that have not ended."""
    return list(await session.scalars(select(Call.id).where(Call.ended_at.is_(None))))


async def open_calls(session: AsyncSession, quiet_since: datetime) -> list[str]:
    """Calls that have not ended although nothing was heard of them since `quiet_since`."""
    still_heard = (
        select(CallEvent.id).where(CallEvent.call_id == Call.id, CallEvent.at > quiet_since).exists()
    )
    found = await session.scalars(select(Call.id).where(Call.ended_at.is_(None), ~still_heard))
    return list(found)


def _row(record: CallRecord, area_code: str) -> dict[str, Any]:
    values = dict(vars(record))
    raw, withheld = values.pop("caller_raw")[:MAX_RAW], values.pop("withheld")
    number = normalise(raw, area_code)
    return values | {
        "caller_raw": quote(raw, safe="+*#@.- "),
        "did": record.did[:MAX_DID],
        "caller": "" if withheld else number.normal,
        "caller_kind": NumberKind.WITHHELD if withheld else number.kind,
    }
