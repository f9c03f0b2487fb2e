"""`hotline sources`: a key is made, shown once, listed by its first letters, revoked."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from core.clock import SystemClock
from core.db import make_engine, make_sessions
from core.settings import get_settings
from hotline import cli, demo_sources
from hotline.refusal import EXIT_REFUSED
from ticketing import catalogue
from ticketing.sources import keys


@pytest.fixture(autouse=True)
def _demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "state").mkdir()
    monkeypatch.setenv("HOTLINE_PATHS_STATE", str(tmp_path / "state"))
    get_settings.cache_clear()
    assert cli.main(["sources", "list"]) == 0  # brings the database up

    async def fill() -> None:
        engine = make_engine(get_settings().database_url)
        async with make_sessions(engine).begin() as session:
            await catalogue.load(session)
            for _ in range(2):
                await demo_sources.add(session, SystemClock().now())
        await engine.dispose()

    asyncio.run(fill())


def _holder(key: str) -> str:
    async def ask() -> str:
        engine = make_engine(get_settings().database_url)
        try:
            return (await keys.holder(make_sessions(engine), key, SystemClock().now())).code
        except keys.SourceKeyError as error:
            return error.code
        finally:
            await engine.dispose()

    return asyncio.run(ask())


def test_a_key_from_made_to_revoked(capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert cli.main(["sources", "key", "noise-meters"]) == 0
    key = capsys.readouterr().out.strip()
    assert _holder(key) == "noise-meters"
    assert cli.main(["sources", "list"]) == 0
    told = capsys.readouterr().out
    assert f"#1  {key[:9]}…  有效" in told and key not in told and told.count("/min") == 9
    database = (get_settings().paths.state / "hotline.db").read_bytes()
    assert key.encode() not in database
    assert cli.main(["sources", "revoke", "noise-meters", "1"]) == 0
    assert _holder(key) == "source_key"


def test_what_there_is_not_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["sources", "key", "nobody"]) == EXIT_REFUSED
    assert "没有这个来源" in capsys.readouterr().err
    assert cli.main(["sources", "revoke", "mailbox", "7"]) == EXIT_REFUSED
