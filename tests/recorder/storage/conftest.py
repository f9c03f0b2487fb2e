"""Every store there is, by turns."""

from __future__ import annotations

from pathlib import Path

import pytest

from recorder.storage.local import LocalStore
from recorder.storage.protocol import Store


@pytest.fixture(params=["local"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return LocalStore(tmp_path / "archive", tmp_path / "marker")
