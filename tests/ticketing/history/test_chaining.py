"""Sums are the same whatever database wrote them; rows from before are chained by the migration."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from alembic import command
from sqlalchemy import Connection, text

from core import chain, migrate, trail
from core.db import make_engine, make_sessions
from ticketing.history.chain import COVERED
from ticketing.history.verify import Check


def test_one_way_of_writing() -> None:
    assert chain.canonical({"b": "路", "a": [1, None, True]}) == b'{"a":[1,null,true],"b":"\\u8def"}'
    assert chain.link(chain.FIRST, {"a": 1}) != chain.link(chain.FIRST, {"a": "1"})
    assert chain.link(chain.FIRST, {"a": 1}) != chain.link("1" * 64, {"a": 1})


def test_the_migration_covers_what_the_chain_covers() -> None:
    place = Path(migrate.__file__).parent / "migrations" / "versions" / "0025_history_chain.py"
    spec = importlib.util.spec_from_file_location("revision_0025", place)
    assert spec and spec.loader
    revision = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(revision)
    assert (revision._ENTRY, revision._LINE) == (COVERED, trail.COVERED)


def _upgrade(connection: Connection, revision: str) -> None:
    config = migrate._config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


OLD = (
    "INSERT INTO accounts (id, username, display_name, role, password_hash, failures, created_at) "
    "VALUES (1, 'a', 'a', 'seat', '', 0, '2026-01-01 00:00:00+00:00')",
    "INSERT INTO cases (id, stage, version, source, kind, urgency, confidential, wants_visit, reporter_name, "
    "caller_number, callback_number, address, description, description_is_transcript, created_at, "
    "changed_at) VALUES "
    "(1, 'registered', 2, 'telephone', '', 'normal', false, true, '', '', '', '中山路', '路灯', false, "
    "'2026-01-01 00:00:00+00:00', '2026-01-01 00:00:00+00:00')",
    "INSERT INTO case_history (case_id, seq, at, actor_id, move, from_stage, to_stage, note, changes) VALUES "
    "(1, 1, '2026-01-01 00:00:00+00:00', NULL, 'open_draft', '', 'draft', '', '{\"a\": [\"\", \"路\"]}'), "
    "(1, 2, '2026-01-01 00:00:01.5+00:00', 1, 'register', 'draft', 'registered', '注', '{}')",
    "INSERT INTO audit_log (at, actor_id, action, subject, address, detail) VALUES "
    "('2026-01-01 00:00:00+00:00', 1, 'session:opened', '', '127.0.0.1', '{\"a\": 1.5}')",
)


async def test_rows_from_before_are_chained(empty_url: str) -> None:
    engine = make_engine(empty_url)
    async with engine.begin() as connection:
        await connection.run_sync(_upgrade, "0024")
        for line in OLD:
            if engine.dialect.name == "sqlite":
                line = line.replace("+00:00'", "'")
            await connection.execute(text(line.replace(":00.5", r"\:00.5").replace(":", r"\:")))
        await connection.run_sync(_upgrade, "0025")
    async with engine.begin() as connection:
        await connection.run_sync(_upgrade, "head")
    try:
        report = await Check(make_sessions(engine)).run()
        assert (report.findings, report.entries, report.audit_links) == ([], 2, 1)
        assert report.audit_waiting == 0
    finally:
        await engine.dispose()
