"""Dials call-backs when it is their turn, and keeps count of what became of them.

Everything that must survive a crash is in the table: an attempt is written down, with the id of its call,
before the phone rings. What is only here are the phones that ring now and the seats held for them; a new
keeper lets go of all seats it finds held, and reads in the ledger how the calls of the old one ended.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol

import structlog
from sqlalchemy.exc import SQLAlchemyError

from core.clock import Clock
from core.db import SessionFactory
from core.settings import Callback as Rules
from core.settings import Queue as QueueRules
from ivr.callbacks.book import CallbackBook
from ivr.callbacks.planner import HELD, Flight, Place, Plan, plan
from ivr.callbacks.tables import Callback, CallbackKind, CallbackState
from ivr.ledger.tables import Call, Outcome
from ivr.outbound.dialler import Dialler, DialResult, OutboundCall
from ivr.switch.ami import SwitchRefusedError, SwitchUnavailableError
from ivr.switch.lines import QueueLine

CONTEXT = "hl-callback"
#: How often it is looked whose turn it is, and while it can be nobody's, seconds.
TICK_S, IDLE_S = 1.0, 5.0
#: Who has picked up hears one sentence before the queue; a seat is held no longer than this, seconds.
_GREETING_S = 20.0
#: An attempt the switch knows nothing of and the ledger has not heard of is over after this, seconds.
_LOST_S = 120.0

log = structlog.get_logger()


class Room(Protocol):
    """What the keeper sees of the switch besides dialling (SwitchDialler)."""

    async def look(self) -> Sequence[QueueLine]: ...

    def is_live(self, call_id: str) -> bool: ...


class Seats(Protocol):
    """Holding seats back (ivr.switch.ami.Switch)."""

    async def queue_pause(self, interface: str, *, paused: bool, reason: str) -> None: ...


class Hours(Protocol):
    """When citizens may be called (ivr.callbacks.hours)."""

    def may_call(self) -> bool: ...

    def is_open(self, queue: str) -> bool: ...


@dataclass
class _Ringing:
    flight: Flight
    task: asyncio.Task[None]
    #: Unix time of picking up; None: it rings.
    picked_up: float | None = None


class CallbackKeeper:
    """The scheduler of call-backs."""

    def __init__(
        self,
        sessions: SessionFactory,
        book: CallbackBook,
        dialler: Dialler,
        room: Room,
        seats: Seats,
        hours: Hours,
        rules: Rules,
        queue: QueueRules,
        clock: Clock,
    ) -> None:
        self._sessions, self._book = sessions, book
        self._dialler, self._room, self._seats = dialler, room, seats
        self._hours, self._rules, self._queue, self._clock = hours, rules, queue, clock
        self._ringing: dict[int, _Ringing] = {}
        #: Seats may be held from before: looked for once, and again after any trouble.
        self._may_hold = True
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Somebody may have come onto the list."""
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled. A database or switch that is away is waited for."""
        trouble = "not yet connected"  # at the start the switch is not there yet, and that is no news
        try:
            while True:
                self._wake.clear()
                is_idle = False
                try:
                    is_idle = not await self.tick()
                    trouble = ""
                except (SQLAlchemyError, OSError, SwitchUnavailableError, SwitchRefusedError) as error:
                    self._may_hold = True
                    if not trouble:
                        log.warning("call-backs wait", why=str(error).splitlines()[:1])
                    trouble = str(error)
                await self._pause(is_idle)
        finally:
            for ringing in self._ringing.values():
                ringing.task.cancel()

    async def _pause(self, is_idle: bool) -> None:
        if not is_idle:
            await asyncio.sleep(TICK_S)
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), IDLE_S)

    async def tick(self) -> bool:
        """Look once, and do what is to be done now; False when it can be nobody's turn.

        Raises:
            SQLAlchemyError, OSError, SwitchUnavailableError, SwitchRefusedError
        """
        rows = await self._rows()
        if not (self._ringing or self._may_hold or any(self._may_need_a_seat(row) for row in rows)):
            return False
        lines = await self._room.look()
        self._land(lines)
        await self._settle([row for row in rows if row.state == CallbackState.DIALLING])
        decided = self._plan(rows, lines)
        await self._hold(decided)
        by_id = {row.id: row for row in rows}
        for row_id, seat in decided.dial.items():
            await self._dial(by_id[row_id], seat)
        return True

    def _may_need_a_seat(self, row: Callback) -> bool:
        if row.state == CallbackState.DIALLING:
            return True
        return self._may_be_dialled(row) and self._hours.may_call()

    async def _rows(self) -> Sequence[Callback]:
        rows = await self._book.open()
        now = self._clock.now()
        if any(row.expires_at <= now and row.state == CallbackState.WAITING for row in rows):
            await self._book.expire()
            rows = await self._book.open()
        return rows

    def _plan(self, rows: Sequence[Callback], lines: Sequence[QueueLine]) -> Plan:
        places = [_place(row) for row in rows if self._may_be_dialled(row)] if self._hours.may_call() else []
        return plan(
            places,
            [ringing.flight for ringing in self._ringing.values()],
            lines,
            now=self._clock.now().timestamp(),
            wrap_up_s=self._queue.wrap_up_s,
            guard_s=self._queue.wrap_guard_s,
            channels=self._dialler.free_channels() if places else 0,
        )

    def _may_be_dialled(self, row: Callback) -> bool:
        wanted = row.kind == CallbackKind.REQUESTED or self._rules.missed_dial
        due = row.next_at is None or row.next_at <= self._clock.now()
        return row.state == CallbackState.WAITING and wanted and due and self._hours.is_open(row.queue)

    async def _hold(self, decided: Plan) -> None:
        """Seats are let go first, so that trouble with one never keeps another from its callers."""
        for seat in sorted(decided.release):
            await self._seats.queue_pause(seat, paused=False, reason=HELD)
            for ringing in self._ringing.values():
                if ringing.flight.seat == seat:
                    ringing.flight = replace(ringing.flight, seat="")
        for seat in sorted(decided.hold):
            self._may_hold = True
            await self._seats.queue_pause(seat, paused=True, reason=HELD)
        self._may_hold = bool(decided.hold or decided.dial or self._ringing)

    async def _dial(self, row: Callback, seat: str) -> None:
        call_id = self._dialler.new_call_id()
        if not await self._book.begin(row.id, call_id):
            return
        call = OutboundCall(
            number=row.number,
            context=CONTEXT,
            purpose=f"callback:{row.id}",
            variables={
                "HL_CALLBACK_ID": str(row.id),
                "HL_QUEUE": row.queue,
                "HL_LANGUAGE": row.language,
                "HL_HELD": seat.rpartition("/")[2].removesuffix("w"),
                "HL_SINCE": str(int(row.joined_at.timestamp())),
            },
            call_id=call_id,
        )
        task = asyncio.create_task(self._ring(row.id, call))
        self._ringing[row.id] = _Ringing(Flight(row.id, call_id, seat), task)

    async def _ring(self, row_id: int, call: OutboundCall) -> None:
        result = await self._dialler.dial(call)
        ringing = self._ringing[row_id]
        if result is DialResult.ANSWERED:
            ringing.picked_up = self._clock.now().timestamp()
        else:
            del self._ringing[row_id]
        try:
            await self._book.dialled(row_id, call.call_id, result)
        except (SQLAlchemyError, OSError) as error:
            # The row stays `dialling`; the ledger, or its silence, settles it.
            log.warning("result of a call-back not written down", id=row_id, why=str(error).splitlines()[:1])

    def _land(self, lines: Sequence[QueueLine]) -> None:
        """Forget phones whose owners are in the queue, or gone: their seats are let go."""
        queued = {caller.call_id for line in lines for caller in line.waiting}
        now = self._clock.now().timestamp()
        for row_id, ringing in list(self._ringing.items()):
            if ringing.picked_up is None:
                continue
            call_id, waited = ringing.flight.call_id, now - ringing.picked_up
            gone = not self._room.is_live(call_id) and waited > TICK_S
            if call_id in queued or gone or waited > _GREETING_S:
                del self._ringing[row_id]

    async def _settle(self, rows: Sequence[Callback]) -> None:
        """Close attempts whose calls are over, as the ledger has it; ours, or those of a keeper before us."""
        left = [row for row in rows if row.id not in self._ringing]
        for row in left:
            async with self._sessions() as session:
                call = await session.get(Call, row.attempt_call_id)
            if call is not None and call.ended_at is not None:
                reached = call.seat_answered_at is not None or call.message_at is not None
                result = DialResult.ANSWERED if reached else Outcome.ABANDONED
                await self._book.ended(row.id, row.attempt_call_id, reached=reached, result=result)
            elif call is None and self._is_lost(row):
                await self._book.ended(
                    row.id, row.attempt_call_id, reached=False, result=row.result or DialResult.UNKNOWN
                )

    def _is_lost(self, row: Callback) -> bool:
        began = row.attempted_at or row.created_at
        overdue = self._clock.now() - began > timedelta(seconds=_LOST_S)
        return overdue and not self._room.is_live(row.attempt_call_id)


def _place(row: Callback) -> Place:
    return Place(row.id, row.queue, row.joined_at.timestamp(), row.kind == CallbackKind.MISSED)
