"""First step of `make run` and `make test`: from the host's plain Python to a complete `.venv`.

    python3 docker/bootstrap.py [--dev]

Standard library only. Stamps make a second run instant; a changed requirements file runs it again.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
VENV = CHECKOUT / ".venv"
OLDEST_PYTHON = (3, 11)
#: Room the first set-up takes: Python environment, native root, front end and its packages.
FIRST_TIME_GIB = 4


class Refusal(Exception):
    """Set-up cannot go on; the message is the one sentence a person reads."""


def check_host(version: tuple[int, ...], free_bytes: int, first_time: bool) -> None:
    """
    Raises:
        Refusal: Python is too old, or the disk too full for a first set-up.
    """
    if version < OLDEST_PYTHON:
        wanted, found = (".".join(map(str, v[:2])) for v in (OLDEST_PYTHON, version))
        raise Refusal(f"Python {wanted} or newer is needed; this is {found}: install it, or set PYTHON=…")
    if first_time and free_bytes < FIRST_TIME_GIB << 30:
        free = f"{free_bytes / (1 << 30):.1f}"
        raise Refusal(f"The first set-up takes {FIRST_TIME_GIB} GiB; {CHECKOUT} has only {free} GiB free.")


def setuptools_pin(requirements: str) -> str:
    """The lines of a requirements file that lock setuptools, with which the source packages are built."""
    lines = requirements.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("setuptools=="))
    end = start + 1
    while end < len(lines) and lines[end].startswith(" "):
        end += 1
    return "\n".join(lines[start:end]) + "\n"


def make_environment(requirements: Path) -> None:
    """Create `.venv` unless it is there, and bring it to exactly what `requirements` locks.

    Raises:
        Refusal: the host's Python cannot make environments, or pip failed (its output has been shown).
    """
    stamp = VENV / f".stamp-{requirements.stem}"
    digest = hashlib.sha256(
        requirements.read_bytes() + (CHECKOUT / "pyproject.toml").read_bytes()
    ).hexdigest()
    if stamp.exists() and stamp.read_text(encoding="utf-8") == digest:
        return
    if not (VENV / "bin" / "pip").exists():
        say("making the Python environment .venv")
        if subprocess.run([sys.executable, "-m", "venv", str(VENV)], stdout=subprocess.DEVNULL).returncode:
            shutil.rmtree(VENV, ignore_errors=True)
            raise Refusal("This Python cannot make environments: apt-get install python3-venv.")
    say(f"installing Python packages from {requirements.name}")
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as build:
        build.write(setuptools_pin(requirements.read_text(encoding="utf-8")))
        build.flush()
        pip("--require-hashes", "-r", build.name)
    pip("--require-hashes", "--no-build-isolation", "-r", str(requirements))
    pip("--no-deps", "--no-index", "--no-build-isolation", "-e", str(CHECKOUT))
    stamp.write_text(digest, encoding="utf-8")


def pip(*args: str) -> None:
    line = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--quiet", "--use-pep517"]
    line += ["--disable-pip-version-check"]
    environment = os.environ | {"PIP_ROOT_USER_ACTION": "ignore"}
    if subprocess.run([*line, *args], env=environment).returncode:
        raise Refusal("Python packages could not be installed; pip says why above.")


def say(text: str) -> None:
    sys.stdout.write(f"set-up | {text}\n")
    sys.stdout.flush()


def main(args: list[str]) -> int:
    requirements = CHECKOUT / ("requirements-dev.txt" if "--dev" in args else "requirements.txt")
    try:
        check_host(sys.version_info[:3], shutil.disk_usage(CHECKOUT).free, first_time=not VENV.exists())
        make_environment(requirements)
    except Refusal as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 69
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
