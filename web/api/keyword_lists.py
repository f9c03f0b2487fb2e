"""Keyword lists, which leaders keep, and the alerts they raise, for leaders and inspectors (关键词告警)."""

from __future__ import annotations

from http import HTTPMethod

from sqlalchemy.ext.asyncio import AsyncSession

from core import audit
from core.tables import Role
from core.words import plain
from ivr.ledger import queries as ledger
from ivr.ledger.tables import Call
from recorder.search import alerts, keyword_lists
from recorder.search.alerts import Alert
from recorder.search.keyword_lists import By
from recorder.search.lines import Line
from recorder.search.query import Wanted
from recorder.search.tables import KeywordList, Severity
from web.api.hand import LEADERS
from web.api.keyword_models import (
    AlertsQuery,
    IdPath,
    KeywordAlertAnswer,
    KeywordAlerts,
    KeywordListAnswer,
    KeywordListChange,
    KeywordListForm,
    KeywordLists,
    SeenAnswer,
    SentenceForm,
    TriedList,
    TriedSentence,
)
from web.api.recording_rights import Right, Rights, rights_in
from web.api.recording_search import reach
from web.api.route import Ask, Routes
from web.api.search_models import HitAnswer

routes = Routes("keywords")

#: Who is told of alerts.
ALERTED = LEADERS | {Role.INSPECTOR}


@routes.add(HTTPMethod.GET, "/keyword-lists", "Words that raise an alert (关键词表)", roles=ALERTED)
async def list_keyword_lists(ask: Ask) -> KeywordLists:
    async with ask.services.sessions() as db:
        return KeywordLists(items=[_list(row) for row in await keyword_lists.listing(db)])


@routes.add(HTTPMethod.POST, "/keyword-lists", "A new list", roles=LEADERS, status=201, errors=(409,))
async def add_keyword_list(ask: Ask, body: KeywordListForm) -> KeywordListAnswer:
    return _list(await keyword_lists.add(_by(ask), **dict(body)))


@routes.add(
    HTTPMethod.POST,
    "/keyword-lists/try",
    "Which lists a sentence would raise an alert by (试句)",
    roles=ALERTED,
)
async def try_sentence(ask: Ask, body: SentenceForm) -> TriedSentence:
    if body.words is None:
        async with ask.services.sessions() as db:
            lists = await keyword_lists.listing(db, active_only=True)
    else:
        words = [word for word in body.words if plain(word)]
        lists = [KeywordList(name="", severity=Severity.NORMAL, words=words)]
    heard = alerts.listen([Line("caller", body.text, [])], lists)
    return TriedSentence(
        lists=[
            TriedList(
                name=one.of.name,
                severity=Severity(one.of.severity),
                words=one.words,
                hits=[HitAnswer.model_validate(hit.as_json()) for hit in one.hits],
            )
            for one in heard
        ]
    )


@routes.add(
    HTTPMethod.PATCH,
    "/keyword-lists/{id}",
    "Change a list; it counts from then on",
    roles=LEADERS,
    errors=(409,),
)
async def change_keyword_list(ask: Ask, path: IdPath, body: KeywordListChange) -> KeywordListAnswer:
    wanted = {name: value for name, value in dict(body).items() if value is not None}
    return _list(await keyword_lists.change(_by(ask), path.id, wanted))


@routes.add(HTTPMethod.DELETE, "/keyword-lists/{id}", "Remove a list; its alerts stay", roles=LEADERS)
async def remove_keyword_list(ask: Ask, path: IdPath) -> None:
    await keyword_lists.remove(_by(ask), path.id)


@routes.add(HTTPMethod.GET, "/keyword-alerts", "Keywords that were said, newest first", roles=ALERTED)
async def list_keyword_alerts(ask: Ask, query: AlertsQuery) -> KeywordAlerts:
    async with ask.services.sessions() as db:
        rights = await rights_in(db, ask)
        page = await alerts.page(
            db,
            reach(rights, Wanted()),
            unseen=query.unseen,
            severity=query.severity or "",
            limit=query.limit,
            cursor=query.cursor,
        )
        items = await _alerts(db, page.items, rights)
    return KeywordAlerts(items=items, next=page.next, unseen=page.unseen)


@routes.add(HTTPMethod.POST, "/keyword-alerts/{id}/seen", "I have seen it (已阅)", roles=ALERTED)
async def see_keyword_alert(ask: Ask, path: IdPath) -> KeywordAlertAnswer:
    now = ask.services.clock.now()
    async with ask.services.sessions() as db:
        rights = await rights_in(db, ask)
        await db.rollback()
        alert = await alerts.see(db, reach(rights, Wanted()), path.id, ask.account, now)
        audit.record(
            db,
            at=now,
            actor_id=ask.account.id,
            action=audit.Action.ALERT_SEEN,
            subject=f"keyword_alert:{path.id}",
            address=ask.address,
            detail={"call_id": alert.row.call_id, "words": alert.row.words},
        )
        (answer,) = await _alerts(db, [alert], rights)
        await db.commit()
    return answer


def _by(ask: Ask) -> By:
    return By(ask.services.sessions, ask.services.clock, ask.account, ask.address)


def _list(row: KeywordList) -> KeywordListAnswer:
    return KeywordListAnswer(**{name: getattr(row, name) for name in KeywordListAnswer.model_fields})


async def _alerts(db: AsyncSession, found: list[Alert], rights: Rights) -> list[KeywordAlertAnswer]:
    calls = await ledger.calls_by_id(db, [one.row.call_id for one in found])
    return [_alert(one, calls.get(one.row.call_id), rights) for one in found]


def _alert(alert: Alert, call: Call | None, rights: Rights) -> KeywordAlertAnswer:
    row, known = alert.row, alert.call
    number = known.caller if known else ""
    return KeywordAlertAnswer(
        id=row.id,
        recording_id=row.recording_id,
        call_id=row.call_id,
        at=row.at,
        list_name=row.list_name,
        severity=Severity(row.severity),
        words=row.words,
        hits=[HitAnswer.model_validate(hit) for hit in row.hits],
        started_at=known.started_at if known else None,
        caller=number if rights.may(Right.REVEAL, call) else rights.viewer.shows(number, call),
        seat=known.seat if known else "",
        queue=known.queue if known else "",
        case_id=known.case_id if known else None,
        case_number=known.case_number if known else "",
        seen_by=[SeenAnswer(name=one.name, at=one.at) for one in alert.seen_by],
    )
