"""Playing recordings. Nobody hears a byte before the audit trail knows of it."""

from __future__ import annotations

from http import HTTPMethod

from aiohttp import web

from core import audit
from core.db import begin_write
from recorder import playback
from recorder.tables import Recording
from web.api import byte_ranges
from web.api.recording_rights import RecordingPath, Right, check_reason, recording_for
from web.api.route import STAFF, Ask, Routes

routes = Routes("recordings")


@routes.add(
    HTTPMethod.GET,
    "/recordings/{id}/audio",
    "The recording in the codec of its time, caller left, hotline right; ranges are served (206, 416)",
    roles=STAFF,
    media="audio/ogg",
)
async def audio(ask: Ask, path: RecordingPath) -> web.StreamResponse:
    known = await recording_for(ask, path.id, Right.LISTEN)
    await check_reason(ask, known)
    recording = known.recording
    headers = {"Cache-Control": "private, no-store", "ETag": f'"{recording.audio_sha256}"'}
    async with byte_ranges.opened(playback.open_audio, ask.services.settings, recording) as source:
        if ask.request.method != "HEAD":  # asks for the size only
            await _note(ask, recording)
        return await byte_ranges.send(ask.request, source, playback.content_type(recording), headers)


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
