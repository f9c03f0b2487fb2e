"""What the benchmarks of transcription share: spoken test files, and the plain vosk command line."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from core import native
from core.settings import CHECKOUT, Settings

RATE = 8000
#: Sentences the small model was not made from.
_SENTENCES = CHECKOUT / "tests" / "data" / "vosk-hotline-tiny" / "recipe" / "held_out.txt"
VOICES = ("f2", "m3", "f4")


def sentences() -> list[str]:
    """The held-out sentences, without spaces."""
    lines = _SENTENCES.read_text(encoding="utf-8").splitlines()
    return ["".join(line.split()) for line in lines if line.strip() and not line.startswith("#")]


def speak(settings: Settings, folder: Path, sentence: str, voice: str) -> bytes:
    """`sentence` by espeak-ng as it comes down a telephone line: headerless A-law."""
    wav = folder / "spoken.wav"
    line = ["espeak-ng", "-v", f"cmn-latn-pinyin+{voice}", "-w", str(wav), sentence]
    _run(native.command(settings, *line, binds=[folder]))
    return convert(settings, wav, ["-f", "alaw"])


def convert(settings: Settings, audio: Path, form: Sequence[str]) -> bytes:
    """Any audio file as 8 kHz mono in another form."""
    args = ["-v", "error", "-i", str(audio), "-ar", str(RATE), "-ac", "1", *form, "pipe:1"]
    return _run(native.command(settings, "ffmpeg", *args, binds=[audio.parent]))


def write_wav(settings: Settings, alaw: bytes, place: Path) -> None:
    """A-law as a WAV file the plain command line can read."""
    args = ["-v", "error", "-y", "-f", "alaw", "-ar", str(RATE), "-ac", "1", "-i", "pipe:0", str(place)]
    _run(native.command(settings, "ffmpeg", *args, binds=[place.parent]), alaw)


def plain(settings: Settings, model: Path, audio: Path, texts: Path) -> float:
    """Run `vosk-transcriber` over the files of the folder `audio` as it comes; seconds it took.

    It calls the program `ffmpeg`: it gets ours, from the isolated root.
    """
    tools = texts.parent / "tools"
    tools.mkdir(exist_ok=True)
    texts.mkdir(exist_ok=True)
    script = tools / "ffmpeg"
    ours = shlex.join(native.command(settings, "ffmpeg", binds=[audio.absolute()]))
    script.write_text(f'#!/bin/sh\nexec {ours} "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    line = [
        sys.executable,
        "-m",
        "vosk.transcriber.cli",
        "-m",
        str(model),
        "-i",
        str(audio),
        "-o",
        str(texts),
    ]
    begin = time.monotonic()
    subprocess.run(
        [*line, "-t", "txt", "--log-level", "error"],
        check=True,
        capture_output=True,
        env={**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"},
    )
    return time.monotonic() - begin


def said(texts: Path, name: str) -> str:
    """What the plain command line wrote for the file `name` (without its ending), without spaces."""
    place = texts / f"{name}.txt"
    return "".join(place.read_text(encoding="utf-8").split()) if place.exists() else ""


def _run(line: list[str], audio: bytes = b"") -> bytes:
    return subprocess.run(line, input=audio, check=True, capture_output=True).stdout
