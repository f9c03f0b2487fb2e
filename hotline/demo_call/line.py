"""The demo caller's ear, mouth and keypad: A-law RTP and RFC 4733 digits on one UDP socket."""

from __future__ import annotations

import asyncio
import secrets
import struct
from typing import Any, cast

#: 20 ms of A-law at 8 kHz.
FRAME = 160
FRAME_S = 0.02
ALAW, TELEPHONE_EVENT = 8, 101
_SILENCE = bytes([0xD5]) * FRAME
_VERSION, _MARKER = 0x80, 0x80
#: A digit is held this many frames, and its end is told three times (RFC 4733 section 2.5.1.4).
_DIGIT_FRAMES, _DIGIT_ENDS, _DIGIT_VOLUME = 8, 3, 10
_KEYS = "0123456789*#"

Address = tuple[str | Any, int]


class Line(asyncio.DatagramProtocol):
    """One caller's media. Sends without a gap from the first packet heard until `hang_up`."""

    def __init__(self) -> None:
        self._transport: asyncio.DatagramTransport | None = None
        self._remote: Address | None = None
        self._sender: asyncio.Task[None] | None = None
        self._frames: asyncio.Queue[tuple[int, bytes, bool]] = asyncio.Queue()
        self._sequence, self._clock, self._source = (
            secrets.randbits(15),
            secrets.randbits(31),
            secrets.randbits(32),
        )
        self._digit_clock = 0
        #: Bytes of A-law heard so far; 8000 are a second.
        self.heard = 0
        self._more = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)  # asyncio's own is no subclass of it

    def datagram_received(self, data: bytes, addr: Address) -> None:
        if len(data) <= 12 or data[1] & 0x7F != ALAW:
            return
        self.heard += len(data) - 12
        self._more.set()
        if self._remote is None:
            self._remote = addr
            self._sender = asyncio.create_task(self._send())

    @property
    def port(self) -> int:
        """The UDP port media is received on."""
        assert self._transport is not None  # noqa: S101 - for the type checker
        return int(self._transport.get_extra_info("sockname")[1])

    async def hear(self, amount: int, within_s: float) -> None:
        """Return when `amount` bytes more than now have been heard.

        Raises:
            TimeoutError: they were not, within `within_s` seconds.
        """
        enough = self.heard + amount
        async with asyncio.timeout(within_s):
            while self.heard < enough:
                self._more.clear()
                await self._more.wait()

    async def say(self, alaw: bytes) -> None:
        """Speak; returns when the last word is on the wire."""
        for start in range(0, len(alaw), FRAME):
            frame = alaw[start : start + FRAME]
            self._frames.put_nowait((ALAW, frame + _SILENCE[len(frame) :], False))
        await self._frames.join()

    async def press(self, key: str) -> None:
        """Press one key of the telephone; returns when it is let go."""
        for number in range(_DIGIT_FRAMES + _DIGIT_ENDS):
            held = min(number + 1, _DIGIT_FRAMES)
            end = _MARKER if number >= _DIGIT_FRAMES else 0
            body = struct.pack("!BBH", _KEYS.index(key), end | _DIGIT_VOLUME, held * FRAME)
            self._frames.put_nowait((TELEPHONE_EVENT, body, number == 0))
        await self._frames.join()

    async def hang_up(self) -> None:
        """Stop sending and close the socket."""
        if self._sender is not None:
            self._sender.cancel()
            await asyncio.wait([self._sender])
        if self._transport is not None:
            self._transport.close()

    async def _send(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            if self._frames.empty():
                self._packet(ALAW, _SILENCE, first=False)
            else:
                self._packet(*self._frames.get_nowait())
                self._frames.task_done()
            due += FRAME_S
            await asyncio.sleep(max(0.0, due - loop.time()))

    def _packet(self, kind: int, body: bytes, first: bool) -> None:
        assert self._transport is not None  # noqa: S101 - for the type checker
        self._sequence = (self._sequence + 1) & 0xFFFF
        self._clock = (self._clock + FRAME) & 0xFFFFFFFF
        if first:
            self._digit_clock = self._clock
        clock = self._digit_clock if kind == TELEPHONE_EVENT else self._clock
        marked = kind | (_MARKER if first else 0)
        header = struct.pack("!BBHII", _VERSION, marked, self._sequence, clock, self._source)
        self._transport.sendto(header + body, self._remote)


async def open_line(address: str) -> Line:
    """A line that receives on a free port of `address`.

    Raises:
        OSError: `address` is not one of this machine's.
    """
    loop = asyncio.get_running_loop()
    _, line = await loop.create_datagram_endpoint(Line, local_addr=(address, 0))
    return line
