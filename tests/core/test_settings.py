"""Where a setting comes from."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from core.settings import Settings


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("HOTLINE_CONFIG", str(tmp_path / "hotline.toml"))


def test_sqlite_in_the_state_folder_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_PATHS_STATE", "/srv/state")
    assert Settings().database_url == "sqlite+aiosqlite:////srv/state/hotline.db"


@pytest.mark.parametrize("name", ["DATABASE_URL", "HOTLINE_DATABASE_URL"])
@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg"])
def test_postgresql_by_either_name(monkeypatch: pytest.MonkeyPatch, name: str, scheme: str) -> None:
    monkeypatch.setenv(name, f"{scheme}://hotline@127.0.0.1/city")
    assert Settings().database_url == "postgresql+asyncpg://hotline@127.0.0.1/city"


def test_environment_before_file_before_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "hotline.toml").write_text("[queue]\nring_s = 7\nmax_wait_s = 40\n")
    monkeypatch.setenv("HOTLINE_QUEUE_RING_S", "9")
    settings = Settings()
    assert (settings.queue.ring_s, settings.queue.max_wait_s, settings.queue.wrap_up_s) == (9, 40, 5)


def test_a_misspelt_name_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "hotline.toml").write_text("[queue]\nring = 7\n")
    with pytest.raises(ValidationError, match=r"queue\.ring"):
        Settings()


def test_a_misspelt_section_is_an_error_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_QUEU_RING_S", "7")
    with pytest.raises(ValidationError, match="HOTLINE_QUEU_RING_S, but there is no section 'queu'"):
        Settings()
