"""`hotline audit`: what it prints, its exit status, the list of roots; and what `timers` does for it."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from core import audit
from core.clock import FixedClock
from core.db import make_engine, make_sessions
from core.settings import Settings
from hotline import history
from hotline.cli import main
from hotline.refusal import EXIT_REFUSED
from ticketing import catalogue, drafts


@pytest.fixture
def settings(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: FixedClock) -> Settings:
    """A house with a case, sealed on two days; the command reads the same settings."""
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    monkeypatch.setenv("HOTLINE_PATHS_STATE", str(tmp_path))
    settings = Settings()
    assert settings.database_url == sqlite_url and settings.paths.state == tmp_path
    asyncio.run(_fill(settings, clock))
    return settings


async def _fill(settings: Settings, clock: FixedClock) -> None:
    engine = make_engine(settings.database_url)
    sessions = make_sessions(engine)
    async with sessions() as session:
        await catalogue.load(session)
        audit.record(session, at=clock.now(), actor_id=None, action="test:done")
        await session.commit()
    await drafts.open_draft(sessions, call_id="a", caller_number="", transcript="路灯不亮", clock=clock)
    assert len(await history.keep_once(settings, sessions, clock)) == 1
    assert await history.keep_once(settings, sessions, clock) == []
    clock.advance(timedelta(days=1))
    assert len(await history.keep_once(settings, sessions, clock)) == 1
    await engine.dispose()


async def _damage(settings: Settings) -> None:
    engine = make_engine(settings.database_url)
    async with engine.begin() as connection:
        await connection.execute(text("DROP TRIGGER case_history_no_update"))
        await connection.execute(text("UPDATE case_history SET note = 'x'"))
    await engine.dispose()


def test_a_sound_house(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "verify"]) == 0
    said = capsys.readouterr().out
    assert "案卷 1 件" in said and "封存 2 次" in said and "完好" in said
    assert len(history.read_roots(history.roots_file(settings))) == 2


def test_damage_is_named_and_the_exit_status_says_so(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(_damage(settings))
    assert main(["audit", "verify"]) == 1
    assert "case 1 entry 1: was changed (open_draft) / 流转记录被改动" in capsys.readouterr().out
    assert main(["audit", "verify", "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert [(one["problem"], one["case_id"], one["seq"]) for one in report["findings"]] == [("changed", 1, 1)]


def test_a_list_kept_elsewhere(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "kept.log"
    kept.write_text(f"# ours\n1 2026-11-23 {'0' * 64} 1\n")
    history.roots_file(settings).unlink()
    assert main(["audit", "verify", "--roots", str(kept)]) == 1
    assert "seal 1 has another root elsewhere" in capsys.readouterr().out
    kept.write_text("not a root\n")
    assert main(["audit", "verify", "--roots", str(kept)]) == EXIT_REFUSED
    assert "line 1" in capsys.readouterr().err


def test_a_role_needs_postgresql(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "role", "app"]) == EXIT_REFUSED
    assert "only PostgreSQL has roles" in capsys.readouterr().err
