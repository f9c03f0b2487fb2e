"""What must be true before anything is started; each trouble is one sentence."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from core.settings import Settings
from hotline import ports
from hotline.refusal import Refusal
from ivr.flows import loader
from ivr.flows.loader import FlowError
from ivr.house.known import Known
from ivr.prompts.catalogue import CatalogueError
from ivr.queues import QueueFileError

NATIVE_PROGRAMS = ("asterisk", "redis-server", "ffmpeg", "espeak-ng")
#: Free disk a start needs besides what the recorder's own alarm keeps.
LEAST_FREE_MIB = 200

FreeBytes = Callable[[Path], int]


def free_bytes(path: Path) -> int:
    """Bytes free on the disk `path` lies on, or will lie on."""
    while not path.exists():
        path = path.parent
    return shutil.disk_usage(path).free


def check(settings: Settings, free: FreeBytes = free_bytes) -> None:
    """
    Raises:
        Refusal: the menu cannot be used, the state folder cannot be written, the disk is full, a program is
            missing, a port is taken.
    """
    check_menu(settings)
    check_state(settings)
    check_disk(settings, LEAST_FREE_MIB, free)
    check_tools(settings)
    ports.check(settings)


def check_menu(settings: Settings) -> None:
    """The delivered menu of `flow.preset` with these prompts, queues and duty phones.

    Raises:
        Refusal: callers could not be led through it; each mistake with its line and what to do.
    """
    try:
        Known.of(settings).parse(settings.flow.preset, loader.packaged(settings.flow.preset))
    except (FlowError, QueueFileError, CatalogueError) as error:
        raise Refusal(f"The menu (flow.preset) cannot be used: {error}") from None


def check_state(settings: Settings) -> None:
    """Make the state folder. Others may pass through it (Asterisk's own user must) but read nothing.

    Raises:
        Refusal: it cannot be made or written.
    """
    state = settings.paths.state
    try:
        state.mkdir(parents=True, exist_ok=True)
        if state.stat().st_uid == os.geteuid():
            state.chmod(0o711)
        for private in (settings.log_dir, settings.archive_dir, state / "redis", state / "run"):
            private.mkdir(mode=0o700, exist_ok=True)
        probe = state / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise Refusal(
            f"The state folder {state} (paths.state) is no place to write: {error.strerror}."
        ) from None


def check_disk(settings: Settings, needed_mib: int, free: FreeBytes = free_bytes) -> None:
    """
    Raises:
        Refusal: fewer than `needed_mib` MiB are free where the state folder lies.
    """
    found = free(settings.paths.state) >> 20
    if found < needed_mib:
        raise Refusal(
            f"The disk of {settings.paths.state} (paths.state) has {found} MiB free; {needed_mib} are needed."
        )


def check_tools(settings: Settings) -> None:
    """
    Raises:
        Refusal: a program is neither in the native root nor, where that is wanted, on the host.
    """
    if settings.paths.use_host_binaries:
        missing = [name for name in NATIVE_PROGRAMS if not shutil.which(name)]
        if missing:
            raise Refusal(
                f"Not installed on this host: {', '.join(missing)} (paths.use_host_binaries is set)."
            )
        return
    native = settings.paths.native
    folders = [native / "usr" / "bin", native / "usr" / "sbin"]
    missing = [name for name in NATIVE_PROGRAMS if not any((f / name).exists() for f in folders)]
    if missing:
        raise Refusal(
            f"{', '.join(missing)} missing in {native} (paths.native): run `hotline setup` as root once."
        )
    if not shutil.which("bwrap"):
        raise Refusal("bwrap is missing: install the package bubblewrap, or run `hotline setup` as root.")
