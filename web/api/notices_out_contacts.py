"""Where people are told (联系方式): what reporters left beside their number, and our own people's numbers."""

from __future__ import annotations

from http import HTTPMethod

from core.errors import ForbiddenError
from core.tables import Account, Role
from ticketing.notices import contacts
from ticketing.notices.tables import CaseContact, StaffContact
from ticketing.tables import Case
from web.api.cases import CasePath
from web.api.notices_out_models import (
    CaseContactAnswer,
    CaseContactBody,
    IdPath,
    StaffContactAnswer,
    StaffContactBody,
    StaffContacts,
)
from web.api.notices_out_templates import by
from web.api.route import WORKERS, Ask, Routes

routes = Routes("messages")
_ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})


@routes.add(HTTPMethod.GET, "/cases/{id}/contact", "How the reporter wants to hear from us", roles=WORKERS)
async def case_contact(ask: Ask, path: CasePath) -> CaseContactAnswer:
    await _may(ask, path.id)
    async with ask.services.sessions() as db:
        return _case(await contacts.of_case(db, path.id))


@routes.add(HTTPMethod.PUT, "/cases/{id}/contact", "Write that down", roles=WORKERS, errors=(404,))
async def put_case_contact(ask: Ask, path: CasePath, body: CaseContactBody) -> CaseContactAnswer:
    await _may(ask, path.id)
    values = body.model_dump() | {"channel": body.channel or ""}
    return _case(await contacts.put_case(by(ask), path.id, values))


@routes.add(HTTPMethod.GET, "/staff-contacts", "Where our own people are told", roles=_ADMINISTRATORS)
async def staff_contacts(ask: Ask) -> StaffContacts:
    async with ask.services.sessions() as db:
        return StaffContacts(items=[_staff(*one) for one in await contacts.staff(db)])


@routes.add(
    HTTPMethod.PUT, "/staff-contacts/{id}", "Enter that for one account", roles=_ADMINISTRATORS, errors=(404,)
)
async def put_staff_contact(ask: Ask, path: IdPath, body: StaffContactBody) -> StaffContactAnswer:
    return _staff(*await contacts.put_staff(by(ask), path.id, body.model_dump()))


async def _may(ask: Ask, case_id: int) -> None:
    """Of a confidential case leaders alone read how the reporter is reached."""
    async with ask.services.sessions() as db:
        case = await db.get(Case, case_id)
    if case is not None and case.confidential and ask.account.role == Role.SEAT:
        raise ForbiddenError("保密案卷的联系方式只有值班长可以查看。")


def _case(row: CaseContact) -> CaseContactAnswer:
    return CaseContactAnswer.model_validate(
        {"email": row.email, "wechat": row.wechat, "language": row.language, "channel": row.channel or None}
    )


def _staff(account: Account, row: StaffContact | None) -> StaffContactAnswer:
    return StaffContactAnswer(
        account_id=account.id,
        display_name=account.display_name,
        role=account.role,
        unit=account.unit,
        mobile=row.mobile if row else "",
        email=row.email if row else "",
        wechat=row.wechat if row else "",
    )
