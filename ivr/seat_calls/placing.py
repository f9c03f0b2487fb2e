"""Placing a seat's calls. Who talks is in the dialplan's hands: a console that restarts meanwhile costs the
seat the news of its call, never the call."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import SQLAlchemyError

from core.errors import ConflictError
from ivr.outbound.dialler import Dialler, DialResult, OutboundCall
from ivr.seat_calls.ports import OF_RESULT, Callbacks, CallState, CallSwitch, Progress, Tell
from ivr.supervision.devices import device_of
from ivr.switch.errors import SwitchRefusedError, SwitchUnavailableError
from ivr.switch.steering import Place

#: The seat's own device rings this long, seconds.
RING_S = 20
WAITING, CITIZEN = "hl-seat-call", "hl-seat-out"
#: What the seat hears of a call that came to nothing: an extension of `hl-seat-call`.
_HEARS = {CallState.BUSY: "busy", CallState.NO_ANSWER: "no_answer"}
#: Calls remembered so that a console can ask what became of its last one.
_REMEMBERED = 500
#: A telephone that is not to ring is hung up on this often, seconds: it may not ring yet.
_AGAIN_S = 0.5

log = structlog.get_logger()


@dataclass(frozen=True)
class SeatCall:
    """A call a seat wants. `number` has passed `ivr.outbound.allowed.check`."""

    extension: str
    number: str
    #: The row of the list of call-backs it is for.
    callback_id: int | None = None
    #: `browser` or `phone`: which device is rung if it is there.
    device: str = ""


class SeatCalls:
    """The calls seats are placing now."""

    def __init__(
        self, switch: CallSwitch, dialler: Dialler, callbacks: Callbacks, tell: Tell, shown_to_seat: str
    ) -> None:
        """`shown_to_seat`: the number a seat's device shows while it rings; never the citizen's."""
        self._switch, self._dialler, self._callbacks = switch, dialler, callbacks
        self._tell, self._shown = tell, shown_to_seat
        self._last: dict[str, Progress] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        #: Unique id of a seat's channel → set once it has hung up.
        self._gone: dict[str, asyncio.Event] = {}
        #: Calls the seat does not want any more.
        self._unwanted: set[str] = set()
        switch.listen(["Hangup"], self._hear)

    async def start(self, wanted: SeatCall) -> str:
        """Ring the seat's device, then the citizen; returns the call's id at once, the rest is told.

        Raises:
            ConflictError: the seat is on the telephone, has none, or somebody else took that call-back.
            SwitchUnavailableError, SwitchRefusedError, SQLAlchemyError
        """
        lines = await self._switch.channel_lines()
        if any(line.seat == wanted.extension for line in lines):
            raise ConflictError("您正在通话中，请先结束当前通话。")
        if (last := self._last.get(wanted.extension)) and last.call_id in self._tasks:
            raise ConflictError("正在为您呼叫，请稍候。")
        device = device_of(await self._switch.device_states(), wanted.extension, wanted.device)
        call_id = self._dialler.new_call_id()
        if wanted.callback_id is not None and not await self._callbacks.begin(wanted.callback_id, call_id):
            raise ConflictError("这条回拨已由他人处理或正在呼叫，请刷新列表。")
        self._say(wanted, call_id, CallState.RINGING_SEAT)
        task = asyncio.create_task(self._work(wanted, call_id, device))
        self._tasks[call_id] = task
        task.add_done_callback(lambda _task: self._tasks.pop(call_id, None))
        return call_id

    async def cancel(self, extension: str, call_id: str) -> None:
        """Give up a call nobody has picked up yet.

        Raises:
            ConflictError: it is not this seat's, or over, or somebody picked up.
        """
        last = self._last.get(extension)
        if last is None or last.call_id != call_id or call_id not in self._tasks:
            raise ConflictError("这个呼叫已经结束。")
        self._unwanted.add(call_id)
        await self._switch.hangup(of_seat(call_id))

    def last(self, extension: str) -> Progress | None:
        """The seat's last call, as this process knows it."""
        return self._last.get(extension)

    async def idle(self) -> None:
        """Wait until nothing is being placed any more: for tests."""
        await asyncio.gather(*self._tasks.values())

    async def close(self) -> None:
        """Stop placing; calls that are under way go on."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _work(self, wanted: SeatCall, call_id: str, device: str) -> None:
        seat_id = of_seat(call_id)
        self._gone[seat_id] = asyncio.Event()
        state = CallState.FAILED
        try:
            state = await self._ring_both(wanted, call_id, device)
        except (SwitchUnavailableError, SwitchRefusedError) as error:
            log.warning("a seat's call was not placed", seat=wanted.extension, why=str(error)[:200])
            await self._note(wanted, call_id, DialResult.UNKNOWN)
        finally:
            state = CallState.CANCELLED if call_id in self._unwanted else state
            self._unwanted.discard(call_id)
            del self._gone[seat_id]
            self._say(wanted, call_id, state)

    async def _ring_both(self, wanted: SeatCall, call_id: str, device: str) -> CallState:
        seat_id = of_seat(call_id)
        answered = await self._switch.ring_seat(
            device,
            WAITING,
            "s",
            {"HL_PEER": call_id},
            True,
            channel_id=seat_id,
            caller_id=self._shown,
            ring_s=RING_S,
        )
        channel = await self._channel(seat_id) if answered == "answered" else ""
        if not channel or self._gone[seat_id].is_set():
            # The citizen was not rung: the call-back is on the list again, and no attempt is counted.
            await self._note(wanted, call_id, DialResult.NO_CHANNEL)
            return CallState.SEAT_NO_ANSWER
        self._say(wanted, call_id, CallState.DIALLING)
        result = await self._dial(_outbound(wanted, call_id, channel), self._gone[seat_id])
        await self._note(wanted, call_id, result)
        state = OF_RESULT[result]
        if state is CallState.TALKING:
            return state
        if self._gone[seat_id].is_set():
            return CallState.CANCELLED
        await self._switch.redirect(Place(channel, WAITING, _HEARS.get(state, "failed")))
        return state

    async def _dial(self, call: OutboundCall, seat_gone: asyncio.Event) -> DialResult:
        """Dial, and hang up on the citizen's telephone should the seat hang up before somebody answers."""
        dialling = asyncio.create_task(self._dialler.dial(call))
        leaving = asyncio.create_task(seat_gone.wait())
        try:
            await asyncio.wait({dialling, leaving}, return_when=asyncio.FIRST_COMPLETED)
            while not dialling.done():
                await self._switch.hangup(call.call_id)
                await asyncio.wait({dialling}, timeout=_AGAIN_S)
            return dialling.result()
        finally:
            dialling.cancel()
            leaving.cancel()

    async def _channel(self, unique_id: str) -> str:
        """Name of the channel of that unique id; empty: it is gone."""
        lines = await self._switch.channel_lines()
        return next((line.name for line in lines if line.uniqueid == unique_id), "")

    async def _note(self, wanted: SeatCall, call_id: str, result: DialResult) -> None:
        if wanted.callback_id is None:
            return
        try:
            await self._callbacks.dialled(wanted.callback_id, call_id, result)
        except (SQLAlchemyError, OSError) as error:
            # The row stays `dialling`; the ledger, or its silence, settles it.
            log.warning("result of a seat's call-back not written down", why=str(error).splitlines()[:1])

    def _say(self, wanted: SeatCall, call_id: str, state: CallState) -> None:
        while len(self._last) >= _REMEMBERED:
            del self._last[next(iter(self._last))]
        progress = self._last[wanted.extension] = Progress(wanted.extension, call_id, state)
        self._tell(progress)

    def _hear(self, event: Mapping[str, str]) -> None:
        if (gone := self._gone.get(event.get("uniqueid", ""))) is not None:
            gone.set()


def of_seat(call_id: str) -> str:
    """Unique id of the seat's own channel in that call: the switch refuses one that begins with another."""
    return f"seat-{call_id}"


def _outbound(wanted: SeatCall, call_id: str, channel: str) -> OutboundCall:
    return OutboundCall(
        number=wanted.number,
        context=CITIZEN,
        purpose=f"seat:{wanted.extension}",
        variables={"HL_PEER": channel, "HL_BY": wanted.extension},
        call_id=call_id,
    )
