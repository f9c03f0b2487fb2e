"""Bring a database to the tables of this version. Safe when several processes start it at once."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from core.db import make_engine

_FOLDER = Path(__file__).resolve().parent / "migrations"
#: Any fixed number: processes that migrate PostgreSQL queue up behind it.
_ADVISORY_LOCK = 12_319


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    return config


def head() -> str:
    """The newest revision there is a script for."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    if revision is None:
        raise RuntimeError("no migration scripts: the installation is incomplete")
    return revision


async def upgrade(url: str) -> None:
    """Run the migrations `url` lacks, all in one transaction; none to run is fine.

    Args:
        url: async SQLAlchemy URL; the folder of a SQLite file must exist.
    """
    engine = make_engine(url)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})")
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


async def is_current(url: str) -> bool:
    """Whether the database stands at the newest revision.

    Raises:
        SQLAlchemyError, OSError: it does not answer.
    """
    engine = make_engine(url)
    try:
        async with engine.connect() as connection:
            revision = await connection.run_sync(
                lambda sync: MigrationContext.configure(sync).get_current_revision()
            )
    finally:
        await engine.dispose()
    return revision == head()
