"""Command lines for programs of the native root: Asterisk, Redis, ffmpeg, espeak-ng, SIPp.

The root is a plain folder made from Debian packages by `docker/rootfs`. bubblewrap gives a program that
folder's files read-only, the host's network, and of the host's files only the ones it works on.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from core.settings import Settings

#: Host name inside the root. The root's /etc/hosts knows it, so a dead name server never holds a call up.
HOST_NAME = "hotline"
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_USR_MERGED = ("bin", "sbin", "lib", "lib64")


def command(
    settings: Settings,
    program: str,
    *args: str,
    binds: Sequence[Path] = (),
    root: Path | None = None,
    alone: bool = False,
) -> list[str]:
    """The command line that runs `program` with `args`.

    Inside, the state folder, the prompts folder, `/tmp` and each of `binds` lie at their own paths and are
    writable; a path that does not exist yet is left out. The program and its children die with the thread
    that started it (so start lasting ones from the main thread), whatever kills that.
    `root` names another root than `paths.native` (tests have their own, see `root_for_tests`).
    `alone`: it starts no programs and stays the user it is. No other process then stands between it and
    whoever waits for it, and its processor time is counted as theirs; else it is counted nowhere.
    With `paths.use_host_binaries` it is the host's program, as it is.
    """
    if settings.paths.use_host_binaries:
        return [program, *args]
    native = (root or settings.paths.native).absolute()
    own = _own_paths(settings, binds)
    return ["bwrap", *["--as-pid-1"] * alone, *_isolation(native), *own, "--", program, *args]


def root_for_tests(settings: Settings) -> Path:
    """The native root with what only tests need: Chromium, PostgreSQL, a softphone."""
    native = settings.paths.native.absolute()
    return native.with_name(f"{native.name}-test")


def asterisk_ids(settings: Settings) -> tuple[int, int] | None:
    """User and group id Asterisk gives up root for, or None where it simply stays who we are."""
    if os.geteuid() != 0:
        return None
    etc = Path("/etc") if settings.paths.use_host_binaries else settings.paths.native / "etc"
    for line in (etc / "passwd").read_text(encoding="utf-8").splitlines():
        name, _, user, group, *_ = line.split(":")
        if name == "asterisk":
            return int(user), int(group)
    return None


def _isolation(native: Path) -> list[str]:
    line = ["--die-with-parent", "--unshare-pid", "--unshare-uts", "--hostname", HOST_NAME]
    line += [
        "--tmpfs",
        "/",
        "--ro-bind",
        str(native / "usr"),
        "/usr",
        "--ro-bind",
        str(native / "etc"),
        "/etc",
    ]
    for name in _USR_MERGED:
        line += ["--symlink", f"usr/{name}", f"/{name}"]
    line += ["--proc", "/proc", "--dev", "/dev", "--dev-bind-try", "/dev/dahdi", "/dev/dahdi"]
    line += ["--perms", "1777", "--tmpfs", "/dev/shm", "--dir", "/run"]  # noqa: S108 - inside the root
    line += ["--perms", "1777", "--dir", "/var/tmp", "--symlink", "/run", "/var/run"]  # noqa: S108 - likewise
    fonts = "var/cache/fontconfig"
    line += ["--ro-bind-try", str(native / fonts), f"/{fonts}"]
    line += ["--ro-bind-try", "/etc/resolv.conf", "/etc/resolv.conf"]
    return [*line, "--setenv", "PATH", _PATH, "--setenv", "LANG", "C.UTF-8"]


def _own_paths(settings: Settings, binds: Sequence[Path]) -> list[str]:
    paths = [Path("/tmp"), settings.paths.state, settings.prompts_dir, *binds]  # noqa: S108 - the host's
    paths = [path.absolute() for path in paths]
    line: list[str] = []
    # Made beforehand: bubblewrap would make the way to a path as narrow as the host's /root, and Asterisk's
    # user could not walk it.
    for parent in dict.fromkeys(parent for path in paths for parent in reversed(path.parents)):
        line += ["--dir", str(parent)]
    for path in paths:
        line += ["--bind-try", str(path), str(path)]
    return line
