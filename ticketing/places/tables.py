"""Tables of places: outlines, the gazetteer, components, and the numbers that tell when they changed."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from ticketing.tables import Place


class PlaceShape(Base):
    """An outline of a place. A cell that is drawn anew keeps its code and gets another row."""

    __tablename__ = "place_shapes"

    id: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[str] = mapped_column(ForeignKey(Place.code), index=True)
    #: GeoJSON Polygon or MultiPolygon.
    outline: Mapped[dict[str, Any]]
    #: First and last day it counts; None: no end on that side.
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]


class PlaceRevision(Base):
    """Goes up with every change of the tree or of the gazetteer (`what`), so that memory is read anew."""

    __tablename__ = "place_revisions"

    what: Mapped[str] = mapped_column(String(16), primary_key=True)
    revision: Mapped[int] = mapped_column(default=0)


class Landmark(Base):
    """A name of the gazetteer (地名): a square, a station, a shop people go by."""

    __tablename__ = "landmarks"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), index=True)
    #: What else people call it (别名).
    aliases: Mapped[list[str]] = mapped_column(JSON, default=list)
    #: What sort of thing it is, in one word: 加油站, 广场. May be empty.
    sort: Mapped[str] = mapped_column(String(16), default="")
    longitude: Mapped[float]
    latitude: Mapped[float]
    is_active: Mapped[bool] = mapped_column(default=True)
    #: Goes up with every change; a writer names the version it saw.
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime]


class PartState(StrEnum):
    """How a component is."""

    GOOD = "good"  #: 完好
    DAMAGED = "damaged"  #: 破损
    MISSING = "missing"  #: 丢失
    DISUSED = "disused"  #: 废除
    REMOVED = "removed"  #: 移除


class Part(Base):
    """A component (部件): a manhole cover, a lamp. Its code: 6 division + 2 major + 2 minor + 6 serial."""

    __tablename__ = "parts"

    code: Mapped[str] = mapped_column(String(16), primary_key=True)
    #: Class of the catalogue, 4 digits: those 7 to 10 of the code.
    category: Mapped[str] = mapped_column(String(4))
    name: Mapped[str] = mapped_column(String(64), default="")
    #: 权属单位, whose it is, and 养护单位, who looks after it.
    owner: Mapped[str] = mapped_column(String(64), default="")
    keeper: Mapped[str] = mapped_column(String(64), default="")
    state: Mapped[str] = mapped_column(String(16), default=PartState.GOOD)
    longitude: Mapped[float]
    latitude: Mapped[float]
    #: `ticketing.places.squares.square` of the coordinates: what a look-up by distance goes by.
    square: Mapped[int] = mapped_column(BigInteger)
    cell: Mapped[str | None] = mapped_column(ForeignKey(Place.code), index=True)
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime]

    __table_args__ = (Index("ix_parts_square_category", "square", "category"),)
