"""Who may import whom (pyproject.toml, `make check`)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from core.settings import CHECKOUT


def test_rooms_keep_to_their_doors() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout
