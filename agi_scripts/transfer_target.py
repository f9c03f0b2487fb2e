"""`agi://…/transfer-target`: a phone's transfer key named a code of the directory (*8): what is dialled?"""

from __future__ import annotations

import structlog

from agi_scripts.facts import bounded
from agi_scripts.session import AgiSession, ChannelGoneError
from core.db import SessionFactory
from core.errors import HotlineError
from core.settings import Settings
from ivr.directory import book
from ivr.flows.ports import LookupFailedError

#: Longest the database is waited for, seconds: a caller is on the line.
LOOKUP_S = 2.0

log = structlog.get_logger()


async def handle(session: AgiSession, *, settings: Settings, sessions: SessionFactory) -> None:
    """Set HL_NUMBER; without it the dialplan takes the caller back to the seat."""
    code = session.header.get("arg_1", "")
    try:
        number = await bounded(_number(sessions, settings, code), LOOKUP_S, "a code of the directory")
        if number:
            await session.set_variable("HL_NUMBER", number)
    except (ChannelGoneError, LookupFailedError):
        return


async def _number(sessions: SessionFactory, settings: Settings, code: str) -> str:
    """'' for a code nobody may be transferred to."""
    try:
        async with sessions() as db:
            return await book.number_of(db, code, settings)
    except HotlineError as error:
        log.warning("a phone asked for a transfer that is not allowed", code=code[:8], why=error.code)
        return ""
