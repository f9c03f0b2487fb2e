"""`recorder.retention.model.Facts` from the ledger and the case engine: here those rooms meet."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.ledger import queries as ledger
from ivr.ledger.tables import Call, Outcome
from recorder.capture.sides import call_of
from recorder.retention.model import CallFacts, Flag, Kind
from ticketing.tables import Case
from web.api.calls import case_ids

_KINDS: Mapping[str, Kind] = {
    Outcome.ANSWERED: Kind.ANSWERED,
    Outcome.MESSAGE: Kind.MESSAGE,
    Outcome.FORWARDED: Kind.FORWARDED,
    Outcome.ABANDONED: Kind.MISSED,
    Outcome.CALLBACK: Kind.MISSED,
    Outcome.BUSY: Kind.MISSED,
    Outcome.FAILED: Kind.MISSED,
}


class LedgerFacts:
    """Reads calls and their cases."""

    async def of(self, session: AsyncSession, call_ids: Collection[str]) -> Mapping[str, CallFacts]:
        # What was recorded beside a call (旁录) is kept as long as the call's own recording.
        calls = await ledger.calls_by_id(session, {call_of(one) for one in call_ids})
        by_call = await case_ids(session, list(calls.values()))
        wanted = sorted(set(by_call.values()))
        rows = await session.scalars(select(Case).where(Case.id.in_(wanted))) if wanted else ()
        cases = {row.id: row for row in rows}
        facts = {one.id: _facts(one, cases.get(by_call.get(one.id, 0))) for one in calls.values()}
        return {one: facts[call_of(one)] for one in call_ids if call_of(one) in facts}


def _facts(call: Call, case: Case | None) -> CallFacts:
    numbers = {call.caller}
    if case is not None:
        numbers |= {case.caller_number, case.callback_number}
    return CallFacts(
        call_id=call.id,
        ended_at=call.ended_at or call.started_at,
        kind=_kind(call),
        flags=frozenset(_flags(call, case)),
        case_id=case.id if case else None,
        has_case=case is not None and case.number is not None,
        case_closed_at=case.closed_at if case else None,
        numbers=frozenset(numbers - {""}),
    )


def _kind(call: Call) -> Kind:
    if call.purpose.startswith("visit:"):
        return Kind.VISIT
    if call.purpose.startswith("callback:"):
        return Kind.CALLBACK
    return Kind.ANSWERED if call.seat else _KINDS.get(call.outcome, Kind.MENU)


def _flags(call: Call, case: Case | None) -> set[Flag]:
    found = {flag for flag in (Flag.CONFIDENTIAL, Flag.EMERGENCY) if flag in call.marks}
    if any(mark.startswith("nuisance") for mark in call.marks):
        found.add(Flag.NUISANCE)
    if case is not None and case.confidential:
        found.add(Flag.CONFIDENTIAL)
    return found
