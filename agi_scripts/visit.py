"""`agi://…/visit`: a citizen has picked up a result visit (结果回访); ask, then let go.

The answer becomes an event of the call, so it needs no database here: the ledger carries it on.
"""

from __future__ import annotations

from agi_scripts.call import AgiCall
from agi_scripts.session import AgiSession, ChannelGoneError
from core.settings import Settings
from ivr.flows.ports import CallerHungUpError, Speech
from ivr.visits import talk


async def handle(session: AgiSession, *, settings: Settings, speech: Speech) -> None:
    """Ask about the case whose number is the script's first argument."""
    call = AgiCall(session, settings)

    async def keep(answer: str) -> None:
        await session.execute("CELGenUserEvent", f"VISIT,{answer}")

    try:
        number = speech.case_number(call.language, session.header.get("arg_1", ""))
        if await talk.visit(call, number, keep, settings.survey.wait_s):
            await session.set_variable("HL_QUEUE", settings.visits.queue)
            await session.set_variable("HL_PRIORITY", str(settings.visits.priority))
            await session.set_variable("HL_NEXT", "queue")
    except (ChannelGoneError, CallerHungUpError):
        return
