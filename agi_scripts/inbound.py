"""`agi://…/inbound`: a call from the trunk has been answered; decide where it goes, then let go."""

from __future__ import annotations

from pathlib import Path

import structlog

from agi_scripts.session import AgiSession, ChannelGoneError
from core.settings import Settings
from ivr.flows import engine, loader
from ivr.flows.model import KEYS, Flow, Terminal, ToGoodbye, ToMessage, ToQueue
from ivr.prompts import catalogue
from ivr.queues import QUEUES

log = structlog.get_logger()


def load_flow(settings: Settings) -> Flow:
    """The flow the settings name.

    Raises:
        ivr.flows.loader.FlowError, ivr.prompts.catalogue.CatalogueError
    """
    return loader.load(settings.flow.preset, catalogue.load(settings), QUEUES)


class AgiCall:
    """The flow's Call port over AGI. Steps and keys become CEL events, so the ledger sees them in order."""

    def __init__(self, session: AgiSession, prompts: Path) -> None:
        self._session, self._prompts = session, prompts
        self._greeted = False

    async def enter(self, step: str) -> None:
        await self._session.execute("CELGenUserEvent", f"STEP,{step}")

    async def press(self, key: str) -> None:
        await self._session.execute("CELGenUserEvent", f"KEY,{key}")

    async def play(self, prompt: str) -> str:
        key = await self._session.stream_file(str(self._prompts / prompt), KEYS)
        if not self._greeted:
            self._greeted = True
            await self._session.set_variable("HL_GREETED", "1")
        return key

    async def wait_key(self, seconds: float) -> str:
        return await self._session.wait_for_digit(seconds)


async def handle(session: AgiSession, *, flow: Flow, settings: Settings) -> None:
    """Run the flow and tell the dialplan how it ended."""
    call = AgiCall(session, settings.prompts_dir / "zh_CN")
    try:
        terminal = await engine.run(flow, call, settings.flow.menu_wait_s)
    except (ChannelGoneError, engine.CallerHungUpError):
        return
    await _tell_dialplan(session, terminal)


async def _tell_dialplan(session: AgiSession, terminal: Terminal) -> None:
    match terminal:
        case ToQueue(queue):
            await session.set_variable("HL_QUEUE", queue)
            await session.set_variable("HL_NEXT", "queue")
        case ToMessage():
            await session.set_variable("HL_NEXT", "message")
        case ToGoodbye():
            await session.set_variable("HL_NEXT", "goodbye")
