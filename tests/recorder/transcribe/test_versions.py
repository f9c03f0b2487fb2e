"""Migration 0015: transcripts there already become versions, on both databases."""

from __future__ import annotations

import asyncpg
import pytest
from alembic import command
from sqlalchemy import Connection, text

from core import migrate
from core.db import make_engine

_ROWS = [
    # id, recording, side, engine, model
    (1, 1, "caller", "vosk", "tiny"),
    (2, 1, "hotline", "vosk", "tiny"),
    (3, 1, "caller", "vosk", "small"),
    (4, 1, "hotline", "vosk", "small"),
    (5, 2, "caller", "vosk", "tiny"),
]


@pytest.fixture(params=["sqlite", "postgresql"])
async def url(request: pytest.FixtureRequest, tmp_path: object) -> str:
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/old.db"
    postgresql: str = request.getfixturevalue("postgresql")
    connection = await asyncpg.connect(postgresql + "postgres")
    await connection.execute("DROP DATABASE IF EXISTS old_transcripts")
    await connection.execute("CREATE DATABASE old_transcripts")
    await connection.close()
    return postgresql.replace("postgresql://", "postgresql+asyncpg://") + "old_transcripts"


def _to(connection: Connection, revision: str) -> None:
    config = migrate._config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


async def test_old_rows_become_versions(url: str) -> None:
    engine = make_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(_to, "0001")
        at = "2026-01-01 00:00:00+00:00"
        for number in (1, 2):
            await connection.execute(text(_recording(number, at)))
        for row in _ROWS:
            await connection.execute(text(_transcript(row, at)))
        await connection.run_sync(_to, "head")
    async with engine.connect() as connection:
        query = "SELECT id, version, is_current, normal_text FROM transcripts ORDER BY id"
        found = [tuple(row) for row in await connection.execute(text(query))]
    await engine.dispose()
    assert [(row[0], row[1], bool(row[2]), row[3]) for row in found] == [
        (1, 1, False, ""),
        (2, 1, False, ""),
        (3, 2, True, ""),
        (4, 2, True, ""),
        (5, 1, True, ""),
    ]


def _recording(number: int, at: str) -> str:
    return (
        "INSERT INTO recordings "  # noqa: S608 - our own numbers
        "(id, call_id, state, created_at, duration_s, caller_sha256, hotline_sha256, "
        "archive_sha256, archive_key, archive_bytes, peaks, attempts, last_error) VALUES "
        f"({number}, 'a-{number}', 'transcribed', '{at}', 1, '', '', '', '', 0, '{{}}', 0, '')"
    )


def _transcript(row: tuple[int, int, str, str, str], at: str) -> str:
    key, recording, side, engine, model = row
    return (
        "INSERT INTO transcripts "  # noqa: S608 - our own words
        "(id, recording_id, side, engine, model, is_test_model, text, words, took_s, created_at) VALUES "
        f"({key}, {recording}, '{side}', '{engine}', '{model}', false, 'x', '[]', 1, '{at}')"
    )
