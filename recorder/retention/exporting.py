"""Copies that leave the house: each carries its taker's name, the time and a code of its own in its metadata.

The copy is written to a file without a name: whatever ends the process, nothing plain is left on the disk.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from tempfile import TemporaryFile
from typing import IO, BinaryIO, cast

from core.clock import CHINA
from core.settings import Settings
from recorder import ffmpeg, playback
from recorder.codecs import CODECS
from recorder.legs import RATE
from recorder.tables import Recording

#: No letter or digit that is read wrongly: 0/O, 1/I.
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_PIECE = 1 << 20


class Wanted(StrEnum):
    """What sort of copy."""

    ORIGINAL = "original"  #: 原格式: the archive's own codec, not encoded again
    WAV = "wav"  #: WAV: for those who have no player for the archive's


@dataclass(frozen=True)
class Stamp:
    """The watermark (水印)."""

    #: `EX-` and twelve letters.
    code: str
    #: Display name and user name of who takes the copy.
    taker: str
    at: datetime
    product: str = "12319 热线"

    def words(self, call_id: str) -> dict[str, str]:
        """The metadata, by names that Ogg, FLAC and WAV all know."""
        local = f"{self.at.astimezone(CHINA):%Y-%m-%d %H:%M:%S %z}"
        return {
            "title": f"{call_id} {self.code}",
            "artist": self.taker,
            "date": local,
            "copyright": self.product,
            "comment": f"导出编号 {self.code}；导出人 {self.taker}；导出时间 {local}；通话 {call_id}",
        }


@dataclass(frozen=True)
class Copy:
    """The finished copy; `file` is open for reading, and gone when it is closed."""

    file: BinaryIO
    size: int
    sha256: str
    #: ogg, flac or wav
    suffix: str
    content_type: str


def new_code() -> str:
    """A code nobody can guess."""
    return "EX-" + "".join(secrets.choice(_LETTERS) for _ in range(12))


def copy_out(settings: Settings, recording: Recording, stamp: Stamp, wanted: Wanted) -> Copy:
    """Write the stamped copy, in constant memory. Blocking.

    Raises:
        NotFoundError, StoreUnavailableError, WrongKeyError, TamperedError: as `playback.open_audio`.
        FfmpegError: the audio is not whole.
    """
    codec = CODECS["wav" if wanted is Wanted.WAV else recording.codec]
    arguments = ["-map_metadata", "-1", "-fflags", "+bitexact"]
    for name, value in stamp.words(recording.call_id).items():
        arguments += ["-metadata", f"{name}={_plain(value)}"]
    how = ["-c:a", "pcm_s16le", "-ar", str(RATE)] if wanted is Wanted.WAV else ["-c:a", "copy"]
    settings.paths.state.mkdir(parents=True, exist_ok=True)
    output = TemporaryFile(dir=settings.paths.state)  # noqa: SIM115 - the reader of the copy closes it
    try:
        with playback.open_audio(settings, recording) as audio:
            ffmpeg.rewrite(settings, audio, [*arguments, *how, "-f", codec.suffix], output, lambda: False)
        return Copy(
            file=cast(BinaryIO, output),
            size=os.fstat(output.fileno()).st_size,
            sha256=_sum(output),
            suffix=codec.suffix,
            content_type=codec.content_type,
        )
    except BaseException:
        output.close()
        raise


def _plain(value: str) -> str:
    """Without line breaks and other control characters: they would end a tag."""
    return "".join(one for one in value if one.isprintable())


def _sum(file: IO[bytes]) -> str:
    total = sha256()
    for piece in _pieces(file):
        total.update(piece)
    return total.hexdigest()


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(_PIECE):
        yield piece
