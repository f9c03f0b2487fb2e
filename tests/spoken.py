"""Prompts spoken once for all hotlines the tests start: speaking all of them costs seconds each time."""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path

from core.settings import Settings
from ivr.prompts.build import build_all


def copy_prompts(target: Path) -> None:
    """Put the prompts of the default settings into `target`; the set-up then speaks only what differs."""
    plain = Settings()
    own = {"state": plain.paths.state / "test-prompts", "prompts": None, "studio": None}
    store = plain.model_copy(update={"paths": plain.paths.model_copy(update=own)})
    store.prompts_dir.mkdir(parents=True, exist_ok=True)
    with (store.paths.state / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        build_all(store)
        shutil.copytree(store.prompts_dir, target, copy_function=_link_or_copy, dirs_exist_ok=True)


def _link_or_copy(source: str, target: str) -> None:
    """Sounds are replaced, never written into, so a hard link is as good as a copy."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
