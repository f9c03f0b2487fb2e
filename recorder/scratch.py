"""Where recordings lie on their way to the store: on the state folder's disk, one file a call."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.settings import Settings
from recorder.legs import check_call_id


@contextmanager
def scratch(settings: Settings, call_id: str) -> Iterator[Path]:
    """A new place to write a recording to. What a killed worker left for this call is removed first."""
    folder = settings.paths.state / "sealing"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in folder.glob(f"{check_call_id(call_id)}.*.part"):
        left.unlink(missing_ok=True)
    place = folder / f"{call_id}.{os.getpid()}-{os.urandom(4).hex()}.part"
    try:
        yield place
    finally:
        place.unlink(missing_ok=True)
