"""Asterisk's side of FastAGI, for tests: calls in, answers commands, keeps what it was told."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Callable
from contextlib import suppress

#: A command, split into words → the line(s) Asterisk answers, None: it closes the connection.
Answer = Callable[[list[str]], str | None]
OK = "200 result=0"


class FakeAsterisk:
    """One call. Keys are pressed during prompts, one a prompt or wait, '' for none."""

    def __init__(
        self,
        port: int,
        keys: list[str] | None = None,
        caller: str = "",
        presentation: int = 0,
        *,
        argument: str = "",
        language: str = "zh_CN",
    ) -> None:
        self._port = port
        self._header = f"agi_callerid: {caller or 'unknown'}\nagi_callingpres: {presentation}\n"
        self._header += f"agi_language: {language}\n" + (f"agi_arg_1: {argument}\n" if argument else "")
        self._keys = iter(keys or [])
        self._read_keys = ""
        self.variables: dict[str, str] = {}
        self.events: list[str] = []
        self.played: list[str] = []
        self.commands: list[list[str]] = []

    async def call(self, script: str = "inbound", answer: Answer | None = None) -> None:
        """From the header to the moment the server hangs up."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        header = f"agi_network: yes\nagi_network_script: {script}\nagi_channel: PJSIP/trunk-demo-1\n"
        writer.write(f"{header}{self._header}\n".encode())
        try:
            # A server that closes before it has read our header resets the connection.
            with suppress(ConnectionResetError):
                async with asyncio.timeout(10):
                    await self._talk(reader, writer, answer or self.obey)
        finally:
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: Answer) -> None:
        while line := await reader.readline():
            words = shlex.split(line.decode())
            self.commands.append(words)
            reply = answer(words)
            if reply is None:
                return
            writer.write(reply.encode() + b"\n")

    def obey(self, words: list[str]) -> str:
        """What a living channel does."""
        match words:
            case ["SET", "VARIABLE", name, value]:
                self.variables[name] = value
                return "200 result=1"
            case ["EXEC", "CELGenUserEvent", arguments]:
                self.events.append(arguments)
                return OK
            case ["WAIT", "FOR", "DIGIT", _milliseconds]:
                return self._key()
            case ["EXEC", "Read", arguments]:
                return self._read(*arguments.split(","))
            case ["GET", "FULL", "VARIABLE", "${HL_KEY}"]:
                return f"200 result=1 ({self._read_keys})"
        return "510 Invalid or unknown command"

    def _read(self, variable: str, files: str, most: str, options: str, attempts: str, seconds: str) -> str:
        """Keys up to # or silence; the first one cuts the sounds short at the first of them."""
        assert (variable, options, attempts) == ("HL_KEY", "e", "1")
        assert float(seconds) > 0, "0 would be the switch's own, far longer time"
        names = [file.rsplit("/", 1)[-1] for file in files.split("&") if file]
        digits, key = "", next(self._keys, "")
        self.played += names[:1] if key else names
        while key and key not in ("#", "hangup"):
            digits += key
            key = next(self._keys, "") if len(digits) < int(most) else ""
        self._read_keys = digits or key.removeprefix("hangup")
        return "200 result=-1" if key == "hangup" else OK

    def _key(self) -> str:
        key = next(self._keys, "")
        return "200 result=-1" if key == "hangup" else f"200 result={ord(key) if key else 0}"
