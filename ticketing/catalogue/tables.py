"""Tables of the catalogue beside the classes themselves (`ticketing.tables.Category`)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base

_KEY = ("edition", "kind", "code")


class Edition(Base):
    """An edition of the catalogue (目录版本): a standard's year, or a city's own."""

    __tablename__ = "catalogue_editions"

    code: Mapped[str] = mapped_column(String(8), primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    #: Goes up with every change of the edition: who keeps it in memory reads it anew.
    revision: Mapped[int] = mapped_column(default=1)


class SeverityRow(Base):
    """How bad it is and how soon it has to be settled (立案条件与处置时限); never deleted, only ended.

    A changed row is ended and a new one begins: a case keeps the one it was established with.
    """

    __tablename__ = "severity_rows"
    __table_args__ = (
        ForeignKeyConstraint(
            _KEY,
            [f"categories.{column}" for column in _KEY],
            name="fk_severity_rows_category",
        ),
        Index("ix_severity_rows_class", *_KEY),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    edition: Mapped[str] = mapped_column(String(8))
    kind: Mapped[str] = mapped_column(String(8))
    code: Mapped[str] = mapped_column(String(8))
    #: 1 is the worst.
    rank: Mapped[int]
    condition: Mapped[str] = mapped_column(String(200))
    #: In `ticketing.clocks.TimeUnit`s.
    limit_value: Mapped[int]
    limit_unit: Mapped[str] = mapped_column(String(16))
    #: Responsible unit where it is another than the class's; None: that one.
    unit: Mapped[str | None] = mapped_column(ForeignKey("units.code"))
    #: Days in China, from the first to the one before `valid_to`; None: always, for good.
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]


class ClassName(Base):
    """What a class was called until it was renamed: old cases keep the name that was true then."""

    __tablename__ = "class_names"
    __table_args__ = (
        ForeignKeyConstraint(
            _KEY, [f"categories.{column}" for column in _KEY], name="fk_class_names_category"
        ),
        Index("ix_class_names_class", *_KEY),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    edition: Mapped[str] = mapped_column(String(8))
    kind: Mapped[str] = mapped_column(String(8))
    code: Mapped[str] = mapped_column(String(8))
    major: Mapped[str] = mapped_column(String(64))
    minor: Mapped[str] = mapped_column(String(64))
    until: Mapped[datetime]
