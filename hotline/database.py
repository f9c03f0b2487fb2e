"""The database a command needs: brought up to date, and its troubles told in one sentence."""

from __future__ import annotations

from alembic.util import CommandError
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from core import migrate
from core.settings import Settings
from hotline.refusal import Refusal

#: What using a database can raise for reasons outside of us: it does not answer, its URL makes no sense
#: (ImportError: it names a driver that is not installed), its tables are a newer version's.
TROUBLES = (SQLAlchemyError, OSError, ImportError, CommandError)


async def upgrade(settings: Settings) -> None:
    """Bring the database to the tables of this version.

    Raises:
        Refusal: it cannot be reached, read or written; the sentence names the setting, never the password.
    """
    try:
        await migrate.upgrade(settings.database_url)
    except TROUBLES as error:
        raise refusal(settings, error) from None


def refusal(settings: Settings, error: BaseException) -> Refusal:
    """One of `TROUBLES` as the sentence a person reads."""
    reason = str(error.orig if isinstance(error, DBAPIError) else error).strip() or type(error).__name__
    try:
        where = make_url(settings.database_url).render_as_string(hide_password=True)
    except ArgumentError:
        where, reason = "named", "that is no database URL"
    return Refusal(
        f"The database {where} (setting database.url, or DATABASE_URL) cannot be used: "
        f"{reason.splitlines()[0].rstrip('.')}."
    )
