"""`agi://…/pin`: a seat has asked its citizen to key in digits that prove who they are; then let go.

The dialplan has taken the citizen from the seat and the console has muted the recording; here the digits are
compared, and all that leaves is HL_PIN. Whatever fails, HL_PIN stays empty, which is `cancelled`.
"""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from agi_scripts.call import AgiCall
from agi_scripts.facts import bounded
from agi_scripts.session import AgiSession, ChannelGoneError
from core.db import SessionFactory
from core.settings import Settings
from ivr.flows.ports import CallerHungUpError, LookupFailedError
from ivr.pin import talk
from ticketing.tables import Case

log = structlog.get_logger()


async def handle(session: AgiSession, *, settings: Settings, sessions: SessionFactory) -> None:
    """The script's argument: the case whose telephones are proof."""
    case_id = session.header.get("arg_1", "")
    if not case_id.isdigit():
        log.error("the dialplan names no case")
        return
    work = _phones(sessions, int(case_id))
    try:
        phones = await bounded(work, settings.flow.lookup_s, "telephones of a case")
        flow = settings.flow
        result = await talk.check(AgiCall(session, settings), phones, flow.digit_wait_s, flow.digit_wait_s)
        await session.set_variable("HL_PIN", result)
    except (ChannelGoneError, CallerHungUpError, LookupFailedError):
        return


async def _phones(sessions: SessionFactory, case_id: int) -> Sequence[str]:
    async with sessions() as db:
        case = await db.get(Case, case_id)
        return (case.callback_number, case.caller_number) if case is not None else ()
