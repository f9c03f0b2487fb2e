"""The carrier's side of a call: SIPp signals, a line of ours speaks, presses keys and hears.

SIPp is the independent judge of the signalling and of times; the media is ours so that a caller can react to
what it hears.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import socket
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from core.native import command
from core.settings import Settings
from hotline.demo_call.line import Line
from tests.ports import free_port
from tests.waiting import poll

CARRIER = "127.0.0.2"
#: Where the hotline's own sound comes from (setting sip.host of the tests).
SWITCH = "127.0.0.1"
RATE_HZ = 8000
PATIENCE_S = 40.0
INFO_AFTER_S = 1.5
_EVENTS = "a=rtpmap:101 telephone-event/8000\na=fmtp:101 0-15\n"


class Ear(Line):
    """A line that keeps what it hears."""

    def __init__(self) -> None:
        super().__init__()
        self.sound = bytearray()

    def datagram_received(self, data: bytes, addr: Any) -> None:
        if len(data) > 12 and data[1] & 0x7F == 8:
            self.sound += data[12:]
        super().datagram_received(data, addr)

    def send_to(self, port: int) -> None:
        """Send sound from now on, as a telephone does from the answer: not only once something was heard."""
        if self._remote is None:
            assert self._transport is not None
            self._remote = (SWITCH, port)
            self._sender = asyncio.create_task(self._send())


def free_udp_port(address: str) -> int:
    return free_port(socket.SOCK_DGRAM, address)


async def wait_for_udp(address: str, port: int, seconds: float = 10.0) -> None:
    """Return when a socket is bound to `address`:`port`."""
    packed = "".join(f"{int(part):02X}" for part in reversed(address.split(".")))
    wanted = f"{packed}:{port:04X}"
    await poll(lambda: wanted in Path("/proc/net/udp").read_text(), f"{address}:{port} is bound", seconds)


class PhoneCall:
    """One call as the caller lives it."""

    def __init__(self, line: Ear, sipp: asyncio.subprocess.Process, folder: Path) -> None:
        self.line, self._sipp, self._folder = line, sipp, folder

    async def hear(self, seconds: float) -> None:
        """Listen to `seconds` more of sound."""
        await self.line.hear(int(seconds * RATE_HZ), seconds + PATIENCE_S)

    async def answered(self) -> None:
        """Wait for the answer, and send sound from there on."""
        log = self._folder / "messages.log"
        await poll(lambda: _rtp_port(log) > 0, "the call is answered")
        self.line.send_to(_rtp_port(log))

    async def press(self, keys: str) -> None:
        for key in keys:
            await self.line.press(key)

    async def say(self, alaw: bytes) -> None:
        await self.line.say(alaw)

    async def over(self, seconds: float = PATIENCE_S) -> None:
        """Wait for the end of the call; fails unless SIPp judges that it went as the scenario says."""
        async with asyncio.timeout(seconds):
            output = (await self._sipp.communicate())[0].decode(errors="replace")
        errors = self._folder / "errors.log"
        assert self._sipp.returncode == 0, output[-1500:] + (errors.read_text() if errors.exists() else "")

    @property
    def talk_s(self) -> float:
        """Seconds from 200 OK to BYE, as SIPp measured them."""
        rows = [row for file in self._folder.glob("*_rtt.csv") for row in file.read_text().splitlines()]
        times = [float(row.split(";")[1]) / 1000 for row in rows if re.match(r"^[\d.]+;", row)]
        assert len(times) == 1, rows
        return times[0]


class Callee(PhoneCall):
    """A citizen's phone that the hotline calls."""

    @property
    def rang(self) -> list[str]:
        """`<number dialled> <calling number>` of the call, once the INVITE is there."""
        log = self._folder / "calls.log"
        return log.read_text().split("\n")[:-1] if log.exists() else []


