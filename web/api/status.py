"""How the hotline is doing, for the console's own notices."""

from __future__ import annotations

from http import HTTPMethod

from core.calendar import store
from core.calendar.keeper import unknown_years
from web.api.models import StatusAnswer, TranscriptionAnswer
from web.api.route import STAFF, Ask, Routes
from web.health import parts

routes = Routes("status")

#: Where the transcriber tells its state (`recorder.transcriber.KEY`; importing that would load vosk).
KEY = "hotline:transcription"
#: Before the transcriber has said anything since Redis was emptied.
_SILENT = TranscriptionAnswer(state="no_model", model="", is_test_model=False, help="转写进程尚未报告状态。")


@routes.add(HTTPMethod.GET, "/status", "Speech model, parts, calendar (系统状态)", roles=STAFF)
async def status(ask: Ask) -> StatusAnswer:
    said = await ask.services.redis.get(KEY)
    transcription = TranscriptionAnswer.model_validate_json(said) if said else _SILENT
    async with ask.services.sessions() as db:
        calendar = await store.read(db)
    return StatusAnswer(
        transcription=transcription,
        parts=await parts(ask.services),
        unknown_years=unknown_years(calendar, ask.services.clock),
    )
