"""A database that cannot be used: one sentence with the setting's name, no password, no traceback."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from core.settings import Settings
from hotline import cli, database
from hotline.refusal import EXIT_REFUSED, Refusal

PASSWORD = "do-not-show-me"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (f"postgresql://hotline:{PASSWORD}@127.0.0.1:1/hotline", "127.0.0.1:1/hotline"),
        (f"nonsense {PASSWORD}", "that is no database URL"),
        (f"mysql://hotline:{PASSWORD}@127.0.0.1/hotline", "mysql://hotline"),
        ("sqlite+aiosqlite:////absent/hotline.db", "unable to open database file"),
    ],
)
async def test_upgrade_says_what_is_wrong(url: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_DATABASE_URL", url)
    with pytest.raises(Refusal) as refused:
        await database.upgrade(Settings())
    sentence = str(refused.value)
    assert said in sentence
    assert "DATABASE_URL" in sentence
    assert PASSWORD not in sentence
    assert "\n" not in sentence


def test_listings_say_so_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOTLINE_PATHS_STATE", str(tmp_path / "absent"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert cli.main(["calls"]) == EXIT_REFUSED
    assert "hotline.db (setting database.url, or DATABASE_URL)" in capsys.readouterr().err


def test_a_refusal_leaves_no_thread_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_PATHS_STATE", str(tmp_path / "absent"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    before = set(threading.enumerate())
    assert [cli.main(["calls"]) for _ in range(10)] == [EXIT_REFUSED] * 10
    left = set(threading.enumerate()) - before
    assert [thread for thread in left if "connection_worker" in thread.name] == []