class Carrier:
    """Places calls from `address`, and takes those the hotline places."""

    def __init__(self, settings: Settings, address: str = CARRIER) -> None:
        self._settings, self._address = settings, address

    @asynccontextmanager
    async def dial(
        self,
        *,
        number: str = "12319",
        caller: str = "13800001234",
        who: str = "",
        headers: Sequence[str] = (),
        hang_up_after_s: float = 0.0,
        refused_with: int = 0,
        events: bool = True,
        info_key: str = "",
        ear: Callable[[], Ear] = Ear,
    ) -> AsyncIterator[PhoneCall]:
        """Place one call.

        Args:
            who: a whole name-addr for the From header, instead of the one made from `caller`.
            hang_up_after_s: the caller hangs up this long after the answer; 0: the hotline must, in time.
            refused_with: the final status expected instead of an answer, for example 404.
            events: whether the carrier offers keys as RFC 4733 events.
            info_key: a key told by SIP INFO, INFO_AFTER_S after the answer.
            ear: makes the caller's line, for one that speaks by itself.
        """
        loop = asyncio.get_running_loop()
        _, line = await loop.create_datagram_endpoint(ear, local_addr=(self._address, 0))
        who = who or f"<sip:{caller}@{self._address}>"
        ending = _refusal(refused_with, who) if refused_with else _answered(who, hang_up_after_s, info_key)
        xml = _HEAD + _invite(who, headers, line.port, events) + _PROVISIONAL + ending + "</scenario>\n"
        with tempfile.TemporaryDirectory(prefix="hotline-carrier-") as name:
            folder = Path(name)
            token = secrets.token_hex(6)
            (folder / "call.xml").write_text(xml.replace(_TOKEN, token), encoding="utf-8")
            sipp = await self._sipp(folder, number, token)
            try:
                yield PhoneCall(line, sipp, folder)
            finally:
                if sipp.returncode is None:
                    sipp.kill()
                    await sipp.wait()
                await line.hang_up()

    @asynccontextmanager
    async def called(
        self,
        *,
        answers: bool = True,
        status: int = 0,
        ring_s: float = 0.5,
        hang_up_after_s: float = 0.0,
        ear: Callable[[], Ear] = Ear,
    ) -> AsyncIterator[Callee]:
        """One call the hotline places to anybody.

        Args:
            answers: False: it rings until the hotline gives up.
            status: refuse with this final status, for example 486 busy.
            ring_s: rings this long before it answers or refuses.
            hang_up_after_s: the citizen hangs up this long after the answer; 0: the hotline must.
            ear: makes the citizen's line.
        """
        loop = asyncio.get_running_loop()
        _, line = await loop.create_datagram_endpoint(ear, local_addr=(self._address, 0))
        with tempfile.TemporaryDirectory(prefix="hotline-callee-") as name:
            folder = Path(name)
            xml = _called(line.port, answers, status, ring_s, hang_up_after_s)
            (folder / "call.xml").write_text(xml, encoding="utf-8")
            port = int(self._settings.sip.trunk_contact.rpartition(":")[2])
            logs = ["-trace_logs", "-log_file", str(folder / "calls.log")]
            sipp = await self._run(folder, [*logs], port)
            try:
                await wait_for_udp(self._address, port)
                yield Callee(line, sipp, folder)
            finally:
                if sipp.returncode is None:
                    sipp.kill()
                    await sipp.wait()
                await line.hang_up()

    async def _sipp(self, folder: Path, number: str, token: str) -> asyncio.subprocess.Process:
        sip = self._settings.sip
        options = ["-trace_msg", "-message_file", str(folder / "messages.log")]
        options += ["-s", number, "-cid_str", f"{token}@%s", f"{sip.host}:{sip.port}"]
        return await self._run(folder, options, free_udp_port(self._address))

    async def _run(self, folder: Path, own: Sequence[str], port: int) -> asyncio.subprocess.Process:
        options = ["-i", self._address, "-p", str(port), "-m", "1", "-nostdin"]
        options += ["-trace_rtt", "-rtt_freq", "1", "-trace_err", "-error_file", str(folder / "errors.log")]
        line = ["sipp", "-sf", str(folder / "call.xml"), *options, *own]
        return await asyncio.create_subprocess_exec(
            *command(self._settings, *line, binds=[folder]),
            cwd=folder,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )


#: Stands for something no other call has: in its own process namespace every SIPp has the same pid.
_TOKEN = "@token@"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="caller">\n'
_PROVISIONAL = "".join(f'<recv response="{code}" optional="true"/>\n' for code in (100, 180, 183))


def _rtp_port(messages: Path) -> int:
    """Where the answerer wants its sound, from SIPp's log of messages; 0 before the answer."""
    text = messages.read_text(errors="replace") if messages.exists() else ""
    found = re.search(r"SIP/2\.0 200 .*?m=audio (\d+) ", text, re.DOTALL)
    return int(found[1]) if found else 0


def _message(
    first: str, who: str, cseq: str, extra: Sequence[str] = (), body: str = "", kind: str = "application/sdp"
) -> str:
    to = "To: <sip:[service]@[remote_ip]:[remote_port]>" if cseq.endswith("INVITE") else "[last_To:]"
    lines = [
        f"{first} SIP/2.0",
        f"Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]-{_TOKEN}",
        f"From: {who};tag=t{_TOKEN}",
        to,
        "Call-ID: [call_id]",
        f"CSeq: {cseq}",
        "Contact: <sip:carrier@[local_ip]:[local_port]>",
        "Max-Forwards: 70",
        *extra,
        *([f"Content-Type: {kind}"] if body else []),
        "Content-Length: [len]",
    ]
    retransmit = "" if first.startswith("ACK") else ' retrans="500"'
    return f"<send{retransmit}><![CDATA[\n" + "\n".join(lines) + f"\n\n{body}]]></send>\n"


