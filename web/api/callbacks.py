"""Call-backs and missed calls (回拨、漏接)."""

from __future__ import annotations

from datetime import datetime
from http import HTTPMethod

from pydantic import Field

from ivr.callbacks import hand
from ivr.callbacks.tables import Callback, CallbackKind, CallbackState
from ivr.ledger import queries as ledger
from ivr.ledger.tables import Call
from web.api.hand import LEADERS
from web.api.masking import Viewer
from web.api.route import STAFF, Answer, Ask, Asked, Routes

routes = Routes("callbacks")

_LARGEST_ID = 2**31 - 1
_NOTE_LENGTH = 500


class CallbacksQuery(Asked):
    state: CallbackState | None = None


class CallbackPath(Asked):
    id: int = Field(ge=1, le=_LARGEST_ID)


class CallbackCancel(Asked):
    note: str = Field("", max_length=_NOTE_LENGTH)


class CallbackAnswer(Answer):
    id: int
    kind: CallbackKind
    #: Masked for a seat as the number of the call behind it.
    number: str
    queue: str
    state: CallbackState
    #: The place that is kept: when the caller joined the queue.
    joined_at: datetime
    created_at: datetime
    attempts: int
    #: answered, busy, no_answer, failed, refused, no_channel, unknown, abandoned; empty: not yet dialled.
    result: str
    #: Not dialled before; None: as soon as it is its turn, or closed.
    next_at: datetime | None
    expires_at: datetime
    closed_at: datetime | None
    #: The call it was asked for in, or that was missed.
    call_id: str
    #: The call of the last attempt; empty: none yet. It is in the ledger only if somebody picked up.
    attempt_call_id: str


class CallbackPage(Answer):
    items: list[CallbackAnswer]


@routes.add(HTTPMethod.GET, "/callbacks", "Call-backs and missed calls, newest first (回拨)", roles=STAFF)
async def list_callbacks(ask: Ask, query: CallbacksQuery) -> CallbackPage:
    viewer = Viewer.of(ask.account)
    async with ask.services.sessions() as db:
        rows = await hand.listed(db, query.state)
        calls = await ledger.calls_by_id(db, [row.call_id for row in rows if row.call_id])
    return CallbackPage(items=[_answer(row, calls.get(row.call_id), viewer) for row in rows])


@routes.add(
    HTTPMethod.POST, "/callbacks/{id}/cancel", "Take it off the list (取消)", roles=LEADERS, errors=(409,)
)
async def cancel_callback(ask: Ask, path: CallbackPath, body: CallbackCancel) -> CallbackAnswer:
    row = await hand.cancel(
        ask.services.sessions,
        row_id=path.id,
        actor_id=ask.account.id,
        note=body.note,
        address=ask.address,
        clock=ask.services.clock,
    )
    return await _one(ask, row)


@routes.add(
    HTTPMethod.POST,
    "/callbacks/{id}/retry",
    "Call again when it is its turn (再次回拨)",
    roles=LEADERS,
    errors=(409,),
)
async def retry_callback(ask: Ask, path: CallbackPath) -> CallbackAnswer:
    row = await hand.retry(
        ask.services.sessions,
        row_id=path.id,
        actor_id=ask.account.id,
        expiry_hours=ask.services.settings.callback.expiry_hours,
        address=ask.address,
        clock=ask.services.clock,
    )
    return await _one(ask, row)


async def _one(ask: Ask, row: Callback) -> CallbackAnswer:
    async with ask.services.sessions() as db:
        calls = await ledger.calls_by_id(db, [row.call_id] if row.call_id else [])
    return _answer(row, calls.get(row.call_id), Viewer.of(ask.account))


def _answer(row: Callback, call: Call | None, viewer: Viewer) -> CallbackAnswer:
    fields = {name: getattr(row, name) for name in CallbackAnswer.model_fields}
    return CallbackAnswer(**fields | {"number": viewer.shows(row.number, call)})
