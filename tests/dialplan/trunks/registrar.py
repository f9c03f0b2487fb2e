"""A carrier's registrar: asks for the password, and lets in who knows it."""

from __future__ import annotations

import asyncio
import hashlib
import re
from typing import Any

REALM, NONCE = "carrier", "made-up-nonce"


class Registrar(asyncio.DatagramProtocol):
    """Answers REGISTER; `let_in` is set once somebody has shown that they know the password."""

    def __init__(self, user: str, password: str) -> None:
        self._user, self._password = user, password
        self._transport: Any = None
        self.let_in = asyncio.Event()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        text = data.decode()
        if not text.startswith("REGISTER"):
            return
        kept = ("via:", "from:", "to:", "call-id:", "cseq:", "contact:")
        rows = [row for row in text.split("\r\n") if row.lower().startswith(kept)]
        if self._knows_the_password(text):
            self.let_in.set()
            first, more = "SIP/2.0 200 OK", "Expires: 600"
        else:
            first = "SIP/2.0 401 Unauthorized"
            more = f'WWW-Authenticate: Digest realm="{REALM}", nonce="{NONCE}", algorithm=MD5'
        self._transport.sendto("\r\n".join([first, *rows, more, "Content-Length: 0", "", ""]).encode(), addr)

    def _knows_the_password(self, text: str) -> bool:
        given = re.search(r'uri="([^"]*)".*?response="([0-9a-f]{32})"', text)
        if given is None:
            return False
        who = _md5(f"{self._user}:{REALM}:{self._password}")
        return given[2] == _md5(f"{who}:{NONCE}:{_md5(f'REGISTER:{given[1]}')}")

    def close(self) -> None:
        self._transport.close()


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
