"""AMI behind one adapter: the only file that knows panoramisk.

panoramisk 1.4 re-sends un-acked actions after a reconnect, lets line breaks through and has no time-outs
(telephony-notes.md); here every action is marked as not to be re-sent, checked, and bounded in time.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import Any

import structlog
from panoramisk import Manager

from core.errors import UnavailableError
from core.settings import Ami
from ivr.queues import from_switch_name, switch_name

USER = "hotline"
TIMEOUT_S = 3.0
#: Asterisk's device states (QueueMember's Status), as the console names them.
_STATES = {
    "1": "ready",
    "2": "talking",
    "3": "busy",
    "4": "invalid",
    "5": "unavailable",
    "6": "ringing",
    "7": "ringing",
    "8": "hold",
}
_ACTIONS = ("Ping", "Login", "QueueAdd", "QueueRemove", "QueueStatus", "CoreShowChannels")

log = structlog.get_logger()


class SwitchUnavailableError(UnavailableError):
    """The switch is not answering just now; try again in a moment."""

    code = "switch_unavailable"


class SwitchRefusedError(UnavailableError):
    """The switch refused."""

    code, status = "switch_refused", 409


@dataclass(frozen=True)
class QueueMember:
    """A seat in a queue. `state` is one of ready, talking, busy, ringing, hold, unavailable, unknown …"""

    extension: str
    paused: bool
    state: str


@dataclass(frozen=True)
class QueueState:
    """Who is in a queue now: seats and the number of callers waiting."""

    members: tuple[QueueMember, ...]
    waiting: int


class Switch:
    """A connection to Asterisk's manager interface that reconnects by itself."""

    def __init__(self, ami: Ami, secret: str) -> None:
        self._unanswered: set[asyncio.Future[Any]] = set()
        self._manager = Manager(
            host=ami.host,
            port=ami.port,
            username=USER,
            secret=secret,
            forgetable_actions=tuple(name.lower() for name in _ACTIONS),
            on_login=lambda _manager: log.info("connected to the switch"),
            on_disconnect=self._lost,
            log=_quiet_logger(),
        )

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

    async def queue_add(self, queue: str, interface: str, member_name: str) -> None:
        """A seat joins a queue (签入); joining twice is no mistake.

        Raises:
            SwitchUnavailableError, SwitchRefusedError
        """
        try:
            await self._act(
                "QueueAdd",
                Queue=switch_name(queue),
                Interface=interface,
                MemberName=member_name,
                StateInterface=interface,
            )
        except SwitchRefusedError as error:
            if "Already there" not in str(error):
                raise

    async def queue_remove(self, queue: str, interface: str) -> None:
        """A seat leaves a queue (签出); leaving twice is no mistake.

        Raises:
            SwitchUnavailableError, SwitchRefusedError
        """
        try:
            await self._act("QueueRemove", Queue=switch_name(queue), Interface=interface)
        except SwitchRefusedError as error:
            if "Not there" not in str(error):
                raise

    async def queue_state(self, queue: str) -> QueueState:
        """Seats and waiting callers of a queue.

        Raises:
            SwitchUnavailableError, SwitchRefusedError
        """
        messages = await self._act("QueueStatus", as_list=True, Queue=switch_name(queue))
        members = [_member(m) for m in messages if m.event == "QueueMember"]
        waiting = sum(1 for m in messages if m.event == "QueueEntry" and from_switch_name(m.queue) == queue)
        return QueueState(tuple(members), waiting)

    async def queue_members(self, queue: str) -> list[QueueMember]:
        """Seats logged in to a queue; raises as queue_state does."""
        return list((await self.queue_state(queue)).members)

    async def live_calls(self) -> set[str]:
        """Linked ids of every call the switch is handling.

        Raises:
            SwitchUnavailableError, SwitchRefusedError
        """
        messages = await self._act("CoreShowChannels", as_list=True)
        return {m.linkedid for m in messages if m.event == "CoreShowChannel"}

    async def _act(self, action: str, as_list: bool = False, **fields: str) -> list[Any]:
        for name, value in fields.items():
            if any(c in value for c in "\r\n\0"):
                raise SwitchRefusedError(f"{name} has a line break in it; nothing was sent")
        protocol = self._manager.protocol
        if not self._manager.authenticated or protocol is None or protocol.closed:
            raise SwitchUnavailableError
        try:
            async with asyncio.timeout(TIMEOUT_S):
                reply = await self._answer({"Action": action, **fields}, as_list)
        except (TimeoutError, OSError) as error:
            raise SwitchUnavailableError from error
        messages = reply if isinstance(reply, list) else [reply]
        if not messages or not messages[0].success:
            raise SwitchRefusedError(str(messages[0].message) if messages else "no answer")
        return messages

    async def _answer(self, action: dict[str, str], as_list: bool) -> Any:
        answer = self._manager.send_action(action, as_list=as_list)
        self._unanswered.add(answer)
        try:
            return await answer
        finally:
            self._unanswered.discard(answer)

    def _lost(self, _manager: Manager, _error: object) -> None:
        """Whoever waits for an answer on a lost connection is told now: none will come."""
        log.warning("connection to the switch lost")
        for answer in self._unanswered:
            if not answer.done():
                answer.set_exception(ConnectionResetError("connection to the switch lost"))


def _quiet_logger() -> logging.Logger:
    """panoramisk tells of every try to reconnect, two seconds apart; we tell of the first loss only."""
    logger = logging.getLogger("panoramisk")
    logger.setLevel(logging.CRITICAL)
    return logger


def _member(message: Any) -> QueueMember:
    return QueueMember(
        extension=message.name, paused=message.paused == "1", state=_STATES.get(message.status, "unknown")
    )
