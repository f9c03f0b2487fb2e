"""What moves do to other cases: merging, splitting, closing with a group event. For the one door."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from core.case_settings import Cases
from core.tables import Account
from ticketing.door import Before
from ticketing.errors import GuardedError
from ticketing.links import both, splitting
from ticketing.tables import Case, Stage

_LEAVES = frozenset({"restore", "reopen"})


async def before_history(
    session: AsyncSession,
    move: str,
    case: Case,
    actor: Account | None,
    note: str,
    now: datetime,
    division: str,
    rules: Cases,
    address: str,
) -> Mapping[str, Any]:
    """What a move has to do before its entry is written; what the entry says beside the inputs.

    Raises:
        GuardedError: the group event the case belongs to is not closed.
    """
    if move == "split":
        new = await splitting.open_from(session, case, actor, note, now, division, rules, address)
        return {"case": new.number}
    if move == "close_with_parent":
        parent = await session.get(Case, case.merged_into) if case.merged_into else None
        if parent is None or not parent.is_group or parent.stage != Stage.CLOSED:
            raise GuardedError("所属群发事件尚未结案")
        return {"case": parent.number}
    return {}


async def after_history(
    session: AsyncSession, move: str, case: Case, before: Before, actor: Account | None, address: str
) -> None:
    """Tell the other case of it.

    Raises:
        ConflictError: somebody is just changing the other case.
    """
    if move == "merge" and case.merged_into:
        await both.tell(session, case.merged_into, "repeat", case, actor, address)
    elif move in _LEAVES and (old := before.values.get("merged_into")):
        await both.tell(session, old, "repeat_gone", case, actor, address)
