"""Sound files in and out of the API."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from core.errors import HotlineError, NotFoundError
from ivr.house.sounds import as_wav
from web.api.route import Ask
from web.guard import TooLargeError

WAV = "audio/wav"
_MIB = 1024 * 1024


class SoundOnlyError(HotlineError):
    """The body must be a sound file, content type audio/…"""

    code, status = "sound_only", 415


async def uploaded(ask: Ask) -> bytes:
    """The sound file of the body.

    Raises:
        SoundOnlyError: it says it is something else.
        TooLargeError: more than the setting `house.upload_max_mib`.
    """
    if not ask.request.content_type.startswith("audio/"):
        raise SoundOnlyError
    limit = ask.services.settings.house.upload_max_mib * _MIB
    if (ask.request.content_length or 0) > limit:
        raise TooLargeError
    data = bytearray()
    async for piece in ask.request.content.iter_chunked(1 << 16):
        data += piece
        if len(data) > limit:
            raise TooLargeError
    return bytes(data)


def played(file: Path) -> web.Response:
    """A headerless A-law file as WAV.

    Raises:
        NotFoundError: it is gone.
    """
    try:
        alaw = file.read_bytes()
    except FileNotFoundError as error:
        raise NotFoundError("录音文件不见了。") from error
    headers = {"Cache-Control": "private, no-store"}
    return web.Response(body=as_wav(alaw), content_type=WAV, headers=headers)
