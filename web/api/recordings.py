"""Playing recordings. Nobody hears a byte before the audit trail knows of it."""

from __future__ import annotations

from http import HTTPMethod

from aiohttp import web
from pydantic import Field

from core import audit
from core.db import begin_write
from recorder import playback
from recorder.tables import Recording
from web.api.recording_rights import Right, check_reason, recording_for
from web.api.route import STAFF, Ask, Asked, Routes

routes = Routes("recordings")


class RecordingPath(Asked):
    id: int = Field(ge=1, le=2**31 - 1)


@routes.add(
    HTTPMethod.GET,
    "/recordings/{id}/audio",
    "The recording as Ogg Opus, caller left, hotline right; ranges are served (206, 416)",
    roles=STAFF,
    media="audio/ogg",
)
async def audio(ask: Ask, path: RecordingPath) -> web.StreamResponse:
    known = await recording_for(ask, path.id, Right.LISTEN)
    await check_reason(ask, known)
    recording = known.recording
    place = playback.audio_path(ask.services.settings, recording)
    if ask.request.method != "HEAD":  # asks for the size only
        await _note(ask, recording)
    headers = {"Content-Type": playback.CONTENT_TYPE, "Cache-Control": "private, no-store"}
    return web.FileResponse(place, headers=headers)


async def _note(ask: Ask, recording: Recording) -> None:
    """Commit the audit row; each range is a row, for nobody can tell a player from a thief of pieces."""
    async with ask.services.sessions() as db:
        await begin_write(db)
        audit.record(
            db,
            at=ask.services.clock.now(),
            actor_id=ask.account.id,
            action=audit.Action.RECORDING_PLAYED,
            subject=f"recording:{recording.id}",
            address=ask.address,
            detail={"call_id": recording.call_id, "range": ask.request.headers.get("Range", "")[:64]},
        )
        await db.commit()
