"""The file work of archiving one call: legs → one checked, sealed object. Blocking; runs in a thread."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import Any

from core.errors import HotlineError, NotFoundError
from core.settings import Settings
from recorder import ffmpeg, playback
from recorder.codecs import codec_of
from recorder.failures import DamagedError
from recorder.legs import RATE, Legs, Side, Track, interleave
from recorder.peaks import STEP_S
from recorder.scratch import scratch
from recorder.storage import open_store
from recorder.storage.keys import object_key
from recorder.streams import SummedOutput, SummedSource, copy, sum_of
from recorder.vault.container import seal
from recorder.vault.errors import TamperedError
from recorder.vault.keys import Keyring, MasterKey

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
    store: str
    codec: str
    audio_sha256: str
    audio_bytes: int
    sealed: bool
    key_id: str
    wrapped_key: str
    peaks: dict[str, Any]


def write_archive(settings: Settings, legs: Legs, stop: ffmpeg.StopAsked, mark: Mark) -> Facts:
    """Encode the legs, seal them and put them into the store under the call's own key, in constant memory.

    Raises:
        DamagedError: neither leg holds any audio.
        WrongKeyError, StoreUnavailableError: nothing was written; for as long as it takes.
        FfmpegError, LegUnreadableError, OSError: it may work next time.
    """
    if not any(legs.sizes().values()):
        raise DamagedError("neither leg holds any audio")
    master = Keyring.of(settings).current() if settings.vault.enabled else None
    store, codec = open_store(settings), codec_of(settings)
    store.probe()  # encoding for a store that is away would be in vain
    key = object_key(legs.call_id, codec.suffix, sealed=master is not None)
    tracks = {side: Track() for side in Side}
    with scratch(settings, legs.call_id) as place, ExitStack() as opened:
        # Without a name: a worker killed in the middle leaves nothing that could be played.
        plain = opened.enter_context(TemporaryFile(dir=place.parent))
        mark("encoding")
        ffmpeg.encode(settings, interleave(legs, tracks), plain, stop)
        mark("encoded")
        plain.seek(0)
        audio = SummedSource(plain, stop)
        with place.open("xb") as output:
            stored = SummedOutput(output)
            wrapping = _keep(audio, stored, legs.call_id, master)
        mark("sealed")
        store.put(key, place, stored.hex)
    mark("stored")
    return Facts(
        **_about(tracks),
        archive_sha256=stored.hex,
        archive_key=key,
        archive_bytes=stored.bytes,
        store=store.name,
        codec=codec.name,
        audio_sha256=audio.hex,
        audio_bytes=audio.bytes,
        sealed=master is not None,
        **wrapping,
    )


def _keep(
    audio: SummedSource, stored: SummedOutput, call_id: str, master: MasterKey | None
) -> dict[str, Any]:
    """Copy `audio` to `stored`, sealed if there is a master key; what the row remembers of the header."""
    if master is None:
        copy(audio, stored)
        return {"key_id": "", "wrapped_key": ""}
    header = seal(audio, stored, call_id, master)
    return {"key_id": header.key_id, "wrapped_key": header.wrapped.hex()}


def _about(tracks: dict[Side, Track]) -> dict[str, Any]:
    """What was learnt of the legs while they streamed by."""
    caller, hotline = tracks[Side.CALLER], tracks[Side.HOTLINE]
    return {
        "duration_s": max(caller.captured_bytes, hotline.captured_bytes) / RATE,
        "caller_sha256": caller.captured.hexdigest(),
        "hotline_sha256": hotline.captured.hexdigest(),
        "peaks": {"step_s": STEP_S, "caller": caller.peaks.values(), "hotline": hotline.peaks.values()},
    }


def check_archive(settings: Settings, legs: Legs, facts: Facts, stop: ffmpeg.StopAsked) -> None:
    """Read the object back: same bytes, opens and decodes to the end, right length, legs still as encoded.

    Raises:
        UnfitError: one of these does not hold.
        WrongKeyError, StoreUnavailableError: it cannot be told now; nothing is to be written over.
    """
    try:
        _check_object(settings, facts, stop)
        with playback.open_copy(settings, legs.call_id, facts) as plain:
            audio = SummedSource(plain, stop)
            samples = sum(map(len, ffmpeg.decode(settings, audio, stop))) / _BYTES_PER_SAMPLE_PAIR
            if audio.hex != facts.audio_sha256:
                raise UnfitError("the audio in the archive copy differs from what was encoded")
    except NotFoundError as error:
        raise UnfitError("the archive copy is gone") from error
    except (ffmpeg.FfmpegError, TamperedError) as error:
        raise UnfitError(f"the archive copy does not decode: {error}") from error
    if abs(samples / RATE - facts.duration_s) > _LENGTH_TOLERANCE_S:
        raise UnfitError(f"decodes to {samples / RATE:.2f} s, captured were {facts.duration_s:.2f} s")
    if not is_from(legs, facts):
        raise UnfitError("a leg changed after it was encoded")


def _check_object(settings: Settings, facts: Facts, stop: ffmpeg.StopAsked) -> None:
    with open_store(settings, facts.store).open(facts.archive_key) as copy:
        if sum_of(copy, stop) != facts.archive_sha256:
            raise UnfitError("the archive copy differs from what was written")


def is_from(legs: Legs, facts: Facts) -> bool:
    """Whether every leg still in the spool is, byte for byte, one that the archive copy was made from."""
    expected = {Side.CALLER: facts.caller_sha256, Side.HOTLINE: facts.hotline_sha256}
    return all(expected[side] == found for side, found in legs.checksums().items())
