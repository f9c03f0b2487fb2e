"""Every sound of a language: what it is made of and how it is made."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from core.settings import Settings
from ivr.prompts import catalogue, stamps, tones
from ivr.prompts.audio import AudioSegment
from ivr.prompts.sound import SENTENCE_EDGE_MS, UNIT_EDGE_MS
from ivr.prompts.tts import Language, Synthesiser
from ivr.speech import polyphones
from ivr.speech.telephone import PAUSE
from ivr.speech.units import UNITS

_TONES: Final[dict[str, Callable[[], AudioSegment]]] = {
    "beep": tones.beep,
    "moh/waiting": tones.hold_music,
    PAUSE: tones.pause,
}
#: Endings of studio recordings, the better first.
_RECORDINGS: Final = (".wav", ".mp3")


@dataclass(frozen=True)
class Job:
    """One sound. `id` is its place below the language's folder, without ending."""

    id: str
    language: Language
    source: stamps.Source
    made_of: str
    make: Callable[[], AudioSegment]
    #: Silence to keep at both ends, ms; None: neither trimmed nor levelled.
    edge_ms: int | None
    #: The studio recording that goes before `make`.
    recording: Path | None = None


def jobs(settings: Settings, language: Language, voice: Synthesiser) -> list[Job]:
    """Sentences, units and tones of a language, each with its studio recording where there is one.

    Raises:
        ivr.prompts.catalogue.CatalogueError
    """
    folder = settings.studio_dir / language
    return [_with_recording(job, folder) for job in _made(settings, language, voice)]


def strangers(settings: Settings, language: Language, known: set[str]) -> list[Path]:
    """Studio recordings that are no prompt's: misspelt names, most likely."""
    folder = settings.studio_dir / language
    files = (path for path in sorted(folder.rglob("*")) if path.suffix.lower() in _RECORDINGS)
    return [path for path in files if path.relative_to(folder).with_suffix("").as_posix() not in known]


def _made(settings: Settings, language: Language, voice: Synthesiser) -> Iterator[Job]:
    for prompt in catalogue.load(settings).values():
        yield _spoken(
            prompt.id, language, voice, prompt.spoken(language, voice.takes_pinyin), SENTENCE_EDGE_MS
        )
    for unit in UNITS.values():
        if (text := unit.text(language)) is not None:
            in_pinyin = language == "zh_CN" and voice.takes_pinyin
            said = unit.speak or polyphones.correct(text) if in_pinyin else text
            yield _spoken(unit.id, language, voice, said, UNIT_EDGE_MS)
    for name, tone in _TONES.items():
        yield Job(name, language, "tone", stamps.made_of("tone", name), tone, None)


def _spoken(name: str, language: Language, voice: Synthesiser, said: str, edge_ms: int) -> Job:
    make = partial(_speak, voice, said)
    return Job(name, language, "synthesised", stamps.made_of(voice.name, said), make, edge_ms)


def _speak(voice: Synthesiser, said: str) -> AudioSegment:
    return AudioSegment.from_wav(io.BytesIO(voice.speak(said)))


def _with_recording(job: Job, folder: Path) -> Job:
    for ending in _RECORDINGS:
        path = folder / f"{job.id}{ending}"
        if path.is_file():
            content = stamps.made_of(job.made_of, "studio", _digest(path))
            return Job(
                job.id, job.language, "studio", content, job.make, job.edge_ms or SENTENCE_EDGE_MS, path
            )
    return job


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
