"""The book of platforms: adding and changing them, their mapping tables, and what waits to be sent again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core import audit
from core.audit import Action
from core.clock import Clock
from core.db import SessionFactory, begin_write
from core.delivery import check_url
from core.errors import InvalidError, NotFoundError
from core.keybox import KeyBox, new_secret
from core.tables import Account, Role
from ticketing.exchange.tables import (
    MessageState,
    Platform,
    PlatformCode,
    PlatformMessage,
    Table,
    UnmappedCode,
    Way,
)
from ticketing.sources import book
from ticketing.sources.channels import Channel
from ticketing.sources.tables import Source
from ticketing.tables import Stage
from ticketing.workflow import MOVES


class NoSuchPlatformError(NotFoundError):
    """没有这个平台。"""

    code = "no_such_platform"


@dataclass(frozen=True)
class By:
    """Who does it, and from where."""

    account_id: int | None
    address: str


def purpose(code: str) -> str:
    """What a platform's secret is sealed for."""
    return f"platform:{code}"


@dataclass(frozen=True)
class Platforms:
    """What administrators do with platforms."""

    sessions: SessionFactory
    clock: Clock
    box: KeyBox

    async def make(
        self, by: By, *, code: str, name: str, kind: str, form: str, url: str, account: str = ""
    ) -> tuple[Platform, str]:
        """A new platform and the secret both sides sign with, which is told this once.

        Args:
            account: user name of whoever it moves cases as (接口账号); empty: it moves none.

        Raises:
            InvalidError: the code is taken, the address is none, or there is no such account.
        """
        secret, now = new_secret(), self.clock.now()
        async with self.sessions() as session:
            await begin_write(session)
            there = await session.get(Platform, code) is not None
            if there or await session.get(Source, code) is not None:
                raise InvalidError("表单有误", fields={"code": "已有这个编码"})
            row = Platform(
                code=code,
                name=name,
                kind=kind,
                format=form,
                url=url,
                sealed_secret=self.box.seal(secret, purpose(code)),
                is_active=True,
                account_id=await _account(session, account),
                made_at=now,
                failures=0,
            )
            _check_url(url)
            session.add(row)
            # Platforms tell each case once: only their own number says what is a repeat.
            session.add(book.fresh(code, name, Channel.PLATFORM, now, similar_minutes=0, per_minute=600))
            detail = {"name": name, "url": url, "account": account}
            self._audit(session, by, code, Action.PLATFORM_MADE, **detail)
            await session.commit()
        return row, secret

    async def change(self, by: By, code: str, changes: dict[str, Any]) -> Platform:
        """Set what `changes` names (columns, and `account` as in `make`); whatever waits is tried at once.

        Raises:
            NoSuchPlatformError, InvalidError
        """
        async with self.sessions() as session:
            row = await locked(session, code)
            for field, value in changes.items():
                if field == "account":
                    row.account_id = await _account(session, value)
                else:
                    setattr(row, field, value)
            _check_url(row.url)
            row.next_at, row.failures = None, 0
            self._audit(session, by, code, Action.PLATFORM_CHANGED, **changes)
            await session.commit()
        return row

    async def renew_secret(self, by: By, code: str) -> str:
        """A new secret, told this once; the old one opens nothing any more."""
        secret = new_secret()
        async with self.sessions() as session:
            row = await locked(session, code)
            row.sealed_secret = self.box.seal(secret, purpose(code))
            self._audit(session, by, code, Action.PLATFORM_CHANGED, renewed="secret")
            await session.commit()
        return secret

    async def put_code(
        self, by: By, code: str, *, table: Table, way: Way, ours: str, theirs: str, name: str
    ) -> PlatformCode:
        """A line of a mapping table. What was held for want of it goes out.

        Raises:
            NoSuchPlatformError
            InvalidError: a code has a meaning already, that way; or ours does not exist.
        """
        if table == Table.STAGE:
            _check_stage(way, ours)
        if table == Table.CLASS and len(ours.split(":")) != 3:
            raise InvalidError(
                "表单有误", fields={"ours": "类别写作 版本:部件或事件:编码，如 2013:事件:0112"}
            )
        async with self.sessions() as session:
            await locked(session, code)
            await _check_free(session, code, table, way, ours, theirs)
            row = PlatformCode(platform=code, kind=table, way=way, ours=ours, theirs=theirs, name=name)
            session.add(row)
            await _settle(session, code, table, way, ours, theirs)
            detail = {"table": table, "way": way, "ours": ours, "theirs": theirs}
            self._audit(session, by, code, Action.PLATFORM_CODE_SET, **detail)
            await session.commit()
        return row

    async def remove_code(self, by: By, code: str, line: int) -> None:
        """
        Raises:
            NoSuchPlatformError, NotFoundError
        """
        async with self.sessions() as session:
            await locked(session, code)
            row = await session.get(PlatformCode, line)
            if row is None or row.platform != code:
                raise NotFoundError("没有这条对照。")
            detail = {"table": row.kind, "way": row.way, "ours": row.ours, "theirs": row.theirs}
            await session.delete(row)
            self._audit(session, by, code, Action.PLATFORM_CODE_REMOVED, **detail)
            await session.commit()

    async def resend(self, by: By, code: str, message: int) -> PlatformMessage:
        """Have a message of ours sent once more, under the same id; one of theirs is for `Inbox.again`.

        Raises:
            NoSuchPlatformError, NotFoundError
        """
        async with self.sessions() as session:
            platform = await locked(session, code)
            row = await session.get(PlatformMessage, message)
            if row is None or row.platform != code:
                raise NotFoundError("没有这条报文。")
            if row.way == Way.OUT:
                row.state, row.problem, platform.next_at = MessageState.WAITING, "", None
            self._audit(session, by, code, Action.PLATFORM_RESENT, message=row.message_id, way=row.way)
            await session.commit()
        return row

    def _audit(self, session: AsyncSession, by: By, code: str, action: Action, **detail: Any) -> None:
        audit.record(
            session,
            at=self.clock.now(),
            actor_id=by.account_id,
            action=action,
            subject=f"platform:{code}",
            address=by.address,
            detail=detail,
        )


