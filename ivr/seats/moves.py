"""What a person changes at a seat: log in and out, pause, be ready, wrap up longer. Commands to the switch.

Each looks at the switch first, so that it means the device in use, whichever that is. Nothing here needs the
keeper: with the part exchange away a seat still logs in and out and takes calls.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from core.errors import ConflictError
from ivr.queues import SEAT_PREFIX
from ivr.seats.actions import SeatSwitch
from ivr.seats.model import HELD, Kind, Member, SeatFacts, interface, state_interface
from ivr.switch.errors import SwitchRefusedError
from ivr.switch.lines import QueueLine

NOT_LOGGED_IN = "请先签入。"
_HELD = "该坐席正预留给一个回拨，请稍候。"


def own_queue(extension: str) -> str:
    """The queue of one seat alone, for callers who come back to it (回呼原坐席)."""
    return SEAT_PREFIX + extension


def facts_of(lines: Iterable[QueueLine], extension: str) -> SeatFacts:
    """Places of one seat in the queues."""
    members: dict[str, dict[str, Member]] = {}
    for line in lines:
        for seat in line.seats:
            if seat.extension == extension:
                place = Member(seat.penalty, seat.held_as)
                members.setdefault(seat.interface, {})[line.name] = place
    return SeatFacts(members)


class SeatMoves:
    """Every method raises UnavailableError when the switch is away; what it did until then is done."""

    def __init__(self, switch: SeatSwitch) -> None:
        self._switch = switch

    async def facts(self, extension: str) -> SeatFacts:
        """Places and pauses of the seat now."""
        return facts_of(await self._switch.lines(), extension)

    async def log_in(self, extension: str, kind: Kind, served: Mapping[str, int]) -> None:
        """Join the queues with a device (签入), or change to it; who is paused stays so.

        Args:
            served: queue → penalty.
        """
        now = await self.facts(extension)
        device, paused_as = interface(extension, kind), now.paused_as
        for queue, penalty in {**served, own_queue(extension): 0}.items():
            await self._switch.queue_add(
                queue,
                device,
                extension,
                penalty,
                state_interface=state_interface(extension),
                paused_as=paused_as,
            )
        for used, places in now.members.items():
            for queue in places:
                if used != device or queue not in {*served, own_queue(extension)}:
                    await self._switch.queue_remove(queue, used)

    async def log_out(self, extension: str) -> None:
        """Leave every queue (签出)."""
        for device, places in (await self.facts(extension)).members.items():
            for queue in places:
                await self._switch.queue_remove(queue, device)

    async def pause(self, extension: str, reason: str) -> None:
        """Take no calls from queues (示忙).

        Raises:
            ConflictError: logged out.
        """
        await self._set(await self.facts(extension), paused=True, reason=reason)

    async def ready(self, extension: str) -> None:
        """Take calls again (示闲).

        Raises:
            ConflictError: logged out, or held back for a call-back just now.
        """
        facts = await self.facts(extension)
        if facts.paused_as == HELD:
            raise ConflictError(_HELD)
        await self._set(facts, paused=False, reason="")

    async def end(self, extension: str, reason: str, refusal: str) -> None:
        """End a pause of this reason only.

        Raises:
            ConflictError: `refusal`: it is not that pause.
        """
        facts = await self.facts(extension)
        if facts.paused_as != reason:
            raise ConflictError(refusal)
        await self._set(facts, paused=False, reason=reason)

    async def _set(self, facts: SeatFacts, *, paused: bool, reason: str) -> None:
        if not facts.members:
            raise ConflictError(NOT_LOGGED_IN)
        try:
            for device in facts.members:
                await self._switch.queue_pause(device, paused=paused, reason=reason)
        except SwitchRefusedError as error:  # it has left in this very moment
            raise ConflictError(NOT_LOGGED_IN) from error
