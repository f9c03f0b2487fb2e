"""What archiving an hour of a call costs: ours beside a plain ffmpeg that merges and encodes both sides.

Ours is the recorder's own work: merged, encoded as Opus, sealed (AES-256-GCM), put into the archive with its
sums; and the same with the check that follows before the sides may go: read back, opened, decoded to the end.
The plain one writes an Ogg file and checks nothing. Both encode at the same low priority. Processor time and
memory are those of a whole process tree, read from /proc while it runs.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from itertools import cycle
from pathlib import Path
from threading import Event, Thread

from bench import speech
from bench.harness import medians, save, table, there_and_back, tree_of
from core import native
from core.settings import CHECKOUT, Paths, Settings
from recorder import archiving
from recorder.codecs import codec_of, encoder_arguments
from recorder.legs import RATE, SILENCE, Legs, Side
from recorder.vault.keys import Keyring

NAME = "archive"
CALL_ID = "hl-1700000000.1"
SIDES = ("plain ffmpeg", "ours, archived", "ours, archived and checked")
_PAUSES_S = (0.5, 1.5, 4.0, 1.0)
_SAMPLE_S = 0.05
_MIB = 1 << 20


def run(rounds: int, hours: float) -> None:
    """Measure, print, save."""
    print(f"Archive: a call of {hours:g} h, Opus, {rounds} rounds")
    rows: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory(prefix="hotline-archive-") as name:
        work = Path(name)
        settings = Settings(paths=Paths(state=work / "state", native=Settings().paths.native))
        settings.spool_dir.mkdir(parents=True)
        Keyring.of(settings).make_first()
        _make_legs(settings, work, hours)
        for number in range(rounds):
            row: dict[str, float] = {}
            for side in there_and_back(SIDES, number):
                row |= {f"{side}: {name}": value for name, value in _once(settings, side, hours).items()}
            rows.append(row)
    _tell(medians(rows), rows, hours)


def _tell(middle: dict[str, float], rows: list[dict[str, float]], hours: float) -> None:
    columns = ("cpu_s_per_h", "wall_s_per_h", "peak_mib", "mib_per_h")
    table(
        ("", "CPU s / h", "wall s / h", "peak MiB", "file MiB / h"),
        [(side, *(f"{middle[f'{side}: {name}']:.1f}" for name in columns)) for side in SIDES],
    )
    ratios = {
        side: {
            name: round(middle[f"{side}: {name}"] / middle[f"{SIDES[0]}: {name}"], 2) for name in columns[:3]
        }
        for side in SIDES[1:]
    }
    for side, ratio in ratios.items():
        print(f"  {side}: {ratio['cpu_s_per_h']} x the CPU, {ratio['peak_mib']} x the memory of plain ffmpeg")
    name = NAME if hours == 1 else f"{NAME}-{hours:g}h"
    save(name, {"hours": hours, "medians": middle, "ratio_to_plain": ratios, "rounds": rows})


def _once(settings: Settings, side: str, hours: float) -> dict[str, float]:
    written = settings.paths.state / "plain.ogg"
    if side == SIDES[0]:
        line = _plain(settings, written)
    else:
        line = [sys.executable, "-m", "bench.archive", str(settings.paths.state), side]
    begin = time.monotonic()
    process = subprocess.Popen(line, cwd=CHECKOUT)
    watch = Watch(process.pid)
    code = process.wait()
    took = time.monotonic() - begin
    spent, peak = watch.end()
    assert code == 0, f"{side} failed"
    if side != SIDES[0]:
        written = next(path for path in settings.archive_dir.rglob("*.enc"))
    size = written.stat().st_size
    written.unlink()
    return {
        "cpu_s_per_h": spent / hours,
        "wall_s_per_h": took / hours,
        "peak_mib": peak / _MIB,
        "mib_per_h": size / _MIB / hours,
    }


def _plain(settings: Settings, output: Path) -> list[str]:
    legs = Legs(settings.spool_dir, CALL_ID)
    args = ["-v", "error", "-nostdin", "-y"]
    for side in Side:
        args += ["-f", "alaw", "-ar", str(RATE), "-ac", "1", "-i", str(legs.path(side))]
    args += ["-filter_complex", "[0:a][1:a]amerge=inputs=2"]
    args += [*encoder_arguments(settings, codec_of(settings)), str(output)]
    return ["nice", "-n", "10", *native.command(settings, "ffmpeg", *args)]


class Watch:
    """Processor time and memory of a process and all that come from it, while it runs.

    What runs in a PID namespace of its own (bubblewrap) is in nobody's `rusage`, so /proc is read every
    50 ms: what a process spends in its last moment is not seen.
    """

    def __init__(self, root: int) -> None:
        self._root, self._done = root, Event()
        self._spent: dict[int, float] = {}
        self._peak = 0
        self._thread = Thread(target=self._look_on)
        self._thread.start()

    def end(self) -> tuple[float, int]:
        """CPU seconds, and the most bytes of memory at one time."""
        self._done.set()
        self._thread.join()
        return sum(self._spent.values()), self._peak

    def _look_on(self) -> None:
        while not self._done.wait(_SAMPLE_S):
            found = tree_of(self._root)
            self._spent |= {number: spent for number, (spent, _) in found.items()}
            self._peak = max(self._peak, sum(memory for _, memory in found.values()))


def _make_legs(settings: Settings, work: Path, hours: float) -> None:
    """Two people who take turns, again and again until the time is over."""
    said = [
        speech.speak(settings, work, sentence, speech.VOICES[number % 2])
        for number, sentence in enumerate(speech.sentences()[:20])
    ]
    talk = {side: bytearray() for side in Side}
    for number, (words, pause_s) in enumerate(zip(said, cycle(_PAUSES_S), strict=False)):
        for side in Side:
            is_speaking = side is list(Side)[number % 2]
            talk[side] += (words if is_speaking else SILENCE * len(words)) + SILENCE * round(pause_s * RATE)
    length = round(hours * 3600 * RATE)
    for side in Side:
        with Legs(settings.spool_dir, CALL_ID).path(side).open("wb") as leg:
            for at in range(0, length, len(talk[side])):
                leg.write(talk[side][: length - at])


def _archive(state: Path, side: str) -> None:
    """In a process of its own, as the recorder's worker does it."""
    settings = Settings(paths=Paths(state=state, native=Settings().paths.native))
    legs = Legs(settings.spool_dir, CALL_ID)
    facts = archiving.write_archive(settings, legs, lambda: False, lambda _: None)
    if side == SIDES[2]:
        archiving.check_archive(settings, legs, facts, lambda: False)


if __name__ == "__main__":
    _archive(Path(sys.argv[1]), sys.argv[2])
