"""The directory's table."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class EntryKind(StrEnum):
    """What sort of place an entry is."""

    DISTRICT = "district"  #: 区县
    DEPARTMENT = "department"  #: 部门
    EMERGENCY = "emergency"  #: 应急
    EXTERNAL = "external"  #: 外部单位


class DirectoryEntry(Base):
    """A number seats may transfer to, by a code of two to four digits that phones can dial (*8 and it)."""

    __tablename__ = "directory"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(4), unique=True)
    label: Mapped[str] = mapped_column(String(64))
    label_en: Mapped[str] = mapped_column(String(64), default="")
    kind: Mapped[str] = mapped_column(String(16))
    #: Digits as they are dialled.
    number: Mapped[str] = mapped_column(String(20))
    active: Mapped[bool] = mapped_column(default=True)
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
