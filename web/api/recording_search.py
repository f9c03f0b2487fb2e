"""Searching recordings (检索录音), and searches people keep. What one may not listen to is not found."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPMethod
from time import monotonic

from sqlalchemy import ColumnElement, Text, and_, cast, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from core import audit
from core.errors import ForbiddenError
from core.tables import Role
from core.words import plain
from ivr.ledger import queries as ledger
from ivr.ledger.tables import CONFIDENTIAL, Call
from recorder.rights.model import Limit
from recorder.search import facts, saved
from recorder.search.query import Found, Reach, Wanted, search
from recorder.search.tables import SavedSearch, SearchRow
from recorder.tables import Recording, RecordingState
from web.api.hand import LEADERS
from web.api.masking import Viewer
from web.api.recording_rights import Right, Rights, rights_in
from web.api.route import STAFF, Ask, Routes
from web.api.search_models import (
    Filters,
    FoundPage,
    FoundRecording,
    HitAnswer,
    SavedSearchAnswer,
    SavedSearches,
    SavedSearchForm,
    SavedSearchPath,
    SearchQuery,
)

routes = Routes("recordings")


@routes.add(
    HTTPMethod.GET, "/recordings/search", "Recordings by what was said and more, newest first", roles=STAFF
)
async def search_recordings(ask: Ask, query: SearchQuery) -> FoundPage:
    began, wanted = monotonic(), query.wanted()
    async with ask.services.sessions() as db:
        rights = await rights_in(db, ask)
        page = await search(db, wanted, reach(rights, wanted), limit=query.limit, cursor=query.cursor)
        items = await _items(db, page.items, rights)
    return FoundPage(items=items, next=page.next, took_ms=round((monotonic() - began) * 1000, 1))


def reach(rights: Rights, wanted: Wanted) -> Reach:
    """What this person may find: what they may listen to, and by number only where they may see it."""
    allowed = rights.where(Right.LISTEN)
    if wanted.number and not rights.everything(Right.REVEAL):
        allowed = and_(allowed, _sees_number(rights, wanted.number))
    elif rights.everything(Right.LISTEN):
        return Reach()
    hints = list(_hints(rights)) if not rights.everything(Right.LISTEN) else []
    on = Call.id == SearchRow.call_id
    return Reach(allowed, Call.__table__, on, hints)


def _sees_number(rights: Rights, number: str) -> ColumnElement[bool]:
    """A masked number shows its last digits; more of it finds only what is shown whole (see `masking`)."""
    is_open = cast(Call.marks, Text).not_like(f'%"{CONFIDENTIAL}"%')
    if len(plain(number)) <= facts.LAST_DIGITS:
        return or_(rights.where(Right.REVEAL), is_open)
    return or_(rights.where(Right.REVEAL), and_(is_open, rights.own()))


def _hints(rights: Rights) -> Iterator[list[str]]:
    for limit in rights.scopes[Right.LISTEN]:
        yield from _tokens_of(limit, rights.viewer)


def _tokens_of(limit: Limit, viewer: Viewer) -> Iterator[list[str]]:
    seat = [f"seat_{viewer.extension or 'nobody'}"] if limit.own else []
    seat += [facts.NO_SEAT] if limit.nobodys else []
    for queue in sorted(limit.queues) or [""]:
        yield [*seat, *([f"queue_{facts.token(queue)}"] if queue else [])]


async def _items(db: AsyncSession, found: list[Found], rights: Rights) -> list[FoundRecording]:
    ids = [one.row.recording_id for one in found]
    rows = await db.execute(select(Recording.id, Recording.state).where(Recording.id.in_(ids)))
    states = {row.id: row.state for row in rows}
    calls = await ledger.calls_by_id(db, [one.row.call_id for one in found])
    return [
        _item(one, states.get(one.row.recording_id, ""), calls.get(one.row.call_id), rights) for one in found
    ]


def _item(found: Found, state: str, call: Call | None, rights: Rights) -> FoundRecording:
    row, own = found.row, {"caller", "state", "hits"}
    fields = {name: getattr(row, name) for name in FoundRecording.model_fields.keys() - own}
    return FoundRecording(
        **fields,
        caller=row.caller if rights.may(Right.REVEAL, call) else rights.viewer.shows(row.caller, call),
        state=RecordingState(state or RecordingState.DAMAGED),
        hits=[HitAnswer.model_validate(hit.as_json()) for hit in found.hits],
    )


@routes.add(HTTPMethod.GET, "/saved-searches", "One's own searches and the shared ones", roles=STAFF)
async def saved_searches(ask: Ask) -> SavedSearches:
    async with ask.services.sessions() as db:
        rows = await saved.listing(db, ask.account.id)
    return SavedSearches(items=[_saved(row, ask.account.id) for row in rows])


@routes.add(
    HTTPMethod.POST, "/saved-searches", "Keep a search (保存查询)", roles=STAFF, status=201, errors=(409,)
)
async def save_search(ask: Ask, body: SavedSearchForm) -> SavedSearchAnswer:
    if body.shared and ask.account.role not in LEADERS:
        raise ForbiddenError("只有值班长和管理员可以共享查询。")
    at, query = (
        ask.services.clock.now(),
        body.query.model_dump(mode="json", by_alias=True, exclude_defaults=True),
    )
    async with ask.services.sessions() as db:
        row = await saved.add(
            db,
            account_id=ask.account.id,
            name=body.name.strip() or body.name,
            query=query,
            shared=body.shared,
            at=at,
        )
        _note(db, ask, audit.Action.SEARCH_SAVED, row)
        await db.commit()
    return _saved(row, ask.account.id)


@routes.add(HTTPMethod.DELETE, "/saved-searches/{id}", "Remove a saved search", roles=STAFF, errors=(404,))
async def remove_search(ask: Ask, path: SavedSearchPath) -> None:
    leads = Role(ask.account.role) in LEADERS
    async with ask.services.sessions() as db:
        row = await saved.remove(db, path.id, account_id=ask.account.id, leads=leads)
        _note(db, ask, audit.Action.SEARCH_REMOVED, row)
        await db.commit()


def _note(db: AsyncSession, ask: Ask, action: audit.Action, row: SavedSearch) -> None:
    audit.record(
        db,
        at=ask.services.clock.now(),
        actor_id=ask.account.id,
        action=action,
        subject=f"saved_search:{row.id}",
        address=ask.address,
        detail={"name": row.name, "query": row.query, "shared": row.shared},
    )


def _saved(row: SavedSearch, account_id: int) -> SavedSearchAnswer:
    return SavedSearchAnswer(
        id=row.id,
        name=row.name,
        query=Filters.model_validate(row.query),
        shared=row.shared,
        mine=row.account_id == account_id,
    )
