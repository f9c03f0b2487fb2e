"""Character error rate on a folder of audio with transcripts: our transcription beside plain vosk, one model.

`python -m bench cer --folder DIR --model DIR`: so a city measures its own model on its own calls. The folder
holds audio files and `transcripts.tsv` (name without ending, tab, what was said). Without a folder it is
synthetic speech, which says whether the chain is in order and nothing about people.
"""

from __future__ import annotations

import csv
import re
import shutil
import tempfile
import time
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jiwer

from bench import speech
from bench.harness import save, table
from core.settings import Settings
from recorder.transcribe.domain import Graph
from recorder.transcribe.models import TEST_MODEL, FoundModel
from recorder.transcribe.normal import written
from recorder.transcribe.protocol import Heard
from recorder.transcribe.silence import WithoutSilence
from recorder.transcribe.vosk_engine import VoskTranscriber
from ticketing import catalogue

NAME = "cer"
TRANSCRIPTS = "transcripts.tsv"
_NO_LETTER = re.compile(r"[\W_]+")


def run(_rounds: int, folder: Path | None = None, model: Path | None = None) -> None:
    """Measure, print, save."""
    settings, found = Settings(), found_model(model)
    with tempfile.TemporaryDirectory(prefix="hotline-cer-") as name:
        work = Path(name)
        source = folder or _synthetic(settings, work / "spoken")
        truth = transcripts(source)
        print(f"Character error rate: {len(truth)} files, model {found.name}")
        result = {"model": found.name, "folder": folder.name if folder else "synthetic", "files": len(truth)}
        save(NAME, result | _measured(settings, found, source, truth, work))


def _measured(
    settings: Settings, found: FoundModel, source: Path, truth: Mapping[str, str], work: Path
) -> dict[str, Any]:
    audio = work / "audio"
    audio.mkdir()
    for name in truth:
        shutil.copy(_audio_of(source, name), audio)
    plain_s = speech.plain(settings, found.path, audio, work / "plain")
    rates = {"plain vosk-transcriber": rate(truth, {one: speech.said(work / "plain", one) for one in truth})}
    took = {"plain vosk-transcriber": plain_s}
    normal: dict[str, str] = {}
    for name, twice in (("ours", False), ("ours, hearing twice", True)):
        vosk = VoskTranscriber(found, _phrases(), hear_twice=twice)
        if twice and vosk.vocabulary.graph is not Graph.DYNAMIC:
            print("  hearing twice is not measured: the model's graph is not dynamic")
            continue
        begin = time.monotonic()
        heard = {one: _hear(settings, vosk, _audio_of(source, one)) for one in truth}
        took[name] = time.monotonic() - begin
        rates[name] = rate(truth, {one: found.text for one, found in heard.items()})
        normal = normal or {one: written(found) for one, found in heard.items()}
    print()
    table(("", "CER", "seconds"), [(name, f"{rates[name]:.4f}", f"{took[name]:.1f}") for name in rates])
    for name in list(truth)[:3]:
        print(f"  {truth[name]} -> {normal[name]}")
    return {"cer": rates, "seconds": took}


def _hear(settings: Settings, vosk: VoskTranscriber, audio: Path) -> Heard:
    return WithoutSilence(vosk).transcribe(
        [speech.convert(settings, audio, ["-f", "s16le", "-ar", str(vosk.rate)])]
    )


def _phrases() -> list[str]:
    """Places and categories as shipped."""
    files = (catalogue.PLACES, "name"), (catalogue.EDITIONS[catalogue.DEFAULT_EDITION], "minor")
    found = []
    for file, column in files:
        with (catalogue.DATA / file).open(encoding="utf-8", newline="") as rows:
            found += [row[column] for row in csv.DictReader(rows)]
    return found


def rate(truth: Mapping[str, str], heard: Mapping[str, str]) -> float:
    """Wrong, missing and surplus characters of all files, by the characters that were said."""
    names = [name for name in truth if letters(truth[name])]
    return float(
        jiwer.cer([letters(truth[name]) for name in names], [letters(heard[name]) for name in names])
    )


def letters(text: str) -> str:
    """What counts: characters, digits and small letters, no spaces, no punctuation."""
    return _NO_LETTER.sub("", unicodedata.normalize("NFKC", text).lower())


def transcripts(folder: Path) -> dict[str, str]:
    """Name without ending → what was said.

    Raises:
        SystemExit: the folder has no such list, or it names a file that is not there.
    """
    place = folder / TRANSCRIPTS
    if not place.is_file():
        raise SystemExit(f"{folder} has no {TRANSCRIPTS}: name without ending, tab, what was said")
    lines = [line.partition("\t") for line in place.read_text(encoding="utf-8").splitlines() if line.strip()]
    found = {Path(name.strip()).stem: text for name, _, text in lines}
    for name in found:
        _audio_of(folder, name)
    return found


def found_model(path: Path | None) -> FoundModel:
    """The model named, or the small test model."""
    if path is None:
        return FoundModel(TEST_MODEL, "vosk-hotline-tiny", True)
    return FoundModel(path, path.resolve().name, path.resolve() == TEST_MODEL.resolve())


def _audio_of(folder: Path, name: str) -> Path:
    matches = [one for one in folder.glob(f"{name}.*") if one.suffix not in (".txt", ".tsv")]
    if not matches:
        raise SystemExit(f"{folder} has no audio file {name}")
    return matches[0]


def _synthetic(settings: Settings, folder: Path) -> Path:
    """The held-out sentences by three voices of espeak-ng."""
    folder.mkdir()
    lines = []
    for number, sentence in enumerate(speech.sentences()):
        name = f"s{number:02d}"
        voice = speech.VOICES[number % len(speech.VOICES)]
        speech.write_wav(settings, speech.speak(settings, folder, sentence, voice), folder / f"{name}.wav")
        lines.append(f"{name}\t{sentence}\n")
    (folder / "spoken.wav").unlink()
    (folder / TRANSCRIPTS).write_text("".join(lines), encoding="utf-8")
    return folder
