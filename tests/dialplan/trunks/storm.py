"""Many callers who hang up at once: one UDP socket, a SIP user agent small enough to be read."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field
from typing import Any, Literal

from core.settings import Settings

Manner = Literal["cancel", "bye"]
#: Nobody answered in this time: say it again (UDP).
REPEAT_S = 1.0


@dataclass
class Caller:
    """One call of the storm."""

    call_id: str
    #: Final answer to the INVITE.
    final: int = 0
    over: asyncio.Event = field(default_factory=asyncio.Event)


class Storm(asyncio.DatagramProtocol):
    """Places calls; each is cancelled at its first sign of life, or hung up as soon as it is answered."""

    def __init__(self, settings: Settings, address: str, manner: Manner) -> None:
        self._sip, self._address, self._manner = settings.sip, address, manner
        self._transport: Any = None
        self._port = 0
        self.callers: dict[str, Caller] = {}

    def connection_made(self, transport: Any) -> None:
        self._transport, self._port = transport, transport.get_extra_info("sockname")[1]

    async def place(self, calls: int, a_second: int) -> None:
        """Dial `calls` times; returns when every call is over."""
        for _ in range(calls):
            caller = Caller(secrets.token_hex(8))
            self.callers[caller.call_id] = caller
            self._send(caller, "INVITE", 1, sdp=True)
            await asyncio.sleep(1 / a_second)
        for caller in self.callers.values():
            while not caller.over.is_set():
                try:
                    await asyncio.wait_for(caller.over.wait(), REPEAT_S)
                except TimeoutError:
                    self._again(caller)

    def close(self) -> None:
        self._transport.close()

    def datagram_received(self, data: bytes, addr: Any) -> None:
        first, *rows = data.decode(errors="replace").split("\r\n")
        head = {name.lower(): value.strip() for name, _, value in (row.partition(":") for row in rows)}
        caller = self.callers.get(head.get("call-id", ""))
        if caller is None or not first.startswith("SIP/2.0 "):
            return
        status, method = int(first.split()[1]), head["cseq"].split()[1]
        if method == "BYE":
            caller.over.set()
        elif method == "INVITE" and status < 200 and self._manner == "cancel" and not caller.final:
            self._send(caller, "CANCEL", 1)
        elif method == "INVITE" and status >= 200:
            self._answered(caller, status, head["to"])

    def _answered(self, caller: Caller, status: int, to: str) -> None:
        caller.final = status
        self._send(caller, "ACK", 1, to=to, own_branch=status < 300)
        if status >= 300:
            caller.over.set()
        else:
            self._send(caller, "BYE", 2, to=to, own_branch=True)

    def _again(self, caller: Caller) -> None:
        if not caller.final:
            self._send(caller, "INVITE", 1, sdp=True)

    def _send(
        self,
        caller: Caller,
        method: str,
        number: int,
        *,
        to: str = "",
        own_branch: bool = False,
        sdp: bool = False,
    ) -> None:
        us, them = f"{self._address}:{self._port}", f"{self._sip.host}:{self._sip.port}"
        branch = f"z9hG4bK{caller.call_id}{method if own_branch else ''}"
        body = ""
        if sdp:
            body = f"v=0\r\no=- 1 1 IN IP4 {self._address}\r\ns=-\r\nc=IN IP4 {self._address}\r\nt=0 0\r\n"
            body += "m=audio 9000 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
        lines = [
            f"{method} sip:{self._sip.did}@{them} SIP/2.0",
            f"Via: SIP/2.0/UDP {us};branch={branch}",
            f"From: <sip:13800001234@{self._address}>;tag={caller.call_id}",
            f"To: {to or f'<sip:{self._sip.did}@{them}>'}",
            f"Call-ID: {caller.call_id}",
            f"CSeq: {number} {method}",
            f"Contact: <sip:storm@{us}>",
            "Max-Forwards: 70",
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        message = "\r\n".join(lines) + "\r\n\r\n" + body
        self._transport.sendto(message.encode(), (self._sip.host, self._sip.port))
