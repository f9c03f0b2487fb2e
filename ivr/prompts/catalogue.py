"""The prompt catalogue: id → what is said."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from core.settings import Settings

CATALOGUE = Path(__file__).with_name("catalogue.toml")
#: Sounds that are not speech, made by `ivr.prompts.tones`.
TONES = ("beep",)
_DIGITS = "零一二三四五六七八九"


class CatalogueError(Exception):
    """The prompt catalogue has a mistake."""


@dataclass(frozen=True)
class Prompt:
    """One sentence: `zh` for people to read, `speak` for the synthesiser, `en` for the English console."""

    id: str
    zh: str
    speak: str
    en: str


def chinese_number(value: int) -> str:
    """Read a number from 0 to 9999 as Mandarin does: 30 → 三十, 12 → 十二, 105 → 一百零五.

    Raises:
        ValueError: outside that range.
    """
    if not 0 <= value <= 9999:
        raise ValueError(f"{value} is not between 0 and 9999")
    if value < 10:
        return _DIGITS[value]
    text, pending_zero = "", False
    for power, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // power % 10
        if digit:
            text += ("零" if pending_zero else "") + _DIGITS[digit] + unit
            pending_zero = False
        elif text:
            pending_zero = True
    return text.removeprefix("一") if text.startswith("一十") else text


def load(settings: Settings, path: Path = CATALOGUE) -> dict[str, Prompt]:
    """Read the catalogue and fill in numbers from the settings.

    Raises:
        CatalogueError: the file cannot be read, or an entry does not fit; the message names both.
    """
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CatalogueError(f"{path.name}: {error}") from error
    wait = settings.queue.max_wait_s
    prompts = {}
    for prompt_id, entry in entries.items():
        if not isinstance(entry, dict):
            raise CatalogueError(f"{path.name} [{prompt_id}]: must be a table with zh and en")
        missing = [name for name in ("zh", "en") if not entry.get(name)]
        unknown = sorted(set(entry) - {"zh", "en", "speak"})
        if missing or unknown:
            raise CatalogueError(f"{path.name} [{prompt_id}]: missing {missing}, unknown {unknown}")
        spoken = chinese_number(wait)
        try:
            zh = entry["zh"].format(max_wait=spoken)
            speak = (entry.get("speak") or entry["zh"]).format(max_wait=spoken)
            prompts[prompt_id] = Prompt(prompt_id, zh, speak, entry["en"].format(max_wait=wait))
        except (LookupError, ValueError, AttributeError) as error:
            raise CatalogueError(f"{path.name} [{prompt_id}]: bad braces or no text: {error}") from error
    return prompts
