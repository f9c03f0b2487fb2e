"""One report, two matters (拆分): the second becomes a case of its own, of the same reporter and place."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core import outbox
from core.case_settings import Cases
from core.events import CaseOpened
from core.tables import Account
from ticketing import door, effects
from ticketing.numbering import next_number
from ticketing.tables import Case, Stage
from ticketing.workflow import MOVES

OPEN_SPLIT = MOVES["open_split"]
#: What both matters have in common. Class, description and part are the second's own.
_SHARED = (
    *("source", "kind", "urgency", "confidential", "wants_visit"),
    *("reporter_name", "caller_number", "callback_number"),
    *("district", "street", "community", "cell", "longitude", "latitude", "address"),
)


async def open_from(
    session: AsyncSession,
    case: Case,
    actor: Account | None,
    matter: str,
    now: datetime,
    division: str,
    rules: Cases,
    address: str,
) -> Case:
    """The registered case of the second matter, in the caller's transaction.

    Args:
        matter: what it is about: its description.
    """
    new = Case(
        stage=Stage.REGISTERED,
        number=await next_number(session, now, division),
        description=matter,
        split_from=case.id,
        created_at=now,
        changed_at=now,
        changed_by=actor.id if actor else None,
        registered_at=now,
        stage_since=now,
        stage_due_at=effects.stage_due(Stage.REGISTERED, now, rules),
        **{name: getattr(case, name) for name in _SHARED},
    )
    session.add(new)
    await session.flush()
    inputs = {"case": case.number or ""}
    await door.write_history(session, new, OPEN_SPLIT, door.NOTHING, matter, inputs, address)
    outbox.add(session, CaseOpened(at=now, case_id=new.id, call_id=None))
    return new
