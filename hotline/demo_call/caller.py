"""One demo caller: SIPp dials from the carrier's address, the line speaks and presses keys."""

from __future__ import annotations

import asyncio
import secrets
import socket
from asyncio.subprocess import DEVNULL, Process
from dataclasses import dataclass
from pathlib import Path

from core import native
from core.settings import Settings
from hotline.demo_call import speech
from hotline.demo_call.line import Line, open_line
from ivr.prompts.sound import RATE_HZ

SCENARIO = Path(__file__).parent / "carrier.xml"
MESSAGE_KEY, END_KEY = "2", "#"
#: Nobody listens longer than this for a sentence to begin or end.
PATIENCE_S = 25.0


class CallFailedError(Exception):
    """The call did not go as it should; the message says at which step."""


@dataclass(frozen=True)
class Told:
    """What the caller's own side measured."""

    spoken_s: float
    heard_s: float


def caller_number() -> str:
    """A made-up mobile number, different for every call."""
    return f"13800{secrets.randbelow(1_000_000):06d}"


def carrier_address(settings: Settings) -> str:
    """Where the demo's carrier calls from: the first single address of a SIP trunk.

    Raises:
        CallFailedError: no trunk has one.
    """
    for address in settings.carrier_addresses:
        if "/" not in address:
            return address
    raise CallFailedError("no SIP trunk has a single address a demo call could come from")


async def call(settings: Settings, number: str) -> Told:
    """Dial the hotline as `number`, choose to leave a message, leave it, and wait to be hung up on.

    Raises:
        CallFailedError: a step did not happen in time, or SIPp judged the call a failure.
    """
    message = await asyncio.to_thread(speech.complaint, settings, number)
    address = carrier_address(settings)
    try:
        line = await open_line(address)
    except OSError as error:
        raise CallFailedError(
            f"{address} (sip.trunk_addresses, or a trunk's addresses) is no address of this machine: {error}"
        ) from None
    dialler = await _dial(settings, address, number, line.port)
    try:
        await _talk(settings, line, message)
        status = await asyncio.wait_for(dialler.wait(), PATIENCE_S)
    except TimeoutError:
        raise CallFailedError("the hotline did not hang up after its goodbye") from None
    finally:
        if dialler.returncode is None:
            dialler.kill()
            await dialler.wait()
        await line.hang_up()
    if status:
        raise CallFailedError(f"SIPp counts the call as failed (status {status})")
    return Told(spoken_s=len(message) / RATE_HZ, heard_s=line.heard / RATE_HZ)


async def _dial(settings: Settings, address: str, number: str, rtp_port: int) -> Process:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((address, 0))
        port = probe.getsockname()[1]
    keys = {"did": settings.sip.did, "caller": number, "rtp_port": str(rtp_port)}
    options = [word for name, value in keys.items() for word in ("-key", name, value)]
    options += ["-sf", str(SCENARIO), "-i", address, "-p", str(port), "-m", "1", "-l", "1", "-nostdin"]
    options += [f"{settings.sip.host}:{settings.sip.port}"]
    line = native.command(settings, "sipp", *options, binds=[SCENARIO.parent])
    return await asyncio.create_subprocess_exec(*line, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL)


async def _talk(settings: Settings, line: Line, message: bytes) -> None:
    length = {path.stem: path.stat().st_size for path in (settings.prompts_dir / "zh_CN").glob("*.alaw")}
    await _hear(line, 1, "nobody answered")
    await _hear(line, length["greeting"] + RATE_HZ // 4, "the greeting broke off")
    await line.press(MESSAGE_KEY)
    await _hear(
        line, length["message-intro"] + length["beep"] + RATE_HZ // 4, "there was no tone to speak after"
    )
    await line.say(message)
    await line.press(END_KEY)
    await line.press(END_KEY)  # the first ends the message, the second keeps it
    await _hear(line, length["message-thanks"] + length["goodbye"] // 2, "there was no goodbye")


async def _hear(line: Line, amount: int, otherwise: str) -> None:
    try:
        await line.hear(amount, amount / RATE_HZ + PATIENCE_S)
    except TimeoutError:
        raise CallFailedError(otherwise) from None
