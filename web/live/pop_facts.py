"""What the house knows of a call that rings, read once however many seats it rings at.

Everything is found by the caller's number in indexed columns: about ten short statements.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.phone import NumberKind, normalise
from core.places import place_of
from ivr.board import callers
from ivr.board.callers import Opinion
from ivr.board.ringing import Ring
from ivr.house import flags
from ivr.house.tables import Flag
from ivr.ledger import queries as ledger
from ivr.ledger.tables import Call
from ticketing import queries as cases
from ticketing.tables import Case
from web.api.calls import case_ids
from web.api.masking import is_confidential

#: Earlier calls, earlier cases and cases nearby a pop shows of each.
MOST = 5


@dataclass(frozen=True)
class Facts:
    """Of one call; nothing here depends on who looks. `call` None: the ledger has no row of it yet."""

    call: Call | None
    number: str
    kind: str
    place: str = ""
    flag: Flag | None = None
    case_id: int | None = None
    earlier_calls: Sequence[Call] = ()
    earlier_cases: Sequence[Case] = ()
    open_nearby: Sequence[Case] = ()
    #: Call → case, of the earlier calls.
    cases_of_calls: Mapping[str, int] = field(default_factory=dict)
    #: The calls behind the cases, for masking.
    calls_of_cases: Mapping[str, Call] = field(default_factory=dict)
    opinion: Opinion | None = None


async def gather(db: AsyncSession, ring: Ring, area_code: str, now: datetime) -> Facts:
    """All of it.

    Raises:
        SQLAlchemyError, OSError
    """
    call = await db.get(Call, ring.call_id)
    if call is None:
        # Whether this caller wants to stay unknown, only the ledger will say: no history before that.
        number = normalise(ring.caller, area_code)
        return Facts(None, number.normal, number.kind)
    case_id = (await case_ids(db, [call])).get(call.id)
    if not call.caller:
        nearby = await _nearby(db, case_id, ())
        return Facts(call, "", call.caller_kind, case_id=case_id, open_nearby=nearby)
    earlier = await callers.earlier_calls(db, call.caller, call.id, MOST)
    earlier_cases = await cases.of_number(db, call.caller, but=case_id, limit=MOST)
    # Who wants to stay unknown shall not be given away by where the last case was.
    nearby = await _nearby(db, case_id, () if is_confidential(call) else earlier_cases)
    behind = {case.call_id for case in (*earlier_cases, *nearby) if case.call_id}
    return Facts(
        call,
        call.caller,
        call.caller_kind,
        place=place_of(call.caller, NumberKind(call.caller_kind)),
        flag=await flags.active_of(db, call.caller, now),
        case_id=case_id,
        earlier_calls=earlier,
        earlier_cases=earlier_cases,
        open_nearby=nearby,
        cases_of_calls=await case_ids(db, earlier),
        calls_of_cases=await ledger.calls_by_id(db, behind) if behind else {},
        opinion=await callers.opinion(db, call.caller),
    )


async def _nearby(db: AsyncSession, case_id: int | None, earlier: Sequence[Case]) -> Sequence[Case]:
    """Open cases in the street of this call's draft or, while that has none, of the caller's last case."""
    draft = await db.get(Case, case_id) if case_id is not None else None
    streets = [case.street for case in (draft, *earlier) if case is not None and case.street]
    if not streets:
        return ()
    return await cases.open_in_street(db, streets[0], but=case_id, limit=MOST)
