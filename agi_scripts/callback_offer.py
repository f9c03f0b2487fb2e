"""`agi://…/callback-offer`: a caller in the queue wants to be called back and keep the place; then let go.

The database is asked within a time limit. Whatever fails here, the dialplan takes the caller back to the
queue: a call-back that nobody noted must never cost the place.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from agi_scripts.call import AgiCall
from agi_scripts.facts import bounded
from agi_scripts.inbound import caller_of
from agi_scripts.session import AgiSession, ChannelGoneError
from core.clock import Clock
from core.db import SessionFactory
from core.settings import Settings
from ivr import queues
from ivr.callbacks import talk
from ivr.callbacks.book import CallbackBook
from ivr.callbacks.hours import Calendars, CallingHours
from ivr.flows.ports import CallerHungUpError, LookupFailedError, Speech
from ivr.outbound.allowed import Rules

#: Longest the database is waited for, seconds: a caller is on the line.
NOTE_S = 3.0
#: A wait that began longer ago than this is a mistake.
_LONGEST_WAIT = timedelta(hours=2)


@dataclass(frozen=True)
class CallbackDesk:
    """What the handler works with."""

    settings: Settings
    book: CallbackBook
    speech: Speech
    hours: CallingHours
    clock: Clock


def make(
    settings: Settings, sessions: SessionFactory, speech: Speech, calendar: Calendars, clock: Clock
) -> CallbackDesk:
    """The desk over the database.

    Raises:
        ivr.queues.QueueFileError
    """
    book = CallbackBook(sessions, settings.callback, clock)
    hours = CallingHours(settings, calendar, queues.load(settings), clock)
    return CallbackDesk(settings, book, speech, hours, clock)


async def handle(session: AgiSession, *, desk: CallbackDesk) -> None:
    """The script's arguments: since when the caller waits (Unix time), and the queue."""
    call = AgiCall(session, desk.settings)
    flow = desk.settings.flow
    try:
        number = await talk.offer(
            call,
            caller_of(session, desk.settings.sip.area_code),
            Rules.of(desk.settings),
            lambda text: desk.speech.digits(call.language, text),
            flow.menu_wait_s + _THINKING_S,
            flow.digit_wait_s,
        )
        if number:
            await _note(session, call, desk, number)
    except (ChannelGoneError, CallerHungUpError):
        return


#: Longer than in a menu: a number has just been read out.
_THINKING_S = 4.0


async def _note(session: AgiSession, call: AgiCall, desk: CallbackDesk, number: str) -> None:
    work = desk.book.ask(
        number=number,
        queue=session.header.get("arg_2", "") or "general",
        joined_at=_since(session.header.get("arg_1", ""), desk.clock.now()),
        call_id=await session.value("${HL_CALL}"),
        language=call.language,
    )
    try:
        row_id = await bounded(work, NOTE_S, "a call-back")
    except LookupFailedError:
        await call.ask(("callback-lost",), 0)
        return
    await session.execute("CELGenUserEvent", f"CALLBACK,{row_id}")
    # From here on the caller may hang up: the call-back is noted.
    await session.set_variable("HL_NEXT", "goodbye")
    await call.ask(("callback-kept" if desk.hours.may_call() else "callback-kept-later",), 0)


def _since(text: str, now: datetime) -> datetime:
    if not text.isdigit() or len(text) > 10:
        return now
    since = datetime.fromtimestamp(int(text), UTC)
    return since if now - _LONGEST_WAIT <= since <= now else now
