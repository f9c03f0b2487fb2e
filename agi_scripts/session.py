"""The AGI wire: the only file that knows how Asterisk and a FastAGI server talk."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping

#: Asterisk's own line buffer is 2 KiB.
MAX_LINE = 2048
HEADER_TIMEOUT_S = 5.0
#: Longest any single command may take, seconds; a question may have a whole article read out.
COMMAND_TIMEOUT_S = 120.0
QUESTION_TIMEOUT_S = 900.0
_REPLY = re.compile(r"^(\d{3}) result=(-?\d+)(?: \((.*)\))?(.*)$")


class AgiError(Exception):
    """Asterisk said something an AGI command does not answer with."""


class ChannelGoneError(AgiError):
    """The channel is gone: the caller hung up."""


def quote(value: str) -> str:
    """One argument of an AGI command. Line breaks end a command, so they and NUL become spaces.

    >>> quote('a "b"')
    '"a \\\\"b\\\\""'
    """
    clean = re.sub(r"[\r\n\0]", " ", value)
    return '"' + clean.replace("\\", "\\\\").replace('"', '\\"') + '"'


async def read_header(reader: asyncio.StreamReader) -> dict[str, str]:
    """The `agi_…` lines Asterisk opens with, without the prefix. Empty when the peer just went away.

    Raises:
        TimeoutError: they did not arrive within HEADER_TIMEOUT_S.
        AgiError: a line is too long.
    """
    header: dict[str, str] = {}
    async with asyncio.timeout(HEADER_TIMEOUT_S):
        while True:
            try:
                line = (await reader.readline()).decode("utf-8", "replace")
            except ValueError as error:
                raise AgiError("header line too long") from error
            if not line.endswith("\n"):
                return {}
            name, separator, value = line.strip().partition(":")
            if not separator:
                return header
            header[name.removeprefix("agi_")] = value.strip()


class AgiSession:
    """One call's conversation with Asterisk."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, header: Mapping[str, str]
    ) -> None:
        self._reader, self._writer = reader, writer
        self.header = header

    @property
    def script(self) -> str:
        """Which handler the dialplan asked for: the path of `agi://…/inbound`."""
        return self.header.get("network_script", "").split("?")[0]

    async def command(self, line: str, timeout_s: float | None = None) -> tuple[int, str]:
        """Send one command; returns (result, the text in brackets).

        Args:
            timeout_s: None: COMMAND_TIMEOUT_S.

        Raises:
            ChannelGoneError: the caller hung up, or Asterisk closed the connection.
            AgiError: the command is not valid or too long.
        """
        if len(line.encode()) >= MAX_LINE:
            raise AgiError(f"command of {len(line)} characters is too long")
        self._writer.write(line.encode() + b"\n")
        try:
            async with asyncio.timeout(timeout_s or COMMAND_TIMEOUT_S):
                await self._writer.drain()
                reply = await self._reply()
        except (ConnectionError, TimeoutError) as error:
            raise ChannelGoneError(str(error)) from error
        match = _REPLY.match(reply)
        if not match:
            raise ChannelGoneError("channel is dead") if reply.startswith("511") else AgiError(reply)
        return int(match[2]), match[3] or ""

    async def _reply(self) -> str:
        while True:
            line = await self._line()
            if line == "HANGUP":
                continue
            if line.startswith("520-"):
                while not line.startswith("520 "):
                    line = await self._line()
            return line

    async def _line(self) -> str:
        try:
            line = (await self._reader.readline()).decode("utf-8", "replace")
        except ValueError as error:
            raise AgiError("reply line too long") from error
        if not line:
            raise ChannelGoneError("connection closed")
        return line.strip()

    async def set_variable(self, name: str, value: str) -> None:
        await self.command(f"SET VARIABLE {name} {quote(value)}")

    async def value(self, expression: str) -> str:
        """What a dialplan expression such as `${HL_QUEUE}` comes to; '' for nothing."""
        return (await self.command(f"GET FULL VARIABLE {quote(expression)}"))[1]

    async def execute(self, application: str, arguments: str) -> None:
        """Run a dialplan application."""
        await self.command(f"EXEC {application} {quote(arguments)}")

    async def wait_for_digit(self, seconds: float) -> str:
        """Wait for one key; '' when none came."""
        result, _ = await self.command(f"WAIT FOR DIGIT {int(seconds * 1000)}")
        if result < 0:
            raise ChannelGoneError("hang-up while waiting for a key")
        return chr(result) if result else ""

    async def read_keys(self, files: str, seconds: float, most: int) -> str:
        """Play `files` (joined by &), then take up to `most` keys, ended by # or by silence of `seconds`.

        Returns the keys; # is among them only when it is the only one.
        """
        arguments = f"HL_KEY,{files},{most},e,1,{seconds:.3f}"
        result, _ = await self.command(f"EXEC Read {quote(arguments)}", QUESTION_TIMEOUT_S)
        if result == -1:
            raise ChannelGoneError("hang-up during a prompt")
        if result < 0:
            raise AgiError("the switch has no Read()")
        return await self.value("${HL_KEY}")
