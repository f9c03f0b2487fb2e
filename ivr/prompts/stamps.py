"""What built audio was made of, a file a language: the build is incremental and stale audio visible."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, RootModel, ValidationError

FILE: Final = "stamps.json"
#: Change this when the way from text to sound changes: all prompts are built again.
RECIPE: Final = "3"

Source = Literal["synthesised", "studio", "tone"]


class Stamp(BaseModel):
    """One built sound."""

    model_config = ConfigDict(frozen=True)

    made_of: str
    source: Source
    seconds: float
    #: Why a studio recording of it was not used.
    refused: str | None = None


class _Stamps(RootModel[dict[str, Stamp]]):
    pass


def made_of(*parts: str) -> str:
    """A short name of what a sound is made of."""
    return hashlib.sha256("|".join((RECIPE, *parts)).encode()).hexdigest()[:16]


def read(folder: Path) -> dict[str, Stamp]:
    """The stamps of a language's folder; none when there are none or they are spoilt."""
    try:
        return _Stamps.model_validate_json((folder / FILE).read_bytes()).root
    except (OSError, ValidationError):
        return {}


def write(folder: Path, stamps: dict[str, Stamp]) -> None:
    """Replace the stamps in one step."""
    part = folder / f".{FILE}.{os.getpid()}.part"
    part.write_text(_Stamps(dict(sorted(stamps.items()))).model_dump_json(indent=1), encoding="utf-8")
    part.replace(folder / FILE)