def _sdp(port: int, events: bool = True) -> str:
    return f"""v=0
o=- 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [local_ip]
t=0 0
m=audio {port} RTP/AVP 8{" 101" if events else ""}
a=rtpmap:8 PCMA/8000
{_EVENTS if events else ""}a=ptime:20
"""


def _invite(who: str, headers: Sequence[str], port: int, events: bool) -> str:
    target = "INVITE sip:[service]@[remote_ip]:[remote_port]"
    return _message(target, who, "1 INVITE", headers, _sdp(port, events))


def _refusal(status: int, who: str) -> str:
    ack = "ACK sip:[service]@[remote_ip]:[remote_port]"
    return f'<recv response="{status}" rrs="true" timeout="30000"/>\n' + _message(ack, who, "1 ACK")


def _answered(who: str, hang_up_after_s: float, info_key: str) -> str:
    start = '<recv response="200" rrs="true" start_rtd="1" timeout="20000"/>\n'
    start += _message("ACK [next_url]", who, "1 ACK")
    if info_key:
        start += f'<pause milliseconds="{int(INFO_AFTER_S * 1000)}"/>\n'
        body = f"Signal={info_key}\nDuration=160\n"
        start += _message("INFO [next_url]", who, "2 INFO", body=body, kind="application/dtmf-relay")
        start += '<recv response="200" timeout="10000"/>\n'
    if hang_up_after_s:
        bye = _message("BYE [next_url]", who, "3 BYE")
        pause = f'<pause milliseconds="{int(hang_up_after_s * 1000)}"/>\n'
        return start + pause + bye + '<recv response="200" rtd="1" timeout="10000"/>\n'
    return start + (
        f'<recv request="BYE" rtd="1" timeout="{int(PATIENCE_S * 2000)}"/>\n<send><![CDATA[\nSIP/2.0 200 OK\n'
        "[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n[last_CSeq:]\n"
        "Content-Length: 0\n\n]]></send>\n"
    )


def _called(port: int, answers: bool, status: int, ring_s: float, hang_up_after_s: float) -> str:
    log = (
        '<action><ereg regexp="sip:([0-9]+)@" search_in="hdr" header="To:" assign_to="to,number"/>'
        '<ereg regexp="sip:([0-9]+)@" search_in="hdr" header="From:" assign_to="from,caller"/>'
        '<ereg regexp=".*" search_in="hdr" header="To:" assign_to="to_all"/>'
        '<ereg regexp=".*" search_in="hdr" header="From:" assign_to="from_all"/>'
        '<log message="[$number] [$caller]"/></action>'
    )
    start = '<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="callee">\n'
    start += f'<recv request="INVITE" rrs="true">{log}</recv>\n'
    start += '<Reference variables="to,from,to_all,from_all"/>\n'
    start += _reply("180 Ringing")
    if not answers:
        cancelled = _reply("200 OK") + _reply("487 Request Terminated", cseq="1 INVITE")
        return start + '<recv request="CANCEL"/>\n' + cancelled + '<recv request="ACK"/>\n</scenario>\n'
    start += f'<pause milliseconds="{int(ring_s * 1000)}"/>\n'
    if status:
        return start + _reply(f"{status} Refused") + '<recv request="ACK"/>\n</scenario>\n'
    start += _reply("200 OK", body=_sdp(port)) + '<recv request="ACK" start_rtd="1"/>\n'
    if hang_up_after_s:
        lines = [
            "BYE [next_url] SIP/2.0",
            # Each SIPp has the same pid: without a token this would repeat the BYE of the one before.
            f"Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]-{secrets.token_hex(6)}",
            "From:[$to_all];tag=callee",
            "To:[$from_all]",
            "[last_Call-ID:]",
            "CSeq: 2 BYE",
            "Max-Forwards: 70",
            "Content-Length: 0",
        ]
        bye = '<send retrans="500"><![CDATA[\n' + "\n".join(lines) + "\n\n]]></send>\n"
        pause = f'<pause milliseconds="{int(hang_up_after_s * 1000)}"/>\n'
        return start + pause + bye + '<recv response="200" rtd="1" timeout="10000"/>\n</scenario>\n'
    end = f'<recv request="BYE" rtd="1" timeout="{int(PATIENCE_S * 2000)}"/>\n' + _reply("200 OK")
    return start + end + "</scenario>\n"


def _reply(first: str, cseq: str = "", body: str = "") -> str:
    lines = [
        f"SIP/2.0 {first}",
        "[last_Via:]",
        "[last_From:]",
        "[last_To:];tag=callee",
        "[last_Call-ID:]",
        f"CSeq: {cseq}" if cseq else "[last_CSeq:]",
        "Contact: <sip:callee@[local_ip]:[local_port]>",
        *(["Content-Type: application/sdp"] if body else []),
        "Content-Length: [len]",
    ]
    return "<send><![CDATA[\n" + "\n".join(lines) + f"\n\n{body}]]></send>\n"
