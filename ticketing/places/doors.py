"""Changing places, components and names by hand: check → change → audit row → commit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core import audit
from core.audit import Action
from core.clock import CHINA, Clock
from core.db import SessionFactory, begin_write
from core.errors import ConflictError, InvalidError, NotFoundError
from core.tables import Account
from ticketing.places.index import OutsideError
from ticketing.places.memory import TREE, What, changed
from ticketing.places.squares import square
from ticketing.places.store import cell_of
from ticketing.places.tables import Landmark, Part
from ticketing.tables import Place

Row = TypeVar("Row", Part, Landmark)


class NoSuchPlaceError(NotFoundError):
    """没有这个地点"""


class NoSuchPartError(NotFoundError):
    """没有这个部件"""


class NoSuchLandmarkError(NotFoundError):
    """没有这个地名"""


class Doors:
    """What one person changes, from one address."""

    def __init__(self, sessions: SessionFactory, actor: Account, address: str, clock: Clock) -> None:
        self._sessions, self._actor, self._address, self._clock = sessions, actor, address, clock

    async def change_place(self, code: str, values: Mapping[str, Any]) -> Place:
        """Rename a place, or say from when to when it counts (`name`, `valid_from`, `valid_to`).

        Raises:
            NoSuchPlaceError: there is none.
            InvalidError: it would end before it begins.
        """
        async with self._sessions() as session:
            await begin_write(session)
            place = await session.scalar(select(Place).where(Place.code == code).with_for_update())
            if place is None:
                raise NoSuchPlaceError
            told = _set(place, values)
            if place.valid_from and place.valid_to and place.valid_to < place.valid_from:
                raise InvalidError("表单有误", fields={"valid_to": "不能早于启用日期"})
            await self._keep(session, Action.PLACE_CHANGED, code, told, "tree")
        return place

    async def change_part(self, code: str, version: int, values: Mapping[str, Any]) -> Part:
        """Change state, owner, keeper, name or coordinates of a component.

        Raises:
            NoSuchPartError: there is none.
            ConflictError: it changed since `version`.
            InvalidError: the new coordinates lie outside of the city.
        """
        async with self._sessions() as session:
            await begin_write(session)
            part = await session.scalar(select(Part).where(Part.code == code).with_for_update())
            if part is None:
                raise NoSuchPartError
            told = await self._change(session, part, version, values)
            part.square = square(part.longitude, part.latitude)
            part.cell = await self._cell(session, part)
            await self._keep(session, Action.PART_CHANGED, code, told)
        return part

    async def add_landmark(self, values: Mapping[str, Any]) -> Landmark:
        """A new name of the gazetteer.

        Raises:
            InvalidError: its coordinates lie outside of the city.
        """
        async with self._sessions() as session:
            await begin_write(session)
            row = Landmark(**values, changed_at=self._clock.now())
            await self._cell(session, row)
            session.add(row)
            await session.flush()
            await self._keep(session, Action.LANDMARK_MADE, str(row.id), dict(values), "names")
        return row

    async def change_landmark(self, landmark_id: int, version: int, values: Mapping[str, Any]) -> Landmark:
        """
        Raises:
            NoSuchLandmarkError: there is none.
            ConflictError: it changed since `version`.
            InvalidError: the new coordinates lie outside of the city.
        """
        async with self._sessions() as session:
            await begin_write(session)
            query = select(Landmark).where(Landmark.id == landmark_id).with_for_update()
            row = await session.scalar(query)
            if row is None:
                raise NoSuchLandmarkError
            told = await self._change(session, row, version, values)
            await self._cell(session, row)
            await self._keep(session, Action.LANDMARK_CHANGED, str(row.id), told, "names")
        return row

    async def _change(
        self, session: AsyncSession, row: Row, version: int, values: Mapping[str, Any]
    ) -> dict[str, Any]:
        if row.version != version:
            raise ConflictError(version=row.version)
        told = _set(row, values)
        row.version, row.changed_at = row.version + 1, self._clock.now()
        return told

    async def _cell(self, session: AsyncSession, row: Part | Landmark) -> str | None:
        try:
            today = self._clock.now().astimezone(CHINA).date()
            return cell_of(await TREE.current(session), row.longitude, row.latitude, today)
        except OutsideError as error:
            raise InvalidError("表单有误", fields=error.details["fields"]) from None

    async def _keep(
        self,
        session: AsyncSession,
        action: Action,
        subject: str,
        told: dict[str, Any],
        what: What | None = None,
    ) -> None:
        if what:
            await changed(session, what)
        audit.record(
            session,
            at=self._clock.now(),
            actor_id=self._actor.id,
            action=action,
            subject=subject,
            address=self._address,
            detail=told,
        )
        await session.commit()


def _set(row: Place | Part | Landmark, values: Mapping[str, Any]) -> dict[str, Any]:
    """Set what differs, and tell it as {"field": [before, after]}."""
    told = dict[str, Any]()
    for name, value in values.items():
        before = getattr(row, name)
        if before != value:
            setattr(row, name, value)
            told[name] = [_plain(before), _plain(value)]
    return told


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, (str, int, float, list)) else str(value)
