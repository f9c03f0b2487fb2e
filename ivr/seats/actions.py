"""Steps of the keeper, taken on the switch and noted in the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

import structlog

from core.db import SessionFactory, begin_write
from ivr.seats import book
from ivr.seats.model import (
    MISSED,
    WRAP_UP,
    Member,
    SeatFacts,
    interface,
    reason_of,
    state_interface,
)
from ivr.seats.rules import Drop, LogOut, Look, Move, Pause, Ready, Step
from ivr.switch.errors import SwitchRefusedError
from ivr.switch.lines import QueueLine

log = structlog.get_logger()


class SeatSwitch(Protocol):
    """Seats in queues (ivr.switch.ami.Switch)."""

    async def queue_add(
        self,
        queue: str,
        interface: str,
        member_name: str,
        penalty: int = 0,
        *,
        state_interface: str = "",
        paused_as: str | None = None,
    ) -> None: ...

    async def queue_remove(self, queue: str, interface: str) -> None: ...

    async def queue_pause(self, interface: str, *, paused: bool, reason: str) -> None: ...

    async def lines(self) -> Sequence[QueueLine]: ...


class Actions:
    """Every method raises UnavailableError, SQLAlchemyError and OSError; what was done is seen next time."""

    def __init__(self, switch: SeatSwitch, sessions: SessionFactory) -> None:
        self._switch, self._sessions = switch, sessions

    async def take(self, look: Look, steps: Sequence[Step]) -> bool:
        """Do `steps` in order; True when something was done."""
        done = False
        for step in steps:
            try:
                await self._take(look, step)
                done = True
            except SwitchRefusedError as error:  # the seat has just left its queues
                log.debug("a step was refused", seat=look.extension, step=repr(step), why=str(error))
        return done

    async def _take(self, look: Look, step: Step) -> None:
        device = look.facts.device
        match step:
            case Pause():
                await self._note(look.extension, step.reason, step.until)
                await self._switch.queue_pause(device, paused=True, reason=step.reason)
            case Ready():
                await self._switch.queue_pause(device, paused=False, reason=WRAP_UP)
            case Move():
                log.info("a seat goes on with its other device", seat=look.extension, device=step.kind)
                target = interface(look.extension, step.kind)
                await move(self._switch, look.extension, device, target, look.facts.members[device])
            case Drop():
                await self._leave(step.device, look.facts)
            case LogOut():
                log.info("a seat nobody can reach was logged out", seat=look.extension)
                await self._leave(device, look.facts)

    async def forgive(self, facts: SeatFacts) -> None:
        """Take back the switch's own pause for a missed ring."""
        if facts.device and facts.paused_as == MISSED:
            try:
                await self._switch.queue_pause(facts.device, paused=False, reason=MISSED)
            except SwitchRefusedError as error:
                log.debug("a pause was not taken back", device=facts.device, why=str(error))

    async def _leave(self, device: str, facts: SeatFacts) -> None:
        for queue in list(facts.members[device]):
            await self._switch.queue_remove(queue, device)

    async def _note(self, extension: str, reason: str, until: datetime) -> None:
        async with self._sessions.begin() as session:
            await begin_write(session)
            await book.choose(session, extension, reason=reason, until=until)


async def move(
    switch: SeatSwitch, extension: str, device: str, target: str, places: Mapping[str, Member]
) -> None:
    """Ring `target` in place of `device`, in the same queues, paused as it was.

    Raises:
        UnavailableError: some places may have moved, others not; to be tried again.
    """
    for queue, place in dict(places).items():
        paused_as = None if place.paused_as is None else reason_of(place.paused_as)
        await switch.queue_add(
            queue,
            target,
            extension,
            place.penalty,
            state_interface=state_interface(extension),
            paused_as=paused_as,
        )
        await switch.queue_remove(queue, device)
