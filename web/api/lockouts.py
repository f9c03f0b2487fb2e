"""Addresses kept out for wrong SIP passwords (密码锁定): who, and letting them in again."""

from __future__ import annotations

import ipaddress
from datetime import datetime
from http import HTTPMethod

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from core.db import begin_write
from ivr.lockout import book
from web.api.at_seat import LEADERS
from web.api.route import Answer, Ask, Asked, Routes

routes = Routes("lockouts")


class LockoutAnswer(Answer):
    address: str
    #: User name that was tried last.
    extension: str
    attempts: int
    since: datetime
    until: datetime


class LockoutPage(Answer):
    items: list[LockoutAnswer]


class AddressPath(Asked):
    address: str = Field(max_length=64)

    @field_validator("address")
    @classmethod
    def _is_one(cls, text: str) -> str:
        try:
            return str(ipaddress.ip_address(text))
        except ValueError as error:
            raise PydanticCustomError("address", "address") from error


@routes.add(HTTPMethod.GET, "/lockouts", "Addresses kept out for wrong passwords (密码锁定)", roles=LEADERS)
async def lockouts(ask: Ask) -> LockoutPage:
    async with ask.services.sessions() as db:
        rows = await book.active(db, ask.services.clock.now())
    return LockoutPage(
        items=[
            LockoutAnswer(
                address=row.address,
                extension=row.username,
                attempts=row.failures,
                since=row.began_at,
                until=row.until,
            )
            for row in rows
        ]
    )


@routes.add(
    HTTPMethod.DELETE, "/lockouts/{address}", "Let an address in again (解除锁定)", roles=LEADERS, status=204
)
async def end_lockout(ask: Ask, path: AddressPath) -> None:
    async with ask.services.sessions.begin() as db:
        await begin_write(db)
        await book.end(
            db,
            path.address,
            actor_id=ask.account.id,
            from_address=ask.address,
            now=ask.services.clock.now(),
        )
