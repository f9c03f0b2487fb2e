"""Sending parts of something that can be read at any place (RFC 9110, 14: Range, If-Range, 206, 416, HEAD).

Sources are files, vaults or object stores, and block: they are read in threads of their own, a piece at a
time, so that many listeners share one process and none of them holds more than a piece in memory.
"""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from threading import Lock
from typing import BinaryIO, ParamSpec

import structlog
from aiohttp import hdrs, web
from multidict import CIMultiDict

from core.errors import HotlineError

#: Bytes read and sent at a time.
PIECE = 1 << 16
_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")
#: Not the loop's own pool: a store that is slow must not keep anything but its listeners waiting.
_POOL = ThreadPoolExecutor(max_workers=12, thread_name_prefix="listeners")

P = ParamSpec("P")
log = structlog.get_logger()


class UnsatisfiableError(Exception):
    """No such part: 416."""


class Source:
    """Something open for reading, for one listener. A lock keeps closing out of a read that still runs."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._lock = file, Lock()
        self.size = file.seek(0, io.SEEK_END)

    async def read(self, at: int, length: int) -> bytes:
        """`length` bytes at `at`; fewer at the end."""
        return await asyncio.get_running_loop().run_in_executor(_POOL, self._read, at, length)

    def _read(self, at: int, length: int) -> bytes:
        with self._lock:
            self._file.seek(at)
            return self._file.read(length)

    def close(self) -> None:
        with self._lock:
            self._file.close()


@asynccontextmanager
async def opened(opener: Callable[P, BinaryIO], *args: P.args, **options: P.kwargs) -> AsyncIterator[Source]:
    """What `opener` opens, in a thread, and closed at the end of the block.

    Raises:
        Whatever `opener` raises.
    """
    loop = asyncio.get_running_loop()
    opening = loop.run_in_executor(_POOL, lambda: Source(opener(*args, **options)))
    try:
        source = await asyncio.shield(opening)
    except asyncio.CancelledError:  # the listener went away; the thread cannot be called back
        opening.add_done_callback(_close_opened)
        raise
    try:
        yield source
    finally:
        await asyncio.shield(loop.run_in_executor(_POOL, source.close))


def _close_opened(opening: asyncio.Future[Source]) -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()


def part_of(wanted: str, size: int) -> tuple[int, int]:
    """First byte, and the one behind the last, of what the header `Range` asks for.

    Raises:
        UnsatisfiableError: several parts, none of `size` bytes, or no such header.
    """
    match = _RANGE.fullmatch(wanted.strip())
    if not match or not any(match.groups()):
        raise UnsatisfiableError
    first, last = match.groups()
    if not first:
        begin, end = max(0, size - int(last)), size
    else:
        begin, end = int(first), min(int(last) + 1, size) if last else size
    if begin >= end or (last and first and int(last) < int(first)):
        raise UnsatisfiableError
    return begin, end


async def send(
    request: web.Request, source: Source, content_type: str, headers: Mapping[str, str]
) -> web.StreamResponse:
    """Answer with the part of `source` that is asked for, or with all of it.

    An `ETag` among `headers` is what `If-Range` is compared with: a part of what has changed since would be
    of no use, so all of it is sent.
    """
    wanted = request.headers.get(hdrs.RANGE, "")
    if_range = request.headers.get(hdrs.IF_RANGE)
    # Names of headers are compared without their case: aiohttp writes `Etag`.
    more = CIMultiDict({**headers, hdrs.ACCEPT_RANGES: "bytes", hdrs.CONTENT_TYPE: content_type})
    if if_range is not None and if_range != more.get(hdrs.ETAG):
        wanted = ""
    try:
        begin, end = part_of(wanted, source.size) if wanted else (0, source.size)
    except UnsatisfiableError:
        del more[hdrs.CONTENT_TYPE]
        more[hdrs.CONTENT_RANGE] = f"bytes */{source.size}"
        return web.Response(status=416, headers=more)
    if wanted:
        more[hdrs.CONTENT_RANGE] = f"bytes {begin}-{end - 1}/{source.size}"
    response = web.StreamResponse(status=206 if wanted else 200, headers=more)
    response.content_length = end - begin
    if request.method == hdrs.METH_HEAD:
        await response.prepare(request)
        return response
    first = await source.read(begin, min(PIECE, end - begin))  # what fails here still becomes an answer
    await response.prepare(request)
    await _stream(request, response, source, first, begin, end)
    return response


async def _stream(
    request: web.Request, response: web.StreamResponse, source: Source, piece: bytes, at: int, end: int
) -> None:
    """The body. A source that fails in the middle cuts the connection: half an answer never looks whole."""
    try:
        while piece:
            await response.write(piece)
            at += len(piece)
            piece = await source.read(at, min(PIECE, end - at)) if at < end else b""
        await response.write_eof()
    except HotlineError as error:
        log.error("a recording cannot be read on; the listener is cut off", why=str(error), at=at)
        if request.transport is not None:
            request.transport.abort()
