"""A browser seat registers over the WebSocket, as JsSIP does; the desk page itself comes later."""

from __future__ import annotations

import hashlib
import re

import aiohttp

from tests.instance import HotlineInstance

NAME = "browser.invalid"


def register_request(user: str, cseq: int, authorization: str = "") -> str:
    lines = [
        f"REGISTER sip:{NAME} SIP/2.0",
        f"Via: SIP/2.0/WS {NAME};branch=z9hG4bKws{cseq}{user}",
        "Max-Forwards: 70",
        f"To: <sip:{user}@{NAME}>",
        f"From: <sip:{user}@{NAME}>;tag=ws",
        f"Call-ID: ws-{user}",
        f"CSeq: {cseq} REGISTER",
        f"Contact: <sip:{user}@{NAME};transport=ws>;expires=60",
        *([f"Authorization: {authorization}"] if authorization else []),
        "Content-Length: 0",
    ]
    return "\r\n".join(lines) + "\r\n\r\n"


def digest(user: str, secret: str, challenge: str) -> str:
    realm, nonce = (re.search(rf'{name}="([^"]*)"', challenge)[1] for name in ("realm", "nonce"))  # type: ignore[index]
    uri, cnonce, count = f"sip:{NAME}", "abcd", "00000001"

    def md5(*parts: str) -> str:
        return hashlib.md5(":".join(parts).encode()).hexdigest()  # noqa: S324 - SIP digest, RFC 2617

    answer = md5(md5(user, realm, secret), nonce, count, cnonce, "auth", md5("REGISTER", uri))
    return (
        f'Digest username="{user}", realm="{realm}", nonce="{nonce}", uri="{uri}", response="{answer}", '
        f'algorithm=MD5, qop=auth, cnonce="{cnonce}", nc={count}'
    )


async def _try(hotline: HotlineInstance, secret: str) -> str:
    seats = hotline.settings.seats
    url = f"ws://{seats.ws_host}:{seats.ws_port}/ws"
    async with aiohttp.ClientSession() as client, client.ws_connect(url, protocols=["sip"]) as socket:
        await socket.send_str(register_request("1001w", 1))
        challenge = await socket.receive_str(timeout=5)
        assert challenge.startswith("SIP/2.0 401"), challenge
        await socket.send_str(register_request("1001w", 2, digest("1001w", secret, challenge)))
        while True:  # the switch may ask whether we are there before it answers
            message = await socket.receive_str(timeout=10)
            if message.startswith("SIP/2.0"):
                return message.splitlines()[0]


async def test_seat_registers_over_the_websocket(hotline: HotlineInstance) -> None:
    assert await _try(hotline, await hotline.seat_secret("1001")) == "SIP/2.0 200 OK"


async def test_wrong_secret_is_refused(hotline: HotlineInstance) -> None:
    assert (await _try(hotline, "not-the-secret")).startswith("SIP/2.0 401")
