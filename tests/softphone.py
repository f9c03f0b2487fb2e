"""A seat's softphone: baresip, a SIP client that shares no code with Asterisk or SIPp."""

from __future__ import annotations

import asyncio
import json
import tempfile
import wave
from contextlib import suppress
from pathlib import Path

from core.native import command, root_for_tests
from core.settings import Settings
from ivr.prompts.audio import audioop
from tests.carrier import free_udp_port
from tests.ports import free_port
from tests.waiting import poll

#: baresip hangs up when its file ends.
LONGEST_CALL_S = 60
_MODULES = "/usr/lib/baresip/modules"
#: baresip answers a command at once, on a busy machine a little later, and some (hangup) not always.
_ANSWER_S = 2.0


class Softphone:
    """Registers as a seat, answers by itself, speaks a file over and over and keeps what it hears."""

    def __init__(
        self, settings: Settings, extension: str, secret: str, *, address: str = "127.0.0.3"
    ) -> None:
        self._settings, self._extension, self._secret, self._address = settings, extension, secret, address
        self._folder = tempfile.TemporaryDirectory(prefix="hotline-softphone-")
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._control_port = free_port()
        self.folder = Path(self._folder.name)

    async def start(self, speech: bytes, *, answers: bool = True) -> None:
        """Register; `speech` is headerless A-law at 8 kHz."""
        with wave.open(str(self.folder / "speech.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(8000)
            file.writeframes(audioop.alaw2lin(speech, 2) * (1 + LONGEST_CALL_S * 8000 // len(speech)))
        (self.folder / "config").write_text(self._config(), encoding="utf-8")
        mode = ";answermode=auto" if answers else ""
        sip = self._settings.sip
        account = (
            f"<sip:{self._extension}@{sip.host}:{sip.port};transport=udp>;auth_pass={self._secret};regint=60"
        )
        (self.folder / "accounts").write_text(account + f";audio_codecs=pcma{mode}\n", encoding="utf-8")
        (self.folder / "contacts").write_text("", encoding="utf-8")
        root = root_for_tests(self._settings)
        line = command(self._settings, "baresip", "-f", str(self.folder), binds=[self.folder], root=root)
        self.log = (self.folder / "log").open("wb")
        self._process = await asyncio.create_subprocess_exec(
            *line, cwd=self.folder, stdin=asyncio.subprocess.DEVNULL, stdout=self.log, stderr=self.log
        )
        await self._until("registered", "200 OK")

    def _config(self) -> str:
        modules = "account.so", "menu.so", "ctrl_tcp.so", "g711.so", "aufile.so"
        return "\n".join(
            [
                f"sip_listen {self._address}:{free_udp_port(self._address)}",
                f"net_interface {self._address}",
                f"audio_source aufile,{self.folder}/speech.wav",
                f"audio_player aufile,{self.folder}/heard.wav",
                f"audio_alert aufile,{self.folder}/ring.wav",
                "audio_srate 8000",
                "audio_channels 1",
                "ausrc_srate 8000",
                "auplay_srate 8000",
                "rtp_ports 30000-30999",
                f"ctrl_tcp_listen 127.0.0.1:{self._control_port}",
                f"module_path {_MODULES}",
                *(f"module {name}" for name in modules[:1]),
                *(f"module {name}" for name in modules[1:]),
            ]
        )

    async def _until(self, what: str, text: str, seconds: float = 15.0) -> None:
        await poll(lambda: text in self.output(), f"softphone {what}", seconds)

    def output(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    async def command(self, name: str, parameters: str = "") -> None:
        """Press a button of the phone: hangup, accept, dial …"""
        body = f'{{"command":"{name}","params":"{parameters}","token":"t"}}'
        reader, writer = await asyncio.open_connection("127.0.0.1", self._control_port)
        try:
            writer.write(f"{len(body)}:{body},".encode())
            # baresip drops the command when the connection closes before it has been read.
            with suppress(TimeoutError, asyncio.IncompleteReadError):
                async with asyncio.timeout(_ANSWER_S):
                    while not await _is_answer(reader):
                        pass
            await asyncio.sleep(0.2)  # no hand is quicker
        finally:
            writer.close()

    async def log_in(self) -> None:
        """Join the queue by dialling *11."""
        await self.dial("*11")

    async def dial(self, number: str) -> None:
        """Dial, and wait until the other side has hung up."""
        sip = self._settings.sip
        before = self.output().count("terminated")
        await self.command("dial", f"sip:{number}@{sip.host}:{sip.port}")
        await poll(lambda: self.output().count("terminated") > before, "the softphone's call is over")

    def heard(self) -> bytes:
        """What it heard in its last call, 16-bit linear at 8 kHz. Read it after the call."""
        with wave.open(str(self.folder / "heard.wav"), "rb") as file:
            return file.readframes(file.getnframes())

    async def kill(self) -> None:
        """Gone without a word to anybody, as a machine that loses its power."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def stop(self) -> None:
        await self.kill()
        self.log.close()
        self._folder.cleanup()


async def _is_answer(reader: asyncio.StreamReader) -> bool:
    """Whether the next message is the answer to a command; events come over the same connection."""
    length = int((await reader.readuntil(b":"))[:-1])
    body: dict[str, object] = json.loads(await reader.readexactly(length))
    await reader.readexactly(1)
    return "response" in body
