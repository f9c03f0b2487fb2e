"""Ports for tests: below those the kernel gives to outgoing connections, and never the same one twice.

A port the kernel picks can be taken by anybody's outgoing connection before the server under test binds it.
"""

from __future__ import annotations

import itertools
import os
import socket

#: Worker of pytest-xdist, `gw0`, `gw1` …: each has a block of its own, so that two never choose alike.
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_FIRST, _BLOCK = 12_000, 2_000
_begin = _FIRST + _WORKER % 4 * _BLOCK
#: Two test runs side by side share the block; they begin at different places of it.
_skipped = os.getpid() * 131 % _BLOCK
_numbers = itertools.cycle([*range(_begin + _skipped, _begin + _BLOCK), *range(_begin, _begin + _skipped)])
#: An instance needs a thousand for sound; instances of one worker may share, Asterisk then takes the next.
RTP_PORTS = 1_000
#: Above what `tests/hotline/test_ports.py` plays with.
RTP_START = _FIRST + 4 * _BLOCK + 200 + _WORKER % 4 * 3 * RTP_PORTS


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM, address: str = "127.0.0.1") -> int:
    """A port of `address` nobody has just now."""
    for port in itertools.islice(_numbers, _BLOCK):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind((address, port))
            except OSError:
                continue
            return port
    raise AssertionError(f"no port of {address} is free in this worker's block")
