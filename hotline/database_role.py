"""The PostgreSQL role the hotline runs as: all it needs, and no right to alter what only ever grows.

Triggers refuse changes of history and audit to everybody; but a table's owner can switch its triggers off. So
the owner migrates, and the parts run as a role that owns nothing (`hotline audit role NAME`).
"""

from __future__ import annotations

import re
import secrets

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection

from core.db import make_engine
from core.errors import InvalidError

#: Rows of these are only ever added.
APPEND_ONLY = (
    *("case_history", "history_seals", "history_seal_heads", "audit_log", "audit_links"),
    "flow_versions",
)
#: The search index is emptied before it is built anew.
_EMPTIED = ("recording_words",)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


async def grant(url: str, role: str) -> str | None:
    """Make the role unless it is there, and give it exactly its rights; the URL to use, if it was made.

    Args:
        url: of the owner.

    Raises:
        InvalidError: no PostgreSQL, a name no role can have, or the owner's own.
        SQLAlchemyError, OSError: the database refuses, or does not answer.
    """
    target = make_url(url)
    if target.get_backend_name() != "postgresql":
        raise InvalidError("only PostgreSQL has roles; a SQLite file belongs to whoever may write it")
    if not _NAME.fullmatch(role):
        raise InvalidError("a role is named with lower-case letters, digits and _")
    if role == target.username:
        raise InvalidError("the owner can give itself every right; choose another name")
    engine, password = make_engine(url), secrets.token_urlsafe(24)
    try:
        async with engine.begin() as connection:
            is_new = await _make(connection, role, password)
            for statement in statements(role, str(target.database)):
                await connection.execute(text(statement))
    finally:
        await engine.dispose()
    if not is_new:
        return None
    return target.set(username=role, password=password).render_as_string(hide_password=False)


def statements(role: str, database: str) -> list[str]:
    """The rights, as SQL; may be run again, and should be after an upgrade."""
    only_added, emptied = ", ".join(APPEND_ONLY), ", ".join(_EMPTIED)
    quoted = '"' + database.replace('"', '""') + '"'
    return [
        f"GRANT CONNECT ON DATABASE {quoted} TO {role}",
        f"GRANT USAGE ON SCHEMA public TO {role}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
        f"GRANT TRUNCATE ON {emptied} TO {role}",
        f"REVOKE UPDATE, DELETE, TRUNCATE, TRIGGER, REFERENCES ON {only_added} FROM {role}",
        f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {role}",
    ]


async def can_alter(connection: AsyncConnection) -> list[str]:
    """Append-only tables this connection's user could change or take over; SQLite has no users."""
    if connection.dialect.name != "postgresql":
        return []
    query = text(
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname = 'public' AND c.relname = ANY(:names) AND ("
        "has_table_privilege(c.oid, 'UPDATE, DELETE, TRUNCATE') OR pg_has_role(c.relowner, 'USAGE')) "
        "ORDER BY c.relname"
    )
    return list(await connection.scalars(query, {"names": list(APPEND_ONLY)}))


async def _make(connection: AsyncConnection, role: str, password: str) -> bool:
    """Whether the role had to be made. `role` and `password` hold nothing SQL could mistake."""
    query = text("SELECT 1 FROM pg_roles WHERE rolname = :role")
    if await connection.scalar(query, {"role": role}):
        return False
    await connection.execute(text(f"CREATE ROLE {role} LOGIN PASSWORD '{password}'"))
    return True
