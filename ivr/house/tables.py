"""Tables of what the house says. Every change counts `house_revision` up, which is what keepers look at."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, begin_write


class Revision(Base):
    """One row, one number: grows with every change of the tables below."""

    __tablename__ = "house_revision"

    id: Mapped[int] = mapped_column(primary_key=True)
    revision: Mapped[int]


class FlowVersion(Base):
    """A published text of a flow (流程版本); rows are only ever added. Version 0 is the delivered file."""

    __tablename__ = "flow_versions"
    __table_args__ = (UniqueConstraint("flow", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    flow: Mapped[str] = mapped_column(String(32))
    version: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    #: None: published from the command line.
    author_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    note: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime]


class Source(StrEnum):
    """Where an announcement's sound comes from."""

    SYNTHESISED = "synthesised"  #: 合成
    UPLOADED = "uploaded"  #: 上传
    PHONE = "phone"  #: 电话录制


class AnnouncementRow(Base):
    """A temporary announcement (临时通知) as people edit it."""

    __tablename__ = "announcements"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(64))
    text_zh: Mapped[str] = mapped_column(Text, default="")
    text_en: Mapped[str] = mapped_column(Text, default="")
    mode: Mapped[str] = mapped_column(String(16))
    queues: Mapped[list[str]] = mapped_column(JSON, default=list)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
    enabled: Mapped[bool] = mapped_column(default=True)
    source: Mapped[str] = mapped_column(String(16))
    #: Folder name below `<state>/announcements`; empty: no sound yet.
    sound: Mapped[str] = mapped_column(String(64), default="")
    created_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class FlagState(StrEnum):
    """Life of a flag: proposed → active or refused; active → ended or expired; proposed → expired."""

    PROPOSED = "proposed"  #: 待复核
    ACTIVE = "active"  #: 生效
    REFUSED = "refused"  #: 未通过
    ENDED = "ended"  #: 已解除
    EXPIRED = "expired"  #: 已到期


class Flag(Base):
    """A number people flagged (骚扰号码标记). One that is proposed or active exists once per number."""

    __tablename__ = "flagged_numbers"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(32))
    reason: Mapped[str] = mapped_column(Text)
    path: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16), index=True)
    call_id: Mapped[str | None] = mapped_column(String(64))
    proposed_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    created_at: Mapped[datetime]
    reviewed_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    reviewed_at: Mapped[datetime | None]
    review_note: Mapped[str] = mapped_column(Text, default="")
    expires_at: Mapped[datetime]
    #: When it stopped counting: refused, ended by a person, or expired.
    ended_at: Mapped[datetime | None]
    end_note: Mapped[str] = mapped_column(Text, default="")


_OPEN = text("state IN ('proposed', 'active')")
Index("uq_flagged_numbers_open", Flag.number, unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN)


class ArticleRow(Base):
    """A knowledge article (知识) callers can have read out."""

    __tablename__ = "articles"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    #: Place in the spoken list, smallest first.
    key_order: Mapped[int] = mapped_column(default=0)
    published: Mapped[bool] = mapped_column(default=False)
    #: Folder name below `<state>/articles`; empty: not spoken yet.
    sound: Mapped[str] = mapped_column(String(64), default="")
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


async def begin_change(db: AsyncSession) -> None:
    """First statement of every change of the house: one at a time, so that what is checked stays true."""
    await begin_write(db)
    await db.execute(select(Revision.revision).with_for_update())


async def count_up(session: AsyncSession) -> None:
    """Tell the keepers, in the caller's transaction, that something of the above changed."""
    await session.execute(update(Revision).values(revision=Revision.revision + 1))
