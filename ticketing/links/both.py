"""The other case's side of a link: what happens between two cases stands in the history of both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from core import outbox
from core.errors import ConflictError
from core.events import CaseMoved
from core.tables import Account
from ticketing import door
from ticketing.tables import Case
from ticketing.workflow import MOVES

LINKED = MOVES["linked"]
#: PostgreSQL's lock_not_available. SQLite has one writer at a time, who waits before the first row is read.
_NOT_FREE = "55P03"


async def held(session: AsyncSession, which: ColumnElement[bool]) -> Case | None:
    """The other case, held as well. Not waited for: two people who link two cases crosswise would wait for
    each other for ever. Comes before anything refers to that case: a foreign key waits for its row too.

    Raises:
        ConflictError: somebody is just changing it.
    """
    query = select(Case).where(which).with_for_update(nowait=True).execution_options(populate_existing=True)
    try:
        found: Case | None = await session.scalar(query)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", "") != _NOT_FREE:
            raise
        raise ConflictError("有人正在处理关联的案卷，请稍后再试") from error
    return found


async def tell(
    session: AsyncSession, other_id: int, what: str, case: Case, actor: Account | None, address: str = ""
) -> None:
    """Write into the other case's history what `case` has just done to it.

    Args:
        what: repeat, repeat_gone.

    Raises:
        ConflictError: as `held`.
    """
    other = await held(session, Case.id == other_id)
    assert other is not None  # noqa: S101 - a foreign key led here
    before, now = await door.before(session, other), door.moment(other, case.changed_at)
    door.touch(other, actor, now)
    inputs: Mapping[str, Any] = {"what": what, "case": case.number or ""}
    await door.write_history(session, other, LINKED, before, "", inputs, address)
    outbox.add(session, CaseMoved(at=now, case_id=other.id, move=LINKED.name))
