"""A phone's own transfer key (SIP REFER), carried out by us.

The switch itself cannot: it looks for the one whom a phone hears, and does not find anybody in a bridge that
mixes (docs/decisions/0013). It refuses the phone, says so to the manager, and the caller is sent where
the key asked. A phone that hangs up at a refusal changes nothing: the caller's channel is found by its call.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

import structlog

from ivr.desk.situation import caller_of
from ivr.switch.errors import SwitchRefusedError, SwitchUnavailableError
from ivr.switch.lines import ChannelLine
from ivr.switch.steering import Place

#: Where phones may send a caller, and what they may key in there; transfer.conf.j2 knows more precisely.
CONTEXT = "hl-transfer"
_KEYED = re.compile(r"\*?[0-9]{1,8}")
#: The manager event.
EVENT = "BlindTransfer"

log = structlog.get_logger()


class TransferSwitch(Protocol):
    """As much of the switch as this needs (ivr.switch.ami.Switch)."""

    def listen(self, names: Iterable[str], hear: Callable[[Mapping[str, str]], None]) -> None: ...

    async def channel_lines(self) -> Sequence[ChannelLine]: ...

    async def setvar(self, channel: str, name: str, value: str) -> None: ...

    async def redirect(self, *places: Place) -> None: ...


class PhoneTransfers:
    """Hears refused transfers and carries them out."""

    def __init__(self, switch: TransferSwitch) -> None:
        self._switch = switch
        self._going: set[asyncio.Task[None]] = set()
        switch.listen([EVENT], self._hear)

    async def idle(self) -> None:
        """Wait until all is carried out: for tests."""
        await asyncio.gather(*self._going)

    def _hear(self, event: Mapping[str, str]) -> None:
        is_ours = event["event"] == EVENT and event.get("context") == CONTEXT
        if not is_ours or event.get("result") == "Success":
            return
        task = asyncio.create_task(self._send(event))
        self._going.add(task)
        task.add_done_callback(self._going.discard)

    async def _send(self, event: Mapping[str, str]) -> None:
        phone, target = event.get("transfererchannel", ""), event.get("extension", "")
        if not _KEYED.fullmatch(target):
            log.warning("a phone's transfer to nowhere", phone=phone)
            return
        try:
            caller = caller_of(await self._switch.channel_lines(), phone, event.get("transfererlinkedid", ""))
            if caller is None:
                log.warning("nobody to transfer for a phone", phone=phone)
                return
            # The dialplan reads there who sends, as of a transfer the switch did by itself.
            await self._switch.setvar(caller.name, "BLINDTRANSFER", phone)
            await self._switch.redirect(Place(caller.name, CONTEXT, target))
        except (SwitchRefusedError, SwitchUnavailableError) as error:
            log.warning("a phone's transfer failed; the caller stays", phone=phone, why=str(error))
