"""A call of many hours through all of archiving and checking, in a process of its own; see `test_long_call`.

    python -m tests.recorder.chaos.long_call STATE HOURS

ffmpeg alone is left out: its place takes something as big and a thousand times as fast. (The real one is
measured by `python -m bench archive --hours 6`.) Prints as JSON what became of it.
"""

from __future__ import annotations

import io
import json
import resource
import sys
from collections.abc import Iterable, Iterator
from hashlib import shake_128
from pathlib import Path
from typing import IO

from core.settings import Paths, Settings
from recorder import archiving, ffmpeg, playback
from recorder.legs import RATE, Legs, Side
from recorder.streams import Readable
from recorder.vault.keys import Keyring
from web.api.byte_ranges import part_of

#: 24 kbit/s, as Opus is by default.
BYTES_PER_S = 3000
_BLOCK = 60 * BYTES_PER_S


def minute(number: int) -> bytes:
    """What stands for that minute's encoded audio; no two are alike."""
    return shake_128(number.to_bytes(4)).digest(_BLOCK)


def _encode(_settings: Settings, stereo: Iterable[bytes], output: IO[bytes], _stop: object) -> None:
    samples = sum(map(len, stereo)) // 2
    for number in range(samples // RATE // 60):
        output.write(minute(number))


def _decode(_settings: Settings, audio: Readable, _stop: object, **_: object) -> Iterator[bytes]:
    while piece := audio.read(1 << 16):
        yield bytes(len(piece) * RATE * 4 // BYTES_PER_S)


def _live(settings: Settings, call_id: str, hours: float) -> dict[str, object]:
    legs = Legs(settings.spool_dir, call_id)
    for side, share in zip(Side, (1.0, 0.5), strict=True):
        with legs.path(side).open("wb") as leg:
            leg.truncate(int(hours * 3600 * RATE * share))  # a hole: it takes no room on the disk
    facts = archiving.write_archive(settings, legs, lambda: False, lambda _: None)
    archiving.check_archive(settings, legs, facts, lambda: False)
    with playback.open_copy(settings, call_id, facts) as opened:
        begin, end = part_of(f"bytes=-{_BLOCK}", opened.seek(0, io.SEEK_END))
        opened.seek(begin)
        last = opened.read(end - begin)
    return {
        "duration_s": facts.duration_s,
        "audio_bytes": facts.audio_bytes,
        "steps": [len(facts.peaks[side]) for side in Side],
        "last_minute_is_right": last == minute(round(hours * 60) - 1),
    }


def main(state: Path, hours: float) -> None:
    settings = Settings(paths=Paths(state=state, native=Settings().paths.native))
    settings.spool_dir.mkdir(parents=True)
    Keyring.of(settings).make_first()
    ffmpeg.encode, ffmpeg.decode = _encode, _decode
    _live(settings, "hl-1700000000.1", 1 / 60)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    told = _live(settings, "hl-1700000000.2", hours)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    sys.stdout.write(json.dumps(told | {"grown_mib": grown / 1024}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]))
