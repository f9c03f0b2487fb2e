"""Secrets of others: sealed to a purpose and to this instance."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.keybox import KeyBox, KeyboxError, new_secret
from core.settings import Paths, Settings


def test_what_is_sealed_opens_again_here_alone(tmp_path: Path) -> None:
    here, there = (Settings(paths=Paths(state=tmp_path / name)) for name in ("a", "b"))
    secret = new_secret()
    sealed = KeyBox.of(here).seal(secret, "webhook:1")
    assert secret not in sealed
    assert KeyBox.of(here).open(sealed, "webhook:1") == secret
    assert KeyBox.of(here).seal(secret, "webhook:1") != sealed
    for box, purpose in ((KeyBox.of(there), "webhook:1"), (KeyBox.of(here), "webhook:2")):
        with pytest.raises(KeyboxError):
            box.open(sealed, purpose)


@pytest.mark.parametrize("broken", ["", "x", "AAAA", "é" * 20])
def test_what_was_changed_does_not_open(tmp_path: Path, broken: str) -> None:
    box = KeyBox.of(Settings(paths=Paths(state=tmp_path)))
    with pytest.raises(KeyboxError):
        box.open(broken, "webhook:1")
