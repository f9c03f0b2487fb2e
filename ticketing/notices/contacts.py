"""Where people are reached: what a reporter left with the case, and what is entered for our own people."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.audit import Action
from core.db import begin_write
from core.errors import InvalidError, NotFoundError
from core.phone import NumberKind, normalise
from core.tables import Account
from ticketing.errors import NoSuchCaseError
from ticketing.notices.tables import CaseContact, Language, StaffContact
from ticketing.notices.templates import By
from ticketing.tables import Case

_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_OPENID = re.compile(r"[A-Za-z0-9_-]{6,64}")
#: Mobiles alone are told, and they need none.
_AREA_CODE = "0411"


async def staff(session: AsyncSession) -> Sequence[tuple[Account, StaffContact | None]]:
    """Every account with where its person is told, in the order of names."""
    query = select(Account, StaffContact).outerjoin(StaffContact, StaffContact.account_id == Account.id)
    return [(one, contact) for one, contact in await session.execute(query.order_by(Account.username))]


async def of_case(session: AsyncSession, case_id: int) -> CaseContact:
    """What a reporter left; nothing, if that is so."""
    found = await session.get(CaseContact, case_id)
    return found or CaseContact(case_id=case_id, email="", wechat="", language="zh", channel="")


def left(
    session: AsyncSession, case_id: int, email: str = "", wechat: str = "", language: str = Language.ZH
) -> None:
    """Keep what came with the report that opened a case; what is no address is left out."""
    email = email if _EMAIL.fullmatch(email) else ""
    wechat = wechat if _OPENID.fullmatch(wechat) else ""
    language = language if language in set(Language) else Language.ZH
    if email or wechat or language != Language.ZH:
        session.add(CaseContact(case_id=case_id, email=email, wechat=wechat, language=language))


async def put_case(by: By, case_id: int, values: Mapping[str, str]) -> CaseContact:
    """Write what a reporter left down; it counts for later moves.

    Raises:
        NoSuchCaseError: no such case.
        InvalidError: names each field that does not fit.
    """
    _check(values)
    async with by.sessions() as session:
        await begin_write(session)
        if await session.get(Case, case_id) is None:
            raise NoSuchCaseError
        row = await session.merge(CaseContact(case_id=case_id, **values))
        left = {name: bool(values[name]) for name in ("email", "wechat")}
        kept = left | {"language": row.language, "channel": row.channel}
        by.note(session, Action.CONTACT_SET, f"case:{case_id}", kept)
        await session.commit()
    return row


async def put_staff(by: By, account_id: int, values: Mapping[str, str]) -> tuple[Account, StaffContact]:
    """Enter where one of our own people is told.

    Raises:
        NotFoundError: no such account.
        InvalidError: names each field that does not fit.
    """
    _check(values)
    async with by.sessions() as session:
        await begin_write(session)
        account = await session.get(Account, account_id)
        if account is None:
            raise NotFoundError("没有这个账号")
        row = await session.merge(StaffContact(account_id=account_id, **values))
        by.note(session, Action.CONTACT_SET, f"account:{account_id}", {k: bool(v) for k, v in values.items()})
        await session.commit()
    return account, row


def _check(values: Mapping[str, str]) -> None:
    wrong: dict[str, str] = {}
    if values["email"] and not _EMAIL.fullmatch(values["email"]):
        wrong["email"] = "不是有效的邮箱地址"
    if values["wechat"] and not _OPENID.fullmatch(values["wechat"]):
        wrong["wechat"] = "不是有效的 OpenID"
    mobile = values.get("mobile", "")
    if mobile and normalise(mobile, _AREA_CODE).kind != NumberKind.MOBILE:
        wrong["mobile"] = "不是有效的手机号"
    if wrong:
        raise InvalidError("表单有误", fields=wrong)
