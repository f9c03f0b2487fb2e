"""Is every address this instance is about to listen on free, and if not, who holds it?"""

from __future__ import annotations

import errno
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.settings import Settings
from core.trunks import SipTrunk
from hotline.refusal import Refusal

#: Fewer free RTP ports than this and calls would fail (a call uses four).
LEAST_RTP_PORTS = 40


@dataclass(frozen=True)
class Listen:
    """An address a part listens on, and the setting that moves it."""

    setting: str
    kind: str
    host: str
    port: int

    def bind(self) -> None:
        """Take the address and let it go.

        Raises:
            OSError: it cannot be taken.
        """
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        kind = socket.SOCK_STREAM if self.kind == "TCP" else socket.SOCK_DGRAM
        with socket.socket(family, kind) as probe:
            if self.kind == "TCP":  # a port in TIME_WAIT is free to a server
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((self.host, self.port))


def listens(settings: Settings) -> list[Listen]:
    """Everything one instance listens on, besides the range of RTP ports."""
    s = settings
    transports = {trunk.transport for trunk in s.trunk_table.values() if isinstance(trunk, SipTrunk)}
    trunks = [Listen("sip.port", "TCP", s.sip.host, s.sip.port)] if "tcp" in transports else []
    trunks += [Listen("sip.tls_port", "TCP", s.sip.host, s.sip.tls_port)] if "tls" in transports else []
    return [
        Listen("web.port", "TCP", s.web.host, s.web.port),
        Listen("sip.port", "UDP", s.sip.host, s.sip.port),
        Listen("seats.ws_port", "TCP", s.seats.ws_host, s.seats.ws_port),
        Listen("ami.port", "TCP", s.ami.host, s.ami.port),
        Listen("agi.port", "TCP", s.agi.host, s.agi.port),
        Listen("redis.port", "TCP", s.redis.host, s.redis.port),
        *trunks,
    ]


def check(settings: Settings) -> None:
    """
    Raises:
        Refusal: two settings name one port, or a port is taken; every such port is named.
    """
    wanted = listens(settings)
    problems = list(_twice(wanted))
    for listen in wanted:
        try:
            listen.bind()
        except OSError as error:
            problems.append(_problem(listen, error))
    problems += _rtp(settings)
    if problems:
        raise Refusal(" ".join(problems))


def _twice(wanted: list[Listen]) -> Iterator[str]:
    seen: dict[tuple[str, int], Listen] = {}
    for listen in wanted:
        first = seen.setdefault((listen.kind, listen.port), listen)
        if first is not listen and first.host == listen.host:
            yield f"Settings {first.setting} and {listen.setting} both name {listen.kind} port {listen.port}."


def _problem(listen: Listen, error: OSError) -> str:
    where = f"{listen.kind} port {listen.port} on {listen.host} (setting {listen.setting})"
    if error.errno == errno.EADDRINUSE:
        who = holder(listen.kind, listen.port)
        return f"{where} is in use{f' by {who}' if who else ''}; stop that, or choose another port."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{listen.host} is no address of this machine (setting {listen.setting.split('.')[0]}.host)."
    if error.errno == errno.EACCES:
        return f"{where} needs root; choose a port above 1023."
    return f"{where} cannot be used: {error.strerror or error}."


def _rtp(settings: Settings) -> list[str]:
    sip = settings.sip
    if sip.rtp_end - sip.rtp_start < LEAST_RTP_PORTS:
        return [f"Settings sip.rtp_start and sip.rtp_end leave fewer than {LEAST_RTP_PORTS} ports."]
    free = 0
    for port in range(sip.rtp_start, sip.rtp_end + 1):
        try:
            Listen("", "UDP", sip.host, port).bind()
        except OSError:
            continue
        free += 1
        if free == LEAST_RTP_PORTS:
            return []
    return [f"Fewer than {LEAST_RTP_PORTS} of the RTP ports {sip.rtp_start}-{sip.rtp_end} are free."]


def holder(kind: str, port: int) -> str:
    """`name (process 123)` of who holds the port, or "" where the kernel does not tell us."""
    inodes = set(_inodes(kind.lower(), port))
    if not inodes:
        return ""
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and inodes & set(_sockets(process)):
            return f"{_name(process)} (process {process.name})"
    return ""


def _inodes(kind: str, port: int) -> Iterator[str]:
    for table in (f"/proc/net/{kind}", f"/proc/net/{kind}6"):
        try:
            lines = Path(table).read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            # 0A: listening; 07: an unconnected datagram socket
            if fields[1].endswith(f":{port:04X}") and fields[3] in ("0A", "07"):
                yield fields[9]


def _sockets(process: Path) -> Iterator[str]:
    try:
        for entry in (process / "fd").iterdir():
            found = re.fullmatch(r"socket:\[(\d+)\]", str(entry.readlink()))
            if found:
                yield found[1]
    except OSError:
        return


def _name(process: Path) -> str:
    try:
        return (process / "comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return "a process"
