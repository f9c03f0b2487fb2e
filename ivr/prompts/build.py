"""Builds every sound of every language, 8 and 16 kHz, and says what is wrong with what was built."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence, Set
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from core.settings import Settings
from ivr.prompts import jobs as catalogue_jobs
from ivr.prompts import sound, stamps, studio
from ivr.prompts.audio import AudioSegment, audioop
from ivr.prompts.jobs import Job
from ivr.prompts.tts import LANGUAGES, Language, Synthesiser, SynthesisError, synthesiser
from ivr.speech.telephone import PAUSE

#: Sounds converted in one run of ffmpeg, and lost when the build is killed.
_BATCH: Final = 60
_QUIETEST_PEAK, _LOUDEST_PEAK = 1000, 32000
Voices = Mapping[Language, Synthesiser]


@dataclass
class Built:
    """What a build did."""

    #: `<language>/<id>` of every sound made.
    names: list[str] = field(default_factory=list)
    #: Why a studio recording was not used, one sentence each, naming the file.
    refused: list[str] = field(default_factory=list)


def build_all(settings: Settings, voices: Voices | None = None) -> Built:
    """Build what is missing or stale below `<prompts>/<language>`.

    A studio recording that cannot be used is told of, and the synthesiser speaks instead.

    Raises:
        ivr.prompts.tts.SynthesisError, ivr.prompts.catalogue.CatalogueError
    """
    built = Built()
    with ThreadPoolExecutor(max_workers=max(2, os.cpu_count() or 1)) as pool:
        for language in LANGUAGES:
            voice = (voices or {}).get(language) or synthesiser(settings, language)
            jobs = catalogue_jobs.jobs(settings, language, voice)
            _Language(settings, settings.prompts_dir / language).build(jobs, pool, built)
            known = {job.id for job in jobs}
            built.refused += [
                f"{path}: no prompt has this name"
                for path in catalogue_jobs.strangers(settings, language, known)
            ]
    return built


class _Language:
    """One language's folder while it is being built."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self._settings, self._folder = settings, folder
        self._stamps = stamps.read(folder)

    def build(self, jobs: Sequence[Job], pool: ThreadPoolExecutor, built: Built) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._forget(self._stamps.keys() - {job.id for job in jobs})
        todo = [job for job in jobs if not self._is_fresh(job)]
        batches = [todo[start : start + _BATCH] for start in range(0, len(todo), _BATCH)]
        running = [pool.submit(self._make, batch) for batch in batches]
        try:
            for batch, future in zip(batches, running, strict=True):
                self._keep(future)
                built.names += [f"{job.language}/{job.id}" for job in batch]
        finally:
            for future in running:
                future.cancel()
        built.refused += [
            one.refused for job in jobs if (one := self._stamps.get(job.id)) and one.refused is not None
        ]

    def _forget(self, gone: Set[str]) -> None:
        """Take away the sounds of prompts that are in the catalogue no more."""
        for name in gone:
            for ending in sound.FORMATS:
                (self._folder / f"{name}.{ending}").unlink(missing_ok=True)
        if gone:
            self._stamps = {name: stamp for name, stamp in self._stamps.items() if name not in gone}
            stamps.write(self._folder, self._stamps)

    def _is_fresh(self, job: Job) -> bool:
        stamp = self._stamps.get(job.id)
        there = all((self._folder / f"{job.id}.{ending}").is_file() for ending in sound.FORMATS)
        return stamp is not None and stamp.made_of == job.made_of and there

    def _keep(self, future: Future[dict[str, stamps.Stamp]]) -> None:
        self._stamps |= future.result()
        stamps.write(self._folder, self._stamps)

    def _make(self, batch: Sequence[Job]) -> dict[str, stamps.Stamp]:
        made = [_raw(self._settings, job) for job in batch]
        raw = [(audio, job.edge_ms) for (audio, _refused), job in zip(made, batch, strict=True)]
        try:
            files = sound.variants(self._settings, raw)
        except sound.SoundError as error:
            names = ", ".join(job.id for job in batch)
            raise SynthesisError(f"one of {names}: {error}") from None
        new = {}
        for job, content, (_audio, refused) in zip(batch, files, made, strict=True):
            seconds = sound.write(self._folder / job.id, content)
            source = job.source if refused is None else "synthesised"
            new[job.id] = stamps.Stamp(made_of=job.made_of, source=source, seconds=seconds, refused=refused)
        return new


def _raw(settings: Settings, job: Job) -> tuple[AudioSegment, str | None]:
    """The sound, and why its studio recording is not it."""
    if job.recording is None:
        return job.make(), None
    try:
        return studio.decode(settings, job.recording.read_bytes(), str(job.recording)), None
    except (studio.RecordingRefusedError, OSError) as error:
        return job.make(), str(error)


def problems(settings: Settings, voices: Voices | None = None) -> list[str]:
    """What is missing, stale, silent, clipped or refused, one sentence each; nothing is built.

    Raises:
        ivr.prompts.catalogue.CatalogueError
    """
    found: list[str] = []
    for language in LANGUAGES:
        voice = (voices or {}).get(language) or synthesiser(settings, language)
        found += _problems(settings, language, catalogue_jobs.jobs(settings, language, voice))
    return found


def _problems(settings: Settings, language: Language, jobs: Sequence[Job]) -> Iterator[str]:
    folder = settings.prompts_dir / language
    known = stamps.read(folder)
    for job in jobs:
        name, stamp = f"{language}/{job.id}", known.get(job.id)
        if stamp is not None and stamp.refused is not None:
            yield stamp.refused
        for ending in sound.FORMATS:
            path = folder / f"{job.id}.{ending}"
            if not path.is_file():
                yield f"{name}.{ending}: no audio; run `hotline prompts`"
            elif stamp is None or stamp.made_of != job.made_of:
                yield f"{name}.{ending}: text or voice changed since it was built; run `hotline prompts`"
            elif job.id != PAUSE and not _QUIETEST_PEAK < (peak := _peak(path)) < _LOUDEST_PEAK:
                yield f"{name}.{ending}: loudest sample is {peak} of 32767"
    for path in catalogue_jobs.strangers(settings, language, {job.id for job in jobs}):
        yield f"{path}: no prompt has this name"


def _peak(path: Path) -> int:
    content = path.read_bytes()
    pcm = audioop.alaw2lin(content, 2) if path.suffix == ".alaw" else content
    return audioop.max(pcm, 2)
