"""The file work of archiving one call: legs → one checked Ogg Opus file. Blocking; runs in a thread."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.errors import HotlineError, NotFoundError
from core.settings import Settings
from recorder import ffmpeg
from recorder.archive import Archive, archive_key
from recorder.failures import DamagedError
from recorder.legs import RATE, Legs, Side, Track, checksum, interleave, open_plain
from recorder.peaks import STEP_S

#: How far the decoded length may be off, in seconds: one Opus frame and a bit.
_LENGTH_TOLERANCE_S = 0.1
_BYTES_PER_SAMPLE_PAIR = 4

#: Called with the name of each step just done; tests kill the process there.
Mark = Callable[[str], None]


class UnfitError(HotlineError):
    """The archive copy is not what was captured; it is written again from the legs."""

    code = "unfit"


@dataclass(frozen=True)
class Facts:
    """What is stored about an archive copy; the field names are the columns'."""

    duration_s: float
    caller_sha256: str
    hotline_sha256: str
    archive_sha256: str
    archive_key: str
    archive_bytes: int
    peaks: dict[str, Any]


def write_archive(settings: Settings, legs: Legs, stop: ffmpeg.StopAsked, mark: Mark) -> Facts:
    """Encode the legs into the archive under the call's own key, in constant memory.

    Raises:
        DamagedError: neither leg holds any audio.
        FfmpegError, LegUnreadableError, OSError: it may work next time.
    """
    if not any(legs.sizes().values()):
        raise DamagedError("neither leg holds any audio")
    archive, key = Archive(settings.archive_dir), archive_key(legs.call_id)
    tracks = {side: Track() for side in Side}
    with archive.unfinished(legs.call_id) as place:
        with place.open("xb") as output:
            mark("encoding")
            ffmpeg.encode(settings, interleave(legs, tracks), output, stop)
            mark("encoded")
            os.fsync(output.fileno())
        mark("synced")
        with open_plain(place) as written:
            total = checksum(written)
            size = os.fstat(written.fileno()).st_size
        if stop():
            raise ffmpeg.StoppedError
        archive.finish(place, key)
    mark("renamed")
    caller, hotline = tracks[Side.CALLER], tracks[Side.HOTLINE]
    return Facts(
        duration_s=max(caller.captured_bytes, hotline.captured_bytes) / RATE,
        caller_sha256=caller.captured.hexdigest(),
        hotline_sha256=hotline.captured.hexdigest(),
        archive_sha256=total,
        archive_key=key,
        archive_bytes=size,
        peaks={"step_s": STEP_S, "caller": caller.peaks.values(), "hotline": hotline.peaks.values()},
    )


def check_archive(settings: Settings, legs: Legs, facts: Facts, stop: ffmpeg.StopAsked) -> None:
    """Read the archive copy back: same bytes, decodes to the end, right length, legs as they were encoded.

    Raises:
        UnfitError: one of these does not hold.
    """
    try:
        with Archive(settings.archive_dir).open(facts.archive_key) as copy:
            if checksum(copy) != facts.archive_sha256:
                raise UnfitError("the archive copy differs from what was written")
            copy.seek(0)
            samples = sum(map(len, ffmpeg.decode(settings, copy, stop))) / _BYTES_PER_SAMPLE_PAIR
    except NotFoundError as error:
        raise UnfitError("the archive copy is gone") from error
    except ffmpeg.FfmpegError as error:
        raise UnfitError(f"the archive copy does not decode: {error}") from error
    if abs(samples / RATE - facts.duration_s) > _LENGTH_TOLERANCE_S:
        raise UnfitError(f"decodes to {samples / RATE:.2f} s, captured were {facts.duration_s:.2f} s")
    if not is_from(legs, facts):
        raise UnfitError("a leg changed after it was encoded")


def is_from(legs: Legs, facts: Facts) -> bool:
    """Whether every leg still in the spool is, byte for byte, one that the archive copy was made from."""
    expected = {Side.CALLER: facts.caller_sha256, Side.HOTLINE: facts.hotline_sha256}
    return all(expected[side] == found for side, found in legs.checksums().items())
