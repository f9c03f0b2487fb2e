"""`hotline prompts`: speak what is missing or stale, list it, or only check it."""

from __future__ import annotations

import sys

from core.settings import Settings
from hotline.refusal import EXIT_REFUSED, Refusal
from ivr.prompts import library
from ivr.prompts.build import build_all, problems
from ivr.prompts.catalogue import CatalogueError
from ivr.prompts.sound import SoundError
from ivr.prompts.tts import SynthesisError


def build(settings: Settings) -> int:
    """Speak what is missing or stale; the exit status tells whether everything is sound then.

    Raises:
        Refusal: the catalogue has a mistake, or the synthesiser failed.
    """
    try:
        built = build_all(settings)
    except (SynthesisError, SoundError, CatalogueError) as error:
        raise Refusal(f"The prompts cannot be spoken: {error}") from None
    print(f"{len(built.names)} prompts made below {settings.prompts_dir}")
    for reason in built.refused:
        sys.stderr.write(f"studio recording not used: {reason}\n")
    return EXIT_REFUSED if built.refused else 0


def check(settings: Settings) -> int:
    """Say what is missing, stale, silent, clipped or refused; nothing is built.

    Raises:
        Refusal: the catalogue has a mistake.
    """
    try:
        found = problems(settings)
    except CatalogueError as error:
        raise Refusal(str(error)) from None
    for problem in found:
        sys.stderr.write(problem + "\n")
    print("the prompts are complete" if not found else f"{len(found)} problems")
    return EXIT_REFUSED if found else 0


def listing(settings: Settings) -> int:
    """One line a prompt and language: id, language, seconds, where the sound is from, text.

    Raises:
        Refusal: the catalogue has a mistake.
    """
    try:
        entries = library.entries(settings)
    except CatalogueError as error:
        raise Refusal(str(error)) from None
    for entry in entries:
        for language, text in (("zh_CN", entry.zh), ("en", entry.en)):
            if text:
                stamp = entry.sounds.get("zh_CN" if language == "zh_CN" else "en")
                told = f"{stamp.seconds:.1f} s\t{stamp.source}" if stamp else "-\tnot built"
                print(f"{entry.id}\t{language}\t{told}\t{text}")
    return 0
