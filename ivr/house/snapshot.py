"""From rows to the snapshot, and the copy of it that serves a start without a database."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import cast

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.settings import Settings
from ivr.house import sounds
from ivr.house.model import Announcement, Article, FlaggedNumber, ModeName, PathName
from ivr.house.tables import AnnouncementRow, ArticleRow, Flag, FlagState, FlowVersion, Revision


@dataclass(frozen=True)
class Published:
    """What stood in the database at one moment. `version` 0 and no `text`: nobody published this flow."""

    revision: int
    flow: str
    version: int
    text: str
    announcements: tuple[Announcement, ...]
    flags: tuple[FlaggedNumber, ...]
    articles: tuple[Article, ...]


_PUBLISHED = TypeAdapter(Published)


def copy_file(settings: Settings) -> Path:
    """Where the copy lies."""
    return settings.paths.state / "house.json"


def read_copy(file: Path) -> Published:
    """The copy.

    Raises:
        FileNotFoundError: there is none yet.
        OSError, ValueError: it cannot be read, or is damaged.
    """
    return _PUBLISHED.validate_json(file.read_bytes())


def write_copy(file: Path, published: Published) -> None:
    """Replace the copy as a whole. It holds callers' numbers, so only its owner may read it.

    Raises:
        OSError
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f"{file.name}.{os.getpid()}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(_PUBLISHED.dump_json(published))
        out.flush()
        os.fsync(out.fileno())
    part.replace(file)


async def revision(db: AsyncSession) -> int:
    """How often anything of the house has changed: the one cheap question asked every second."""
    return await db.scalar(select(Revision.revision)) or 0


async def read(db: AsyncSession, settings: Settings, now: datetime) -> Published:
    """All that is published and not over. The revision is read first: what comes later is read again."""
    number, flow = await revision(db), settings.flow.preset
    newest = select(FlowVersion).where(FlowVersion.flow == flow).order_by(FlowVersion.version.desc())
    version = await db.scalar(newest.limit(1))
    return Published(
        revision=number,
        flow=flow,
        version=version.version if version else 0,
        text=version.text if version else "",
        announcements=await _announcements(db, settings, now),
        flags=await _flags(db, now),
        articles=await _articles(db, settings),
    )


async def _announcements(db: AsyncSession, settings: Settings, now: datetime) -> tuple[Announcement, ...]:
    wanted = AnnouncementRow.enabled.is_(True) & (AnnouncementRow.ends_at > now)
    rows = await db.scalars(select(AnnouncementRow).where(wanted).order_by(AnnouncementRow.id))
    return tuple(
        Announcement(
            id=row.id,
            title=row.title,
            mode=cast("ModeName", row.mode),
            sound=str(sounds.announcements_dir(settings) / row.sound),
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            queues=tuple(row.queues),
        )
        for row in rows
        if row.sound
    )


async def _flags(db: AsyncSession, now: datetime) -> tuple[FlaggedNumber, ...]:
    wanted = (Flag.state == FlagState.ACTIVE) & (Flag.expires_at > now)
    rows = await db.scalars(select(Flag).where(wanted).order_by(Flag.id))
    return tuple(FlaggedNumber(row.number, cast("PathName", row.path), row.expires_at) for row in rows)


async def _articles(db: AsyncSession, settings: Settings) -> tuple[Article, ...]:
    order = (ArticleRow.key_order, ArticleRow.id)
    rows = await db.scalars(select(ArticleRow).where(ArticleRow.published.is_(True)).order_by(*order))
    return tuple(
        Article(
            id=row.id,
            title=row.title,
            sound=str(sounds.articles_dir(settings) / row.sound / "text"),
            title_sound=str(sounds.articles_dir(settings) / row.sound / "title"),
        )
        for row in rows
        if row.sound
    )