async def locked(session: AsyncSession, code: str) -> Platform:
    """The platform, held until the transaction ends.

    Raises:
        NoSuchPlatformError
    """
    await begin_write(session)
    row = await session.scalar(select(Platform).where(Platform.code == code).with_for_update())
    if row is None:
        raise NoSuchPlatformError
    return row


async def _account(session: AsyncSession, username: str) -> int | None:
    if not username:
        return None
    with session.no_autoflush:
        found = await session.scalar(select(Account).where(Account.username == username))
    if found is None:
        raise InvalidError("表单有误", fields={"account": "没有这个账号"})
    if found.role not in (Role.DEPARTMENT, Role.DISTRICT_AGENT):
        raise InvalidError("表单有误", fields={"account": "接口账号须为专业部门或区级派遣员的账号"})
    return found.id


def _check_url(url: str) -> None:
    if url:
        check_url(url)


async def listing(session: AsyncSession) -> Sequence[tuple[Platform, str]]:
    """All of them, by code, each with the user name of its account."""
    query = select(Platform, Account.username).outerjoin(Account, Account.id == Platform.account_id)
    return [(row, name or "") for row, name in await session.execute(query.order_by(Platform.code))]


async def codes(session: AsyncSession, platform: str) -> Sequence[PlatformCode]:
    """Its mapping tables, one after the other."""
    query = select(PlatformCode).where(PlatformCode.platform == platform)
    return (await session.scalars(query.order_by(PlatformCode.kind, PlatformCode.theirs))).all()


def _check_stage(way: Way, ours: str) -> None:
    """Outwards a stage is told; inwards what a platform tells makes a move."""
    if way == Way.BOTH:
        raise InvalidError("表单有误", fields={"way": "阶段请分别设定收（对应操作）和发（对应阶段）"})
    known = set(MOVES) if way == Way.IN else {str(one) for one in Stage}
    if ours not in known:
        raise InvalidError("表单有误", fields={"ours": f"没有这个{'操作' if way == Way.IN else '阶段'}"})


async def _check_free(
    session: AsyncSession, code: str, table: Table, way: Way, ours: str, theirs: str
) -> None:
    for one, column, given, field in (
        (Way.IN, PlatformCode.theirs, theirs, "theirs"),
        (Way.OUT, PlatformCode.ours, ours, "ours"),
    ):
        if way not in (one, Way.BOTH):
            continue
        query = select(PlatformCode.id).where(
            PlatformCode.platform == code,
            PlatformCode.kind == table,
            or_(PlatformCode.way == one, PlatformCode.way == Way.BOTH),
            column == given,
        )
        if await session.scalar(query.limit(1)) is not None:
            raise InvalidError("表单有误", fields={field: f"代码 {given} 已有对照，请先删除原来的"})


async def _settle(session: AsyncSession, code: str, table: Table, way: Way, ours: str, theirs: str) -> None:
    """Strike the code off the list of those without a mapping; messages held are looked at again."""
    for one, given in ((Way.IN, theirs), (Way.OUT, ours)):
        if way in (one, Way.BOTH):
            await session.execute(
                delete(UnmappedCode).where(
                    UnmappedCode.platform == code,
                    UnmappedCode.kind == table,
                    UnmappedCode.way == one,
                    UnmappedCode.code == given,
                )
            )
    if way != Way.IN:
        held = (PlatformMessage.platform == code) & (PlatformMessage.state == MessageState.HELD)
        await session.execute(update(PlatformMessage).where(held).values(state=MessageState.WAITING))
