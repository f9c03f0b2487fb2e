"""`agi://…/survey`: the seat has hung up, the caller has not: how was it? Then let go."""

from __future__ import annotations

from agi_scripts.call import AgiCall
from agi_scripts.session import AgiSession, ChannelGoneError
from core.settings import Settings
from ivr.flows.ports import CallerHungUpError
from ivr.surveys import talk


async def handle(session: AgiSession, *, settings: Settings) -> None:
    """Ask, unless the settings say otherwise of the queue in the script's first argument."""
    survey = settings.survey
    if not survey.enabled or session.header.get("arg_1", "") in survey.not_after:
        return

    async def keep(level: int) -> None:
        await session.execute("CELGenUserEvent", f"SURVEY,{level}")

    try:
        if await talk.ask(AgiCall(session, settings), keep, survey.wait_s):
            await session.set_variable("HL_NEXT", "message")
    except (ChannelGoneError, CallerHungUpError):
        return
