"""`recorder.retention.requests.Gather` from the ledger, the recorder and the case engine."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import CHINA
from core.phone import mask
from ivr.ledger.tables import Call
from recorder import queries as recordings
from recorder.capture import sides
from recorder.retention.bundle import Person, SpokenCall
from recorder.tables import Recording
from ticketing.notices.tables import OutgoingMessage
from ticketing.sources.tables import SourceReport
from ticketing.tables import Case, CaseHistory
from ticketing.workflow import STAGE_LABELS
from web.api.calls import case_ids

#: Facts of a call that are about the caller; queues, trunks and seats are the hotline's own matter.
_FACTS = ("id", "direction", "language", "marks", "survey", "outcome", "menu_path", "announcements")


class LedgerPerson:
    """Reads calls and cases by number."""

    async def person(self, session: AsyncSession, number: str) -> Person:
        calls = (await session.scalars(select(Call).where(Call.caller == number).order_by(Call.id))).all()
        by_call = await case_ids(session, calls)
        is_about = or_(Case.caller_number == number, Case.callback_number == number)
        cases = (await session.scalars(select(Case).where(is_about).order_by(Case.id))).all()
        names = {case.id: _name(case) for case in cases}
        spoken = [await _spoken(session, one, names.get(by_call.get(one.id, 0), "")) for one in calls]
        return Person(
            calls=[line for lines in spoken for line in lines],
            cases=[(_name(case), await _text(session, case, number)) for case in cases],
        )


async def _spoken(session: AsyncSession, call: Call, case: str) -> list[SpokenCall]:
    """The call, and behind it what was recorded beside it (旁录), each a line of its own."""
    facts: Mapping[str, Any] = {name: getattr(call, name) for name in _FACTS} | {
        "number": call.caller,
        "started_at": _local(call.started_at),
        "answered_at": _local(call.answered_at),
        "ended_at": _local(call.ended_at),
        "talk_s": round(call.talk_s, 1),
        "case": case,
    }
    lines = [(facts, await recordings.recording_of(session, call.id))]
    for one in await sides.of_call(session, call.id):
        began = sides.parse(one.call_id).began_at
        lines.append(({**facts, "id": one.call_id, "started_at": _local(began)}, one))
    return [SpokenCall(of, one, await _words(session, one), of is not facts) for of, one in lines]


async def _words(session: AsyncSession, recording: Recording | None) -> list[tuple[str, str]]:
    found = await recordings.transcripts_of(session, recording.id) if recording else ()
    return [(one.side, one.text) for one in found]


def _name(case: Case) -> str:
    return case.number or f"draft-{case.id}"


async def _text(session: AsyncSession, case: Case, number: str) -> str:
    """The case as the person may read it: others' numbers masked, nobody's name who worked on it."""
    history = select(CaseHistory).where(CaseHistory.case_id == case.id).order_by(CaseHistory.seq)
    lines: Sequence[tuple[str, str]] = (
        ("案卷编号", case.number or "（未登记）"),
        ("阶段", STAGE_LABELS.get(case.stage, case.stage)),
        ("建立时间", _local(case.created_at)),
        ("登记时间", _local(case.registered_at)),
        ("结案时间", _local(case.closed_at)),
        ("诉求人", case.reporter_name if case.caller_number in ("", number) else "（他人）"),
        ("来电号码", _shown(case.caller_number, number)),
        ("回访号码", _shown(case.callback_number, number)),
        ("地址", case.address),
        ("内容", case.description),
    )
    moves = [
        f"{_local(one.at)}  {one.move}  {STAGE_LABELS.get(one.to_stage, one.to_stage)}"
        for one in await session.scalars(history)
    ]
    sent = [*await _reports(session, case, number), *await _told(session, case, number)]
    return "\n".join([*(f"{label}：{value}" for label, value in lines), "", "办理过程：", *moves, *sent, ""])


async def _reports(session: AsyncSession, case: Case, number: str) -> list[str]:
    """What the person sent without a call, whole; of other people's reports nothing."""
    query = select(SourceReport).where(SourceReport.case_id == case.id, SourceReport.reporter == number)
    found = (await session.scalars(query.order_by(SourceReport.id))).all()
    lines = [
        f"{_local(one.received_at)}  {one.source} {one.external_id}  "
        + json.dumps(one.body, ensure_ascii=False)
        for one in found
    ]
    return ["", "外部来件：", *lines] if found else []


async def _told(session: AsyncSession, case: Case, number: str) -> list[str]:
    """What the person was told by SMS."""
    query = select(OutgoingMessage).where(
        OutgoingMessage.case_id == case.id, OutgoingMessage.recipient == number
    )
    found = [
        f"{_local(one.created_at)}  {one.channel} {one.state}  {one.text}"
        for one in await session.scalars(query.order_by(OutgoingMessage.id))
    ]
    return ["", "告知消息：", *found] if found else []


def _shown(number: str, own: str) -> str:
    return number if number == own else mask(number)


def _local(moment: datetime | None) -> str:
    return f"{moment.astimezone(CHINA):%Y-%m-%d %H:%M:%S}" if moment else ""
