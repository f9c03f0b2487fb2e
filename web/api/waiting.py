"""Moving callers who wait (调整排队)."""

from __future__ import annotations

from http import HTTPMethod

from pydantic import Field

from core import audit
from core.audit import Action
from core.errors import NotFoundError
from ivr.queues import load
from ivr.supervision import waiting
from web.api.hand import LEADERS
from web.api.route import Ask, Asked, Routes

routes = Routes("waiting")


class WaitingPath(Asked):
    name: str = Field(pattern=r"^[a-z0-9_]{1,32}$")
    call_id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{0,63}$")


class MoveBody(Asked):
    #: Queue to move to; empty: stay in this one.
    queue: str = Field("", pattern=r"^[a-z0-9_]{0,32}$")
    #: Before everybody who waits there.
    first: bool = False


@routes.add(
    HTTPMethod.POST,
    "/queues/{name}/waiting/{call_id}/move",
    "Move a waiting caller to the front, or to another queue (调整排队)",
    roles=LEADERS,
    errors=(404, 409),
)
async def move(ask: Ask, path: WaitingPath, body: MoveBody) -> None:
    switch, queues = ask.services.switch, load(ask.services.settings)
    if path.name not in queues or (body.queue and body.queue not in queues):
        raise NotFoundError("没有这个队列。")
    waiting.find(await switch.lines(), path.name, path.call_id)
    async with ask.services.sessions.begin() as db:
        audit.record(
            db,
            at=ask.services.clock.now(),
            actor_id=ask.account.id,
            action=Action.CALLER_MOVED,
            subject=f"call:{path.call_id}",
            address=ask.address,
            detail={"from": path.name, "to": body.queue or path.name, "first": body.first},
        )
    await waiting.move(switch, path.name, path.call_id, to=body.queue, first=body.first)
