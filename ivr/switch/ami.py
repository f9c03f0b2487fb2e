"""AMI behind one adapter: the only file that knows panoramisk.

panoramisk 1.4 re-sends un-acked actions after a reconnect, lets line breaks through and has no time-outs
(telephony-notes.md); here every action is marked as not to be re-sent, checked, and bounded in time.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import structlog
from panoramisk import Manager

from core.settings import Ami
from ivr.queues import from_switch_name, switch_name
from ivr.switch import messages as meaning
from ivr.switch.errors import SwitchRefusedError as SwitchRefusedError
from ivr.switch.errors import SwitchUnavailableError as SwitchUnavailableError
from ivr.switch.hearing import CONNECTED, LOST, Hear, Hearing
from ivr.switch.lines import QueueLine
from ivr.switch.steering import ACTIONS, Steering

#: Manager users (manager.conf): `exchange` may also place calls, `desk` may move them as well.
USER, EXCHANGE_USER, DESK_USER = "hotline", "exchange", "desk"
#: Hears of wrong passwords and has the switch read its list of addresses anew, nothing else.
GUARD_USER = "guard"
TIMEOUT_S = 3.0
_ACTIONS = (
    *("Ping", "Login", "QueueAdd", "QueueRemove", "QueuePause", "QueueStatus", "QueueChangePriorityCaller"),
    *("PRIShowSpans", "PJSIPShowRegistrationsOutbound", "DeviceStateList", "Reload", *ACTIONS),
    *("QueueWithdrawCaller", "MixMonitorMute"),
)

log = structlog.get_logger()


class Switch(Steering):
    """A connection to Asterisk's manager interface that reconnects by itself."""

    def __init__(self, ami: Ami, secret: str, user: str = USER) -> None:
        super().__init__()
        self._unanswered: set[asyncio.Future[Any]] = set()
        self._manager = Manager(
            host=ami.host,
            port=ami.port,
            username=user,
            secret=secret,
            forgetable_actions=tuple(name.lower() for name in _ACTIONS),
            on_login=self._connected,
            on_disconnect=self._lost,
            log=_quiet_logger(),
        )
        self._manager.register_event("Hangup", self._hung_up)
        self._hearing = Hearing(self._manager.register_event)

    async def connect(self) -> None:
        """Start connecting; returns at once. Until it stands, commands raise SwitchUnavailableError."""
        self._manager.connect()

    async def close(self) -> None:
        # A closed connection would otherwise be taken for a lost one and opened again.
        self._manager.reconnect_timeout = 10**9
        self._manager.close()

    async def ping(self) -> bool:
        """True when the switch answers."""
        try:
            await self._act("Ping")
        except (SwitchUnavailableError, SwitchRefusedError):
            return False
        return True

    def listen(self, names: Iterable[str], hear: Hear) -> None:
        """Call `hear` for every event of these names, and with event `Lost` and `Connected` (see hearing.py).

        manager.conf lets events through by name: one it does not know is never heard.
        """
        self._hearing.listen(names, hear)

    async def queue_add(
        self,
        queue: str,
        interface: str,
        member_name: str,
        penalty: int = 0,
        *,
        state_interface: str = "",
        paused_as: str | None = None,
    ) -> None:
        """A seat joins a queue (签入); joining twice is no mistake. Lower penalties are rung first.

        `state_interface`: whose state says whether it is free; the interface's own unless given. `paused_as`:
        it joins paused, for this reason.

        Raises:
            SwitchUnavailableError, SwitchRefusedError
        """
        try:
            await self._act(
                "QueueAdd",
                Queue=switch_name(queue),
                Interface=interface,
                MemberName=member_name,
                StateInterface=state_interface or interface,
                Penalty=str(penalty),
                Paused="false" if paused_as is None else "true",
                Reason=paused_as or "",
            )
        except SwitchRefusedError as error:
            if "Already there" not in str(error):
                raise

    async def queue_remove(self, queue: str, interface: str) -> None:
        """A seat leaves a queue (签出); leaving twice is no mistake; raises as `_act` does."""
        try:
            await self._act("QueueRemove", Queue=switch_name(queue), Interface=interface)
        except SwitchRefusedError as error:
            if "Not there" not in str(error):
                raise

    async def lines(self) -> tuple[QueueLine, ...]:
        """Every queue at once: its seats and its waiting callers, in order; raises as `_act` does."""
        messages = await self._act("QueueStatus", as_list=True)
        names = [m.queue for m in messages if m.event == "QueueParams"]
        return tuple(
            QueueLine(
                from_switch_name(name),
                tuple(meaning.seat(m) for m in messages if m.event == "QueueMember" and m.queue == name),
                tuple(meaning.waiting(m) for m in messages if m.event == "QueueEntry" and m.queue == name),
            )
            for name in names
        )

    async def change_priority(self, queue: str, channel: str, priority: int) -> None:
        """Give a waiting caller a priority; it takes its place behind those of the same at once.

        Raises:
            SwitchUnavailableError, SwitchRefusedError: for example nobody of that channel waits any more.
        """
        await self._act(
            "QueueChangePriorityCaller",
            Queue=switch_name(queue),
            Caller=channel,
            Priority=str(priority),
            Immediate="yes",
        )

    async def queue_withdraw(self, queue: str, channel: str, why: str) -> None:
        """Take a waiting caller out of a queue; the dialplan goes on with the outcome WITHDRAW.

        `why` is written to the queue's log. Raises as `_act` does: for example the caller waits no more.
        """
        await self._act("QueueWithdrawCaller", Queue=switch_name(queue), Caller=channel, WithdrawInfo=why)

    async def mute_recording(self, channel: str, *, muted: bool, both: bool = False) -> None:
        """Whether silence is recorded instead of what `channel` says, and with `both` of what it hears.

        Raises as `_act` does: for example nothing is recorded.
        """
        direction, state = "both" if both else "read", "1" if muted else "0"
        await self._act("MixMonitorMute", Channel=channel, Direction=direction, State=state)

    def when_callers_join(self, wake: Callable[[], None]) -> None:
        """Call `wake` when a caller joins a queue in which somebody waits, and after a lost connection."""

        def hear(event: Mapping[str, str]) -> None:
            if event["event"] != CONNECTED and event.get("count") != "1":
                wake()

        self.listen(["QueueCallerJoin"], hear)

    async def queue_pause(self, interface: str, *, paused: bool, reason: str) -> None:
        """Hold a seat back from new calls in all its queues (示忙), or let it take calls again.

        Raises:
            SwitchUnavailableError, SwitchRefusedError: for example the seat is in no queue.
        """
        word = "true" if paused else "false"
        await self._act("QueuePause", Interface=interface, Paused=word, Reason=reason)

    async def reload(self, module: str) -> None:
        """Have a module read its configuration anew; only the user `guard` may; raises as `_act` does."""
        await self._act("Reload", Module=module)

    async def device_states(self) -> dict[str, str]:
        """Every telephone's state, such as `PJSIP/1001` → `NOT_INUSE`; raises as `_act` does."""
        messages = await self._act("DeviceStateList", as_list=True)
        return {m.device: m.state for m in messages if m.event == "DeviceStateChange"}

    async def contact_status(self, endpoint: str) -> str:
        """What became of asking the one fixed contact of a trunk for life: `Reachable`, `Unreachable`, or
        anything else while nobody knows; raises as `_act` does."""
        [contacts] = await self._act("GetVar", Variable=f"PJSIP_AOR({endpoint},contact)")
        first = str(contacts.value).split(",")[0]
        if not first:
            return ""
        [status] = await self._act("GetVar", Variable=f"PJSIP_CONTACT({first},status)")
        return str(status.value)

    async def registrations(self) -> dict[str, str]:
        """State of each registration with a carrier, such as `Registered`; raises as `_act` does."""
        messages = await self._act("PJSIPShowRegistrationsOutbound", as_list=True)
        found = [m for m in messages if m.event == "OutboundRegistrationDetail"]
        return {m.objectname: m.status for m in found}

    async def spans(self) -> dict[int, bool]:
        """E1 spans by number: whether layer 2 is up; raises as `_act` does."""
        messages = await self._act("PRIShowSpans", as_list=True)
        found = [m for m in messages if m.event == "PRIShowSpans"]
        return {int(m.span): m.up.lower() == "yes" for m in found}

    async def _act(
        self,
        action: str,
        *,
        as_list: bool | None = False,
        within_s: float | None = None,
        **fields: str | list[str],
    ) -> list[Any]:
        """The answers of the switch.

        Raises:
            SwitchUnavailableError: not connected, lost meanwhile, or no answer in time.
            SwitchRefusedError: it says no, or a value has a line break; then nothing was sent.
        """
        for name, value in fields.items():
            if any(c in text for text in ([value] if isinstance(value, str) else value) for c in "\r\n\0"):
                raise SwitchRefusedError(f"{name} has a line break in it; nothing was sent")
        protocol = self._manager.protocol
        if not self._manager.authenticated or protocol is None or protocol.closed:
            raise SwitchUnavailableError
        try:
            async with asyncio.timeout(within_s or TIMEOUT_S):
                reply = await self._answer({"Action": action, **fields}, as_list)
        except (TimeoutError, OSError) as error:
            raise SwitchUnavailableError from error
        messages = reply if isinstance(reply, list) else [reply]
        if not messages or not messages[0].success:
            raise SwitchRefusedError(str(messages[0].message) if messages else "no answer")
        return messages

    async def _answer(self, action: dict[str, Any], as_list: bool | None) -> Any:
        answer = self._manager.send_action(action, as_list=as_list)
        self._unanswered.add(answer)
        try:
            return await answer
        finally:
            self._unanswered.discard(answer)

    def _hung_up(self, _manager: Manager, message: Any) -> None:
        cause = self._causes.get(message.uniqueid)
        if cause is not None and not cause.done():
            cause.set_result(message.cause)

    def _connected(self, _manager: Manager) -> None:
        log.info("connected to the switch")
        self._hearing.say(CONNECTED)

    def _lost(self, _manager: Manager, _error: object) -> None:
        """Whoever waits for an answer on a lost connection is told now: none will come."""
        log.warning("connection to the switch lost")
        self._hearing.say(LOST)
        for answer in self._unanswered:
            if not answer.done():
                answer.set_exception(ConnectionResetError("connection to the switch lost"))


def _quiet_logger() -> logging.Logger:
    """panoramisk tells of every try to reconnect, two seconds apart; we tell of the first loss only."""
    logger = logging.getLogger("panoramisk")
    logger.setLevel(logging.CRITICAL)
    return logger
