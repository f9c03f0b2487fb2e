"""At the door of a recording: what the reader may do, the reason asked, the number shown on demand."""

from __future__ import annotations

from datetime import datetime
from http import HTTPMethod
from typing import Annotated

from pydantic import StringConstraints

from core.audit import Action
from core.db import begin_write
from recorder.rights import store
from web.api.recording_rights import (
    RecordingPath,
    Right,
    check_reason,
    may_in,
    reason_asked,
    reason_until,
    recording_for,
)
from web.api.route import STAFF, Answer, Ask, Asked, Routes

routes = Routes("recordings")

#: A reason for the audit trail: not just blanks.
Reason = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=2, max_length=store.REASON_LENGTH)
]


class ReasonForm(Asked):
    reason: Reason


class AccessAnswer(Answer):
    """What the reader may do with one recording."""

    may_reveal: bool
    may_export: bool
    may_delete: bool
    may_inspect: bool
    #: Whether a reason is wanted before a byte is sent.
    reason_asked: bool
    #: Until when the reason given counts.
    reason_until: datetime | None


class NumberAnswer(Answer):
    #: Whole; empty: withheld by the caller.
    caller: str


def actor(ask: Ask) -> store.Actor:
    """The person of a request, as the recorder's doors want it."""
    return store.Actor(ask.account, ask.address, ask.services.clock.now())


@routes.add(HTTPMethod.GET, "/recordings/{id}/access", "What the reader may do with it", roles=STAFF)
async def access(ask: Ask, path: RecordingPath) -> AccessAnswer:
    known = await recording_for(ask, path.id, Right.LISTEN)
    async with ask.services.sessions() as db:
        may = {right: await may_in(db, known.rights, right, known.call) for right in Right}
    return AccessAnswer(
        may_reveal=may[Right.REVEAL],
        may_export=may[Right.EXPORT],
        may_delete=may[Right.DELETE],
        may_inspect=may[Right.INSPECT],
        reason_asked=reason_asked(ask, known.call),
        reason_until=await reason_until(ask, known),
    )


@routes.add(HTTPMethod.POST, "/recordings/{id}/access", "Say why it is opened (调听事由)", roles=STAFF)
async def say_why(ask: Ask, path: RecordingPath, body: ReasonForm) -> AccessAnswer:
    known = await recording_for(ask, path.id, Right.LISTEN)
    async with ask.services.sessions() as db:
        await store.give_reason(
            db,
            actor(ask),
            recording_id=path.id,
            call_id=known.recording.call_id,
            reason=body.reason,
            minutes=ask.services.settings.retention.reason_minutes,
        )
    return await access(ask, path)


@routes.add(HTTPMethod.POST, "/recordings/{id}/number", "The caller's whole number (查看号码)", roles=STAFF)
async def number(ask: Ask, path: RecordingPath) -> NumberAnswer:
    known = await recording_for(ask, path.id, Right.REVEAL)
    await check_reason(ask, known)
    async with ask.services.sessions() as db:
        await begin_write(db)
        actor(ask).note(
            db,
            Action.NUMBER_REVEALED,
            f"recording:{path.id}",
            call_id=known.recording.call_id,
        )
        await db.commit()
    return NumberAnswer(caller=known.call.caller if known.call else "")
