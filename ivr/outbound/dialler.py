"""Placing one call to a citizen. Who answers is in the dialplan's hands, recorded like any call."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

import structlog

from core import trunks
from core.clock import Clock
from core.settings import Settings
from ivr.outbound import pools
from ivr.outbound.allowed import NumberRefusedError, Rules, check
from ivr.outbound.routes import Route, routes
from ivr.switch.ami import SwitchRefusedError, SwitchUnavailableError
from ivr.switch.lines import QueueLine
from ivr.trunks.state import by_trunk

#: How often the switch is looked at while somebody wants to dial, seconds.
LOOK_EVERY_S = 1.0
#: What was seen longer ago than this says nothing any more: then nothing is free, seconds.
STALE_S = 5.0

log = structlog.get_logger()


class DialResult(StrEnum):
    """What became of a call we placed."""

    ANSWERED = "answered"  #: 接通
    BUSY = "busy"  #: 忙
    NO_ANSWER = "no_answer"  #: 无人接听
    FAILED = "failed"  #: 呼叫失败: the carrier or the switch could not
    REFUSED = "refused"  #: 号码不允许外呼
    NO_CHANNEL = "no_channel"  #: 无空闲中继; nothing was dialled
    #: 未知: the switch went away meanwhile. The phone may have rung, and somebody may have answered: an
    #: attempt like any other, never repeated at once.
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class OutboundCall:
    """A call to place."""

    number: str
    #: Dialplan context whose extension s takes the citizen who answers.
    context: str
    #: `callback:<id>` or `visit:<id>`
    purpose: str
    #: Channel variables for it, letters and digits.
    variables: Mapping[str, str] = field(default_factory=dict)
    #: Number shown to the citizen; empty: the hotline's own.
    caller_id: str = ""
    #: The phone rings this long, seconds; 0: the setting.
    ring_s: int = 0
    #: Call id in the ledger, from `Dialler.new_call_id`; empty: one is made up.
    call_id: str = ""


class Dialler(Protocol):
    """Places calls, and knows what is free for that."""

    async def dial(self, call: OutboundCall) -> DialResult:
        """Ring, and return when it is decided; never raises for what can happen to a call."""
        ...

    def new_call_id(self) -> str:
        """A call id nothing else has: known before dialling, so that it can be written down first."""
        ...

    def free_channels(self) -> int:
        """Trunk channels an outbound call may take now, the inbound reserve already off."""
        ...

    def free_seats(self, queue: str) -> int:
        """Seats of `queue` that are ready and not spoken for."""
        ...


class SwitchPort(Protocol):
    """As much of the switch as dialling needs (ivr.switch.ami.Switch)."""

    async def originate(
        self,
        channel: str,
        context: str,
        *,
        caller_id: str,
        call_id: str,
        variables: Mapping[str, str],
        ring_s: int,
    ) -> str: ...

    async def lines(self) -> Sequence[QueueLine]: ...

    async def channels(self) -> Mapping[str, str]: ...


class SwitchDialler:
    """The dialler over the switch."""

    def __init__(self, settings: Settings, switch: SwitchPort, clock: Clock, system_name: str) -> None:
        """`system_name`: first part of every call id of this instance."""
        self._settings, self._switch, self._clock = settings, switch, clock
        self._system_name = system_name
        self._rules = Rules.of(settings)
        self._wanted = asyncio.Event()
        self._seen_at = 0.0
        self._lines: Sequence[QueueLine] = ()
        self._channels: Mapping[str, str] = {}
        #: Calls being dialled that the switch may not show yet.
        self._ringing: set[str] = set()

    def new_call_id(self) -> str:
        """Shaped like the switch's own, which end in a small counter; ours ends in 900000000 or more."""
        return f"{self._system_name}-{int(self._clock.now().timestamp())}.9{secrets.randbelow(10**8):08}"

    def free_channels(self) -> int:
        if not self._is_fresh():
            return 0
        shown = set(self._channels.values())
        limit = sum(trunks.limit(trunk) for trunk in self._settings.trunk_table.values())
        reserve = self._settings.outbound.inbound_reserve
        free = pools.free_channels(self._channels, limit=limit, reserve=reserve)
        return max(0, free - sum(1 for call_id in self._ringing if call_id not in shown))

    def free_seats(self, queue: str) -> int:
        if not self._is_fresh():
            return 0
        now = self._clock.now().timestamp()
        return pools.free_seats(self._lines, queue, now, self._settings.queue.wrap_guard_s)

    async def look(self) -> Sequence[QueueLine]:
        """See what is free now.

        Raises:
            SwitchUnavailableError, SwitchRefusedError
        """
        self._lines, self._channels = await self._switch.lines(), await self._switch.channels()
        self._seen_at = self._clock.now().timestamp()
        return self._lines

    def is_live(self, call_id: str) -> bool:
        """Whether the switch had that call when it was last looked at, or it is being dialled."""
        return call_id in self._ringing or call_id in self._channels.values()

    async def run(self) -> None:
        """Keep looking, as long as somebody asks what is free."""
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            try:
                await self.look()
            except (SwitchUnavailableError, SwitchRefusedError) as error:
                log.warning("cannot see what is free on the switch", why=str(error))
            await asyncio.sleep(LOOK_EVERY_S)

    async def dial(self, call: OutboundCall) -> DialResult:
        try:
            number = check(call.number, self._rules)
        except NumberRefusedError as error:
            log.warning("not dialled: number not allowed", purpose=call.purpose, why=str(error.refusal))
            return DialResult.REFUSED
        if not await self._has_channel():
            return DialResult.NO_CHANNEL
        call_id = call.call_id or self.new_call_id()
        self._ringing.add(call_id)
        try:
            return await self._by_any_route(call, number, call_id)
        finally:
            self._ringing.discard(call_id)

    async def _has_channel(self) -> bool:
        if not self._is_fresh():
            try:
                await self.look()
            except (SwitchUnavailableError, SwitchRefusedError):
                return False
        return self.free_channels() > 0

    async def _by_any_route(self, call: OutboundCall, number: str, call_id: str) -> DialResult:
        """In order, past trunks that are full; the next one is tried only when one could not ring at all."""
        result = DialResult.NO_CHANNEL
        used = by_trunk(self._channels, self._settings.trunk_table)
        for route in routes(self._settings, number):
            if used[route.trunk] >= route.limit:
                continue
            result = await self._try(call, number, call_id, route)
            log.info("dialled", purpose=call.purpose, trunk=route.trunk, call=call_id, result=str(result))
            if result is not DialResult.FAILED:
                break
        return result

    async def _try(self, call: OutboundCall, number: str, call_id: str, route: Route) -> DialResult:
        ours = self._settings.outbound.caller_id or self._settings.sip.did
        try:
            word = await self._switch.originate(
                route.channel,
                call.context,
                caller_id=call.caller_id or ours,
                call_id=call_id,
                variables={"HL_DIALLED": number, "GROUP(trunk)": route.trunk, **call.variables},
                ring_s=call.ring_s or self._settings.outbound.ring_s,
            )
        except SwitchUnavailableError:
            return DialResult.UNKNOWN
        except SwitchRefusedError as error:
            log.error("the switch refuses to dial", purpose=call.purpose, why=str(error))
            return DialResult.FAILED
        return DialResult(word)

    def _is_fresh(self) -> bool:
        self._wanted.set()
        return self._clock.now().timestamp() - self._seen_at <= STALE_S
