"""The prompt catalogue: id → what is said."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.settings import Settings
from ivr.speech import chinese, polyphones, units
from ivr.speech.readable import readable

CATALOGUE = Path(__file__).with_name("catalogue.toml")
#: Sounds that are not speech, made by `ivr.prompts.tones`.
TONES = ("beep",)


class CatalogueError(Exception):
    """The prompt catalogue has a mistake."""


@dataclass(frozen=True)
class Prompt:
    """One sentence: `zh` and `en` for people to read, `speak` and `speak_en` for a synthesiser."""

    id: str
    zh: str
    speak: str
    en: str
    speak_en: str

    def spoken(self, language: Literal["zh_CN", "en"], takes_pinyin: bool) -> str:
        """What a synthesiser is given; one that does not take pinyin gets the Chinese text as it is."""
        if language == "en":
            return self.speak_en
        return self.speak if takes_pinyin else self.zh


def load(settings: Settings, path: Path = CATALOGUE) -> dict[str, Prompt]:
    """Read the catalogue and fill in numbers from the settings.

    Raises:
        CatalogueError: the file cannot be read, or an entry does not fit; the message names both.
    """
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CatalogueError(f"{path.name}: {error}") from error
    return {prompt_id: _prompt(path.name, prompt_id, entry, settings) for prompt_id, entry in entries.items()}


def _prompt(file: str, prompt_id: str, entry: object, settings: Settings) -> Prompt:
    if not isinstance(entry, dict):
        raise CatalogueError(f"{file} [{prompt_id}]: must be a table with zh and en")
    missing = [name for name in ("zh", "en") if not entry.get(name)]
    unknown = sorted(set(entry) - {"zh", "en", "speak", "speak_en"})
    if missing or unknown:
        raise CatalogueError(f"{file} [{prompt_id}]: missing {missing}, unknown {unknown}")
    wait = settings.queue.max_wait_s
    counted = units.text("zh_CN", chinese.counted(wait))
    try:
        zh = entry["zh"].format(max_wait=counted)
        speak = polyphones.correct((entry.get("speak") or entry["zh"]).format(max_wait=counted))
        en = entry["en"].format(max_wait=wait)
        speak_en = readable("en", (entry.get("speak_en") or entry["en"]).format(max_wait=wait), pinyin=False)
    except (LookupError, ValueError, AttributeError) as error:
        raise CatalogueError(f"{file} [{prompt_id}]: bad braces or no text: {error}") from error
    return Prompt(prompt_id, zh, speak, en, speak_en)
