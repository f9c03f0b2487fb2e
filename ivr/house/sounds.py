"""The house's sounds on disk: one folder per content, never written again, so a call hears what it began.

Asterisk plays `<folder>/<language>`; every folder holds every language, if need be the Chinese sound twice.
"""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from core.settings import Settings
from ivr.house.model import LANGUAGES
from ivr.prompts.audio import audioop

RATE_HZ = 8000
CHINESE = LANGUAGES[0]
#: Calls in progress may still play a folder nobody names any more; after this many seconds none does.
KEEP_S = 6 * 3600.0
_DIGITS = 16
_UNNAMED = ".unnamed"


def announcements_dir(settings: Settings) -> Path:
    return settings.paths.state.absolute() / "announcements"


def articles_dir(settings: Settings) -> Path:
    return settings.paths.state.absolute() / "articles"


def keep(root: Path, make: Callable[[Path], None]) -> str:
    """A new folder below `root` with what `make` writes into the folder it is given; its name.

    Raises:
        OSError, and whatever `make` raises: nothing is left then.
    """
    name = secrets.token_hex(_DIGITS // 2)
    part = root / f"{name}.part"
    part.mkdir(parents=True)
    try:
        make(part)
        for folder in (part, *(path for path in part.rglob("*") if path.is_dir())):
            _stand_in(folder)
        _open_to_the_switch(part)
        root.chmod(0o755)
        part.rename(root / name)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return name


def _stand_in(folder: Path) -> None:
    """The Chinese sound for each language that has none."""
    for chinese in list(folder.glob(f"{CHINESE}.*")):
        for language in LANGUAGES[1:]:
            other = folder / f"{language}{chinese.suffix}"
            if not other.exists():
                shutil.copyfile(chinese, other)


def _open_to_the_switch(part: Path) -> None:
    """Asterisk's user reads it, whatever our umask is."""
    for path in (part, *part.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


def sweep(root: Path, used: set[str]) -> int:
    """Remove folders that nobody has named for KEEP_S; how many. Those seen unnamed first are marked only."""
    removed = 0
    for folder in list(root.iterdir()) if root.is_dir() else ():
        mark = folder / _UNNAMED
        if len(folder.name.removesuffix(".part")) != _DIGITS or folder.name in used:
            continue
        if not mark.exists():
            mark.touch()
        elif mark.stat().st_mtime < time.time() - KEEP_S:
            shutil.rmtree(folder, ignore_errors=True)
            removed += 1
    return removed


def as_wav(alaw: bytes) -> bytes:
    """A WAV file browsers play: 16 bit, 8 kHz, mono."""
    linear: bytes = audioop.alaw2lin(alaw, 2)

    def number(value: int, width: int) -> bytes:
        return value.to_bytes(width, "little")

    form = number(1, 2) + number(1, 2) + number(RATE_HZ, 4) + number(RATE_HZ * 2, 4) + number(2, 2)
    head = b"WAVEfmt " + number(16, 4) + form + number(16, 2) + b"data" + number(len(linear), 4)
    return b"RIFF" + number(len(head) + len(linear), 4) + head + linear
