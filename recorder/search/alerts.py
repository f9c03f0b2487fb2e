"""Alerts (关键词告警): what was said, held against the keyword lists.

A word is found wherever it stands, also in "没有漏气": whether it was denied is for a person to hear.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, exists, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from core import outbox
from core.db import begin_write
from core.errors import InvalidError, NotFoundError
from core.events import KeywordHeard
from core.tables import Account
from core.words import plain
from recorder.search.lines import Hit, Line, body_of, hits
from recorder.search.query import Reach
from recorder.search.tables import AlertSeen, KeywordAlert, KeywordList, SearchRow


@dataclass(frozen=True)
class Heard:
    """Words of one list that were said, and where."""

    of: KeywordList
    words: list[str]
    hits: list[Hit]


@dataclass(frozen=True)
class Seen:
    """Who has seen an alert, and when."""

    name: str
    at: datetime


@dataclass(frozen=True)
class Alert:
    """An alert, what the index knows of its call (None: not indexed any more), and who has seen it."""

    row: KeywordAlert
    call: SearchRow | None
    seen_by: Sequence[Seen]


@dataclass(frozen=True)
class Page:
    """Alerts, newest first; the cursor of the next page; how many there are that nobody has seen."""

    items: list[Alert]
    next: str | None
    unseen: int


def listen(lines: Sequence[Line], lists: Sequence[KeywordList]) -> list[Heard]:
    """The lists any word of which was said."""
    body = body_of(lines)
    found = []
    for one in lists:
        words = [word for word in one.words if plain(word) in body]
        if words:
            found.append(Heard(one, words, hits(lines, [plain(word) for word in words])))
    return found


async def raise_alerts(
    session: AsyncSession, recording_id: int, call_id: str, heard: Sequence[Heard], at: datetime
) -> list[KeywordAlert]:
    """Write the alerts that were not raised before, and have them told. In the caller's transaction."""
    known = set(
        await session.scalars(select(KeywordAlert.list_id).where(KeywordAlert.recording_id == recording_id))
    )
    rows = [
        KeywordAlert(
            recording_id=recording_id,
            call_id=call_id,
            list_id=one.of.id,
            list_name=one.of.name,
            severity=one.of.severity,
            words=one.words,
            hits=[hit.as_json() for hit in one.hits],
            at=at,
        )
        for one in heard
        if one.of.id not in known
    ]
    if rows:
        session.add_all(rows)
        outbox.add(session, KeywordHeard(at=at, call_id=call_id, recording_id=recording_id))
    return rows


def _within(reach: Reach, *, unseen: bool = False, severity: str = "") -> list[ColumnElement[bool]]:
    """What an alert has to satisfy; the reach is asked in a subquery, for an alert has no call beside it."""
    found: list[ColumnElement[bool]] = []
    if reach.beside is not None:
        calls = select(SearchRow.call_id).join(reach.beside, reach.on).where(reach.allowed)
        found.append(KeywordAlert.call_id.in_(calls.where(SearchRow.call_id == KeywordAlert.call_id)))
    if unseen:
        found.append(~exists().where(AlertSeen.alert_id == KeywordAlert.id))
    if severity:
        found.append(KeywordAlert.severity == severity)
    return found or [true()]


async def page(
    session: AsyncSession,
    reach: Reach,
    *,
    unseen: bool = False,
    severity: str = "",
    limit: int = 50,
    cursor: str = "",
) -> Page:
    """One page of alerts, newest first. `unseen`: only those nobody has seen.

    Raises:
        InvalidError: a cursor no page gave.
    """
    query = select(KeywordAlert).where(*_within(reach, unseen=unseen, severity=severity))
    if cursor:
        if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 9):
            raise InvalidError(fields={"cursor": "不是有效的翻页位置"})
        query = query.where(KeywordAlert.id < int(cursor))
    rows = (await session.scalars(query.order_by(KeywordAlert.id.desc()).limit(limit + 1))).all()
    waiting: Select[int] = select(func.count()).select_from(KeywordAlert).where(*_within(reach, unseen=True))
    items = await _told(session, rows[:limit])
    return Page(
        items, str(rows[limit - 1].id) if len(rows) > limit else None, await session.scalar(waiting) or 0
    )


async def see(session: AsyncSession, reach: Reach, alert_id: int, account: Account, at: datetime) -> Alert:
    """Note that this person has seen an alert; a second time changes nothing. The caller commits.

    Raises:
        NotFoundError: there is none this person may see.
    """
    await begin_write(session)
    row = await session.scalar(select(KeywordAlert).where(KeywordAlert.id == alert_id, *_within(reach)))
    if row is None:
        raise NotFoundError("没有这条告警。")
    if await session.get(AlertSeen, (alert_id, account.id)) is None:
        session.add(AlertSeen(alert_id=alert_id, account_id=account.id, at=at))
        outbox.add(
            session, KeywordHeard(at=at, call_id=row.call_id, recording_id=row.recording_id, seen=True)
        )
        await session.flush()
    (alert,) = await _told(session, [row])
    return alert


async def _told(session: AsyncSession, rows: Sequence[KeywordAlert]) -> list[Alert]:
    ids, recordings = [row.id for row in rows], [row.recording_id for row in rows]
    calls = {
        one.recording_id: one
        for one in await session.scalars(select(SearchRow).where(SearchRow.recording_id.in_(recordings)))
    }
    seen = await session.execute(
        select(AlertSeen.alert_id, Account.display_name, AlertSeen.at)
        .join(Account, Account.id == AlertSeen.account_id)
        .where(AlertSeen.alert_id.in_(ids))
        .order_by(AlertSeen.at)
    )
    by_alert: dict[int, list[Seen]] = {}
    for alert_id, name, at in seen:
        by_alert.setdefault(alert_id, []).append(Seen(name, at))
    return [Alert(row, calls.get(row.recording_id), by_alert.get(row.id, [])) for row in rows]
