"""Who is reached where: reporters by their number and what they left, our own people by what is entered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.phone import NumberKind, normalise
from core.tables import Account, Role
from ticketing.links import family
from ticketing.notices.facts import Facts
from ticketing.notices.tables import Audience, CaseContact, Language, MessageChannel, StaffContact
from ticketing.tables import Case, Stage

#: Roles that steps 2, 3 and 4 of the ladder tell; step 1 tells the unit.
_STEP_ROLES = {2: Role.DISPATCHER, 3: Role.SHIFT_LEADER, 4: Role.LEADER}
#: Mobiles alone are told, and they need none.
_AREA_CODE = "0411"
_UNFIT = {
    NumberKind.WITHHELD: "来电未显示号码",
    NumberKind.LANDLINE: "固定电话收不到短信",
    NumberKind.SHORT: "短号收不到短信",
    NumberKind.FOREIGN: "境外号码不发短信",
    NumberKind.INVALID: "号码无效",
}


@dataclass(frozen=True)
class Recipient:
    """One person on one channel; `skip` says why nothing is sent, and is empty otherwise."""

    address: str
    person: str
    language: str = Language.ZH
    account_id: int | None = None
    skip: str = ""


async def of(session: AsyncSession, facts: Facts, audience: str, channel: str) -> list[Recipient]:
    """Everybody of `audience` on `channel`, each once.

    A reporter who left no e-mail or WeChat is no recipient there. On SMS, which everybody is thought to have,
    there is one who is skipped, so that the case says why nothing was sent.
    """
    if audience == Audience.REPORTER:
        found = await _reporters(session, facts, channel)
    else:
        found = await _staff(session, facts, audience, channel)
    return list({one.person or str(n): one for n, one in reversed(list(enumerate(found)))}.values())[::-1]


async def _reporters(session: AsyncSession, facts: Facts, channel: str) -> list[Recipient]:
    """The case's own reporter, and those of cases merged into it.

    Reports of a group event (群发事件) are closed with it, each by its own move, which tells who reported.
    """
    case, closes = facts.case, facts.row.to == Stage.CLOSED
    merged = [] if case.is_group and closes else await family.reporters(session, case.id)
    cases = [case, *merged]
    query = select(CaseContact).where(CaseContact.case_id.in_([one.id for one in cases]))
    contacts = {one.case_id: one for one in await session.scalars(query)}
    found = [reporter(one, contacts.get(one.id), channel) for one in cases]
    return [one for n, one in enumerate(found) if one is not None and not (n and one.skip)]


def reporter(case: Case, contact: CaseContact | None, channel: str) -> Recipient | None:
    """The reporter of a case on a channel; None: they are not to be had there."""
    number = normalise(case.callback_number or case.caller_number, _AREA_CODE)
    language = contact.language if contact else Language.ZH
    if contact and contact.channel and contact.channel != channel:
        return None
    skip = "" if case.wants_visit else "反映人不需要回复"
    if channel != MessageChannel.SMS:
        address = (contact.email if channel == MessageChannel.EMAIL else contact.wechat) if contact else ""
        return Recipient(address, number.normal or address, language, skip=skip) if address else None
    if not number.normal and skip:
        return None  # a meter or a camera: there is nobody
    if number.kind != NumberKind.MOBILE:
        skip = skip or _UNFIT[number.kind]
    return Recipient(number.normal, number.normal, language, skip=skip)


async def _staff(session: AsyncSession, facts: Facts, audience: str, channel: str) -> list[Recipient]:
    query = select(StaffContact).join(Account, Account.id == StaffContact.account_id).order_by(Account.id)
    step = facts.step
    role = Role.LEADER if audience == Audience.LEADER else _STEP_ROLES.get(min(step, len(_STEP_ROLES) + 1))
    if audience == Audience.UNIT or role is None:
        if facts.case.unit is None:
            return []
        query, whom = query.where(Account.unit == facts.case.unit), "责任单位"
    else:
        query, whom = query.where(Account.role == role), "上报对象" if step else "领导"
    found = [_person(one, channel) for one in await session.scalars(query)]
    return [one for one in found if one.address] or _nobody(channel, whom)


def _person(contact: StaffContact, channel: str) -> Recipient:
    columns = {
        MessageChannel.SMS: contact.mobile,
        MessageChannel.EMAIL: contact.email,
        MessageChannel.WECHAT: contact.wechat,
    }
    return Recipient(
        columns[MessageChannel(channel)], f"account:{contact.account_id}", account_id=contact.account_id
    )


def _nobody(channel: str, whom: str) -> list[Recipient]:
    what = {MessageChannel.SMS: "手机号", MessageChannel.EMAIL: "邮箱", MessageChannel.WECHAT: "微信"}[
        MessageChannel(channel)
    ]
    return [Recipient("", "", skip=f"{whom}没有登记{what}的人员")]


def languages(wanted: str) -> Sequence[str]:
    """Languages to look for a template in, best first."""
    return tuple(dict.fromkeys((wanted, Language.ZH, Language.EN)))
