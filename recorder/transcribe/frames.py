"""How the part `transcriber` and its recognisers' processes talk: lengths and bodies through pipes.

To a recogniser goes what we made ourselves, pickled; back comes JSON, because behind it is native code that
may have run wild.
"""

from __future__ import annotations

import json
import pickle
import struct
from asyncio import IncompleteReadError, StreamReader
from dataclasses import dataclass
from typing import Any, BinaryIO

from core.settings import Settings
from recorder.transcribe.models import FoundModel
from recorder.transcribe.protocol import TranscribeError

_LENGTH = struct.Struct(">I")


@dataclass(frozen=True)
class Start:
    """The first message: load this model."""

    settings: Settings
    found: FoundModel
    #: Words of the trade (业务词) the model should know.
    phrases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Job:
    """Hear the recording with these columns."""

    columns: dict[str, Any]


def packed(message: Start | Job) -> bytes:
    body = pickle.dumps(message)
    return _LENGTH.pack(len(body)) + body


def read(pipe: BinaryIO) -> Start | Job | None:
    """The next message; None at the end."""
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    message = pickle.loads(pipe.read(_LENGTH.unpack(head)[0]))  # noqa: S301 - from our own parent
    return message if isinstance(message, Start | Job) else None


def answer(pipe: BinaryIO, body: dict[str, Any]) -> None:
    text = json.dumps(body, ensure_ascii=False).encode()
    pipe.write(_LENGTH.pack(len(text)) + text)
    pipe.flush()


async def read_answer(pipe: StreamReader) -> dict[str, Any]:
    """
    Raises:
        TranscribeError: the process ended, or what it said makes no sense.
    """
    try:
        length = _LENGTH.unpack(await pipe.readexactly(_LENGTH.size))[0]
        body = json.loads(await pipe.readexactly(length))
    except IncompleteReadError as error:
        raise TranscribeError("the recogniser's process ended") from error
    except ValueError as error:
        raise TranscribeError("the recogniser's process said something that makes no sense") from error
    if not isinstance(body, dict):
        raise TranscribeError("the recogniser's process said something that makes no sense")
    return body
