"""Temporary announcements (临时通知) around a call's flow: before it, instead of it, or before a queue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from agi_scripts.call import AgiCall
from ivr.flows.listener import BackWanted, Listener, PersonWanted, Question
from ivr.flows.model import Flow, Terminal, ToGoodbye, ToQueue
from ivr.house.model import Announcement, House

#: After an announcement instead of the menu the caller may still press 0, * or # for this long, seconds.
WAIT_S = 3.0


async def heard(call: AgiCall, announcements: Sequence[Announcement]) -> tuple[tuple[str, ...], bool]:
    """Their sounds in order, noted in the ledger, and whether the last one stands instead of what follows."""
    for one in announcements:
        await call.announced(one.id)
    sounds = tuple(one.sound_in(call.language) for one in announcements)
    return sounds, any(one.mode == "instead" for one in announcements)


async def instead(call: AgiCall, sounds: Sequence[str], person: Terminal) -> Terminal:
    """Play `sounds`, then goodbye; key 0 leads to `person`."""
    try:
        await Listener(call, WAIT_S).choose(Question(sounds, (), WAIT_S))
    except PersonWanted:
        return person
    except BackWanted:
        pass
    return ToGoodbye()


async def instead_of_flow(call: AgiCall, sounds: Sequence[str], flow: Flow) -> Terminal:
    """The greeting comes along: it tells callers that they are recorded."""
    return await instead(call, ("greeting", *sounds), flow.to_person(call.language))


async def before_queue(call: AgiCall, house: House, terminal: Terminal, now: datetime) -> Terminal:
    """What is announced only to callers about to join that queue."""
    if not isinstance(terminal, ToQueue):
        return terminal
    sounds, is_instead = await heard(call, house.announcements_for_queue(terminal.queue, now))
    if is_instead:
        return await instead(call, sounds, terminal)
    if sounds:
        await call.ask(sounds, 0)
    return terminal
