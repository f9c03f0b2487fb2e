"""One recording's object: is it there, and is it what its row says. Blocking; runs in a thread."""

from __future__ import annotations

import errno

from core.errors import NotFoundError
from core.settings import Settings
from recorder import ffmpeg, playback
from recorder.legs import RATE
from recorder.proof.findings import Problem, Said
from recorder.storage import open_store
from recorder.storage.protocol import StoreUnavailableError
from recorder.streams import StopAsked, SummedSource, sum_of
from recorder.tables import Recording
from recorder.vault.errors import TamperedError, WrongKeyError

#: How far the decoded length may be off, in seconds.
_TOLERANCE_S = 0.1
_BYTES_PER_SAMPLE_PAIR = 4

#: What a disk says of a file it cannot give back.
_UNREADABLE = (errno.EIO, errno.ESTALE, errno.EACCES, errno.EPERM, errno.ENODATA, errno.EUCLEAN)

_ROTATING = Said(
    "the stored bytes have another sum, the sound in them is whole: a rotation of the master key was broken"
    " off? run rotate-key again",
    "存储内容的校验和不符，声音完好：可能是主密钥轮换中断，请再次运行 rotate-key",
)

#: What is wrong, and in which words; None: all is well.
Verdict = tuple[Problem, str] | None


def look(settings: Settings, row: Recording, stop: StopAsked, *, quick: bool) -> Verdict:
    """Presence and size; unless `quick` every byte: the stored sum, each seal, the audio's sum, decoding.

    Raises:
        StoppedError: `stop` said so meanwhile.
        StoreUnavailableError: the store is away: nothing can be said of any of its objects.
        OSError: the machine's own trouble: ffmpeg is missing, no memory.
    """
    store = open_store(settings, row.store)
    try:
        size = store.size(row.archive_key)
        if size != row.archive_bytes:
            return Problem.DAMAGED, Said(
                f"has {size} bytes, {row.archive_bytes} were stored",
                f"现有 {size} 字节，存入时 {row.archive_bytes} 字节",
            )
        return None if quick else _read(settings, row, stop)
    except NotFoundError:
        store.probe()  # the folder of a disk that is not mounted has nothing either: raises
        return Problem.MISSING, f"{row.store}: {row.archive_key}"
    except WrongKeyError as error:
        return Problem.KEY, str(error)
    except TamperedError as error:
        return Problem.DAMAGED, Said(f"the seal is broken: {error}", f"封装被破坏：{error}")
    except ffmpeg.FfmpegError as error:
        return Problem.DAMAGED, Said(f"cannot be decoded: {error}", f"无法解码：{error}")
    except StoreUnavailableError as error:
        store.probe()  # away for all of them: raises
        return Problem.DAMAGED, Said(f"cannot be read: {error}", f"无法读取：{error}")
    except OSError as error:
        if error.errno not in _UNREADABLE:
            raise
        return Problem.DAMAGED, Said(f"cannot be read: {error.strerror}", f"无法读取：{error.strerror}")


def _read(settings: Settings, row: Recording, stop: StopAsked) -> Verdict:
    with open_store(settings, row.store).open(row.archive_key) as stored:
        is_stored = sum_of(stored, stop) == row.archive_sha256
    if not is_stored and not row.sealed:
        return Problem.DAMAGED, Said("the stored bytes have another sum", "存储内容的校验和不符")
    with playback.open_audio(settings, row) as plain:
        audio = SummedSource(plain, stop)
        samples = sum(map(len, ffmpeg.decode(settings, audio, stop))) / _BYTES_PER_SAMPLE_PAIR
    if row.audio_sha256 and audio.hex != row.audio_sha256:
        return Problem.DAMAGED, Said("the audio has another sum", "声音的校验和不符")
    if abs(samples / RATE - row.duration_s) > _TOLERANCE_S:
        heard, captured = f"{samples / RATE:.2f}", f"{row.duration_s:.2f}"
        what = f"decodes to {heard} s, captured were {captured} s"
        return Problem.DAMAGED, Said(what, f"解码得 {heard} 秒，采集时 {captured} 秒")
    if not is_stored:
        return Problem.DAMAGED, _ROTATING
    return None
