"""`agi://…/inbound`: a call from the trunk has been answered; decide where it goes, then let go.

All it needs is in memory (`ivr.house`), but for what a step of the flow looks up by itself.
"""

from __future__ import annotations

from dataclasses import replace

from agi_scripts import notices
from agi_scripts.call import AgiCall
from agi_scripts.desk import Desk
from agi_scripts.session import AgiSession, ChannelGoneError
from core import phone
from ivr.flows import engine
from ivr.flows.model import (
    ORDINARY_PRIORITY,
    SLOW_PRIORITY,
    Terminal,
    ToForward,
    ToGoodbye,
    ToMessage,
    ToQueue,
)
from ivr.house.model import House

#: Bits of the calling presentation that say: restricted, or not available.
_NOT_TO_BE_SHOWN = 0x60


async def handle(session: AgiSession, *, desk: Desk) -> None:
    """Take the caller through the flow as published now, and tell the dialplan how it ended."""
    house = desk.keeper.current
    call = AgiCall(session, desk.settings)
    try:
        terminal = await _decide(session, call, desk, house)
    except (ChannelGoneError, engine.CallerHungUpError):
        return
    await _tell_dialplan(session, terminal)


def caller_of(session: AgiSession, area_code: str) -> str:
    """The caller's number, normalised; '' when it is withheld or none."""
    presentation = session.header.get("callingpres", "0")
    shown = presentation.isdigit() and not int(presentation) & _NOT_TO_BE_SHOWN
    return phone.normalise(session.header.get("callerid", ""), area_code).normal if shown else ""


async def _decide(session: AgiSession, call: AgiCall, desk: Desk, house: House) -> Terminal:
    caller = caller_of(session, desk.settings.sip.area_code)
    now = desk.clock.now()
    flag = house.flag_of(caller, now)
    if flag:
        await call.mark(f"nuisance:{flag.path}")
    if flag and flag.path == "message_only":
        await call.ask(("greeting", "nuisance-message-only"), 0)
        await session.set_variable("HL_MESSAGE_ONLY", "1")
        return ToMessage()
    first, is_instead = await notices.heard(call, house.announcements_for_all(now))
    if is_instead:
        return await notices.instead_of_flow(call, first, house.flow)
    if flag and flag.path == "warning":
        first = ("nuisance-warning", *first)
    terminal = await engine.run(house.flow, call, desk.world(house, caller), first)
    if flag and flag.path == "slow_queue":
        terminal = _later(terminal)
    return await notices.before_queue(call, house, terminal, now)


def _later(terminal: Terminal) -> Terminal:
    """Behind all others; but an emergency stays one, whoever calls."""
    if isinstance(terminal, ToQueue) and terminal.priority == ORDINARY_PRIORITY:
        return replace(terminal, priority=SLOW_PRIORITY)
    return terminal


async def _tell_dialplan(session: AgiSession, terminal: Terminal) -> None:
    """HL_NEXT is the last word: without it the handler has decided nothing."""
    match terminal:
        case ToQueue(queue, priority):
            await _queue(session, queue, priority)
            await session.set_variable("HL_NEXT", "queue")
        case ToForward(name, queue, priority):
            await _queue(session, queue, priority)
            await session.set_variable("HL_FORWARD", name)
            await session.set_variable("HL_NEXT", "forward")
        case ToMessage():
            await session.set_variable("HL_NEXT", "message")
        case ToGoodbye():
            await session.set_variable("HL_NEXT", "goodbye")


async def _queue(session: AgiSession, queue: str, priority: int) -> None:
    await session.set_variable("HL_QUEUE", queue)
    await session.set_variable("HL_PRIORITY", str(priority))
