"""From a report to a case, inside the transaction of the intake."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from core import outbox
from core.case_settings import Cases
from core.errors import InvalidError
from core.events import CaseOpened
from core.phone import normalise
from ticketing import catalogue, door, forms, moves, workflow
from ticketing.moves import City
from ticketing.notices import contacts
from ticketing.places.placing import placed
from ticketing.sources.channels import MACHINES, Channel
from ticketing.sources.naming import named
from ticketing.sources.reports import Report, words
from ticketing.sources.tables import Source
from ticketing.tables import Case, Stage


async def open_case(
    session: AsyncSession, source: Source, report: Report, now: datetime, city: City, rules: Cases
) -> Case:
    """The new case of a report: 已登记 when it is complete and the source may register, else a 草稿.

    Raises:
        InvalidError: `fields` names what there is not, or what does not fit together.
    """
    values = await placed(session, _values(source, report, rules.edition), Case(), now)
    values |= await named(session, values)
    wrong = await catalogue.wrong_references(session, values, whole=True)
    wrong |= forms.incomplete(values, (), city.area_code)
    if wrong:
        raise InvalidError("来件有误", fields=wrong)
    number = normalise(report.callback_number, city.area_code).normal if report.callback_number else ""
    case = Case(stage=Stage.DRAFT, source=source.channel, created_at=now, changed_at=now, **values)
    case.caller_number = case.callback_number = number
    session.add(case)
    await session.flush()
    contacts.left(session, case.id, report.email, report.account if source.channel == Channel.WECHAT else "")
    note = f"{source.name}来件 {report.id}"
    await door.write_history(session, case, workflow.OPEN_DRAFT, door.NOTHING, note=note)
    outbox.add(session, CaseOpened(at=now, case_id=case.id, call_id=None))
    if source.registers and not forms.incomplete(values, workflow.REGISTER.needs, city.area_code):
        await session.flush()  # what the next entry is compared with
        await moves.move_in(session, case, workflow.REGISTER, None, None, None, note, now, city, rules)
    return case


def _values(source: Source, report: Report, edition: str) -> dict[str, Any]:
    """The columns of the form. Those who do not say get what is usual for the source."""
    key = report.category
    machine = source.channel in MACHINES
    fields = {
        "kind": report.kind or source.kind,
        "urgency": report.urgency or source.urgency,
        "description": words(source, report),
        "address": report.address,
        "district": report.district,
        "street": report.street,
        "longitude": report.longitude,
        "latitude": report.latitude,
        "part": report.part,
        "reporter_name": report.reporter_name,
        "callback_number": report.callback_number,
        "confidential": report.confidential,
        "wants_visit": not machine if report.wants_visit is None else report.wants_visit,
        "category": key.model_dump() | {"edition": key.edition or edition} if key else None,
    }
    if key is None and source.category_code:
        names = ("edition", "kind", "code")
        fields["category"] = {name: getattr(source, f"category_{name}") for name in names}
    return forms.read(forms.CaseForm().model_dump() | fields)
