"""The built prompts as people look at them: what each says, where its sound is from, and the sound."""

from __future__ import annotations

import io
import wave
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from core.settings import Settings
from ivr.prompts import catalogue, stamps
from ivr.prompts.sound import WIDE_HZ
from ivr.prompts.stamps import Stamp
from ivr.prompts.tts import LANGUAGES, Language
from ivr.speech.units import UNITS

Kind = Literal["sentence", "unit"]


@dataclass(frozen=True)
class Entry:
    """One prompt; `zh` and `en` are empty where a language does not need it. Not built: not in `sounds`."""

    id: str
    kind: Kind
    zh: str
    en: str
    sounds: Mapping[Language, Stamp]


def entries(settings: Settings) -> list[Entry]:
    """Sentences in the order of the catalogue, then the units values are put together from.

    Raises:
        ivr.prompts.catalogue.CatalogueError
    """
    built = {language: stamps.read(settings.prompts_dir / language) for language in LANGUAGES}

    def entry(name: str, kind: Kind, zh: str, en: str) -> Entry:
        sounds = {language: known[name] for language, known in built.items() if name in known}
        return Entry(name, kind, zh, en, sounds)

    sentences = [
        entry(prompt.id, "sentence", prompt.zh, prompt.en) for prompt in catalogue.load(settings).values()
    ]
    return sentences + [entry(unit.id, "unit", unit.zh or "", unit.en or "") for unit in UNITS.values()]


def wav(settings: Settings, language: Language, prompt_id: str) -> bytes | None:
    """A built prompt as 16 kHz WAV; None when there is no such prompt or sound.

    The id is looked up, never used as a path before it has been found: it cannot lead anywhere else.
    """
    folder = settings.prompts_dir / language
    known = next((name for name in stamps.read(folder) if name == prompt_id), None)
    if known is None:
        return None
    try:
        pcm = (folder / f"{known}.sln16").read_bytes()
    except OSError:
        return None
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(WIDE_HZ)
        out.writeframes(pcm)
    return file.getvalue()
