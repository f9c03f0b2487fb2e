"""Which part is which program or entry. Order is the order of starting."""

from __future__ import annotations

import ctypes
import importlib
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import cast

from core import native
from core.process import run
from core.settings import Settings, get_settings
from hotline.refusal import Refusal

Entry = Callable[..., Awaitable[None]]

NATIVE = ("redis", "asterisk")
ENTRIES = {
    "watcher": "ivr.watcher:main",
    "agi": "agi_scripts.server:main",
    "web": "web.app:main",
    "recorder": "hotline.recording:main",
    "transcriber": "hotline.transcribing:main",
    "timers": "hotline.timers:main",
    "exchange": "hotline.exchange:main",
    "listener": "hotline.live_help:main",
}
NAMES = (
    "redis",
    "agi",
    "asterisk",
    "watcher",
    "web",
    "recorder",
    "timers",
    "exchange",
    "transcriber",
    "listener",
)
_PR_SET_PDEATHSIG = 1


def run_process(name: str) -> int:
    """Be the part `name` until it ends or is asked to; its exit status.

    Raises:
        Refusal: its code cannot be loaded: the environment is not complete.
    """
    die_with_parent(signal.SIGTERM)
    if name in NATIVE:
        _become(native_command(get_settings(), name))
    module, _, attribute = ENTRIES[name].partition(":")
    try:
        entry = cast(Entry, getattr(importlib.import_module(module), attribute))
    except ImportError as error:
        raise Refusal(
            f"The part {name} cannot be loaded ({error}): run `make run` to complete set-up."
        ) from None
    return run(name, entry)


def die_with_parent(number: int) -> None:
    """Ask the kernel to send us `number` when whoever started us dies, however that happens."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, number)


def native_command(settings: Settings, name: str) -> list[str]:
    """The command line of Redis or Asterisk for this instance."""
    if name == "redis":
        return native.command(settings, "redis-server", *_redis(settings))
    etc = settings.asterisk_dir / "etc" / "asterisk.conf"
    identity = ("-U", "asterisk", "-G", "asterisk") if native.asterisk_ids(settings) else ()
    return native.command(settings, "asterisk", "-f", "-n", "-C", str(etc.absolute()), *identity)


def _redis(settings: Settings) -> list[str]:
    folder = (settings.paths.state / "redis").absolute()
    folder.mkdir(parents=True, exist_ok=True)
    options = {
        "bind": settings.redis.host,
        "port": str(settings.redis.port),
        "dir": str(folder),
        "appendonly": "yes",
        "save": "",
        "daemonize": "no",
        # Idle rounds a second: ours hold few keys, and ten would cost more than all our traffic at night.
        "hz": "2",
    }
    return [word for key, value in options.items() for word in (f"--{key}", value)]


def _become(line: list[str]) -> None:
    """Replace this process. Ignoring SIGTERM is inherited: bubblewrap then outlives the signal its whole
    group gets, while the program inside, which handles it, ends in its own time."""
    if line[0] == "bwrap":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.stdout.flush()
    os.execvp(line[0], line)  # noqa: S606 - no shell is what is wanted
