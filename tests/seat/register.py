"""Registers as a seat over UDP from any address: a stranger who guesses passwords, or a phone."""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
from typing import Any

from core.settings import Settings

#: An answer comes at once, or none does.
_WAIT_S = 2.0


class _Socket(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.messages: asyncio.Queue[str] = asyncio.Queue()

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.messages.put_nowait(data.decode(errors="replace"))


async def register(settings: Settings, address: str, user: str, secret: str) -> int:
    """Status of a REGISTER of `user` from `address` with the password `secret`; 0: no answer."""
    loop = asyncio.get_running_loop()
    transport, socket = await loop.create_datagram_endpoint(_Socket, local_addr=(address, 0))
    try:
        host, port = transport.get_extra_info("sockname")
        target = (settings.sip.host, settings.sip.port)
        ask = _Ask(user, f"{host}:{port}", settings.sip.host)
        transport.sendto(ask.text(1).encode(), target)
        challenge = await _answer(socket)
        if not challenge.startswith("SIP/2.0 401"):
            return _status(challenge)
        transport.sendto(ask.text(2, _digest(user, secret, challenge)).encode(), target)
        return _status(await _answer(socket))
    finally:
        transport.close()


class _Ask:
    def __init__(self, user: str, contact: str, host: str) -> None:
        self._user, self._contact, self._host, self._id = user, contact, host, secrets.token_hex(8)

    def text(self, cseq: int, authorization: str = "") -> str:
        who = f"<sip:{self._user}@{self._host}>"
        lines = [
            f"REGISTER sip:{self._host} SIP/2.0",
            f"Via: SIP/2.0/UDP {self._contact};branch=z9hG4bK{self._id}{cseq};rport",
            "Max-Forwards: 70",
            f"To: {who}",
            f"From: {who};tag={self._id}",
            f"Call-ID: {self._id}",
            f"CSeq: {cseq} REGISTER",
            f"Contact: <sip:{self._user}@{self._contact}>;expires=60",
            *([f"Authorization: {authorization}"] if authorization else []),
            "Content-Length: 0",
        ]
        return "\r\n".join(lines) + "\r\n\r\n"


def _digest(user: str, secret: str, challenge: str) -> str:
    found = dict(re.findall(r'(realm|nonce|opaque)="([^"]*)"', challenge))
    uri, cnonce, count = "sip:hotline", secrets.token_hex(4), "00000001"

    def md5(*parts: str) -> str:
        return hashlib.md5(":".join(parts).encode()).hexdigest()  # noqa: S324 - SIP digest, RFC 2617

    keys = md5(user, found["realm"], secret), md5("REGISTER", uri)
    response = md5(keys[0], found["nonce"], count, cnonce, "auth", keys[1])
    opaque = f', opaque="{found["opaque"]}"' if "opaque" in found else ""
    return (
        f'Digest username="{user}", realm="{found["realm"]}", nonce="{found["nonce"]}", uri="{uri}", '
        f'response="{response}", algorithm=MD5, qop=auth, cnonce="{cnonce}", nc={count}{opaque}'
    )


async def _answer(socket: _Socket) -> str:
    """The next answer that is final; empty: none in time."""
    try:
        async with asyncio.timeout(_WAIT_S):
            while True:
                message = await socket.messages.get()
                if message.startswith("SIP/2.0") and not message.startswith("SIP/2.0 1"):
                    return message
    except TimeoutError:
        return ""


def _status(message: str) -> int:
    return int(message.split(" ")[1]) if message else 0
