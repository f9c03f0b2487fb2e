"""Reports of quality inspection (质检报表), on the screen and as CSV."""

from __future__ import annotations

import asyncio
import csv
import io
from datetime import date, timedelta
from decimal import Decimal
from http import HTTPMethod

from aiohttp import web
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from core.audit import Action
from core.db import begin_write
from ivr.ledger import queries as ledger
from recorder.quality import reports, scored, weeks
from recorder.quality.reports import By
from recorder.quality.scored import Found
from recorder.quality.tables import QualityScore
from web.api.quality_desk import Desk, names, overseeing
from web.api.route import STAFF, Answer, Ask, Asked, Routes

routes = Routes("quality")
_FIRST, _LAST = date(2000, 1, 1), date(2199, 12, 31)
_MONTH = timedelta(days=29)
#: What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class ReportQuery(Asked):
    #: Days of the calls in China, both included; without them the last 30.
    from_: date | None = Field(None, alias="from", ge=_FIRST, le=_LAST)
    to: date | None = Field(None, ge=_FIRST, le=_LAST)
    seat: str = Field("", max_length=8)


class CsvQuery(ReportQuery):
    by: By | None = None


class LineAnswer(Answer):
    """Averages are points of 100, rates percent."""

    key: str
    name: str
    count: int
    average: float
    low: float
    high: float
    pass_rate: float
    fatal_rate: float
    appeal_rate: float
    changed_rate: float


class ItemLineAnswer(Answer):
    code: str
    title: str
    is_fatal: bool
    count: int
    average: float
    loss_rate: float


class ReportAnswer(Answer):
    first: date
    last: date
    #: All together; None: there are no scores.
    whole: LineAnswer | None
    by_seat: list[LineAnswer]
    by_inspector: list[LineAnswer]
    by_week: list[LineAnswer]
    by_month: list[LineAnswer]
    items: list[ItemLineAnswer]


@routes.add(HTTPMethod.GET, "/quality/report", "Averages, fatal and appeal rates, trend (报表)", roles=STAFF)
async def report(ask: Ask, query: ReportQuery) -> ReportAnswer:
    desk = await overseeing(ask)
    first, last = _span(desk, query)
    async with ask.services.sessions() as db:
        found = await _found(db, desk, query)
        titles = {by: await _titles(db, by) for by in By}
    return await asyncio.to_thread(_report, found, titles, first, last)


def _report(found: Found, titles: dict[By, dict[str, str]], first: date, last: date) -> ReportAnswer:
    made = {by: [_line(one, titles[by]) for one in reports.lines(found.scores, by)] for by in By}
    whole = reports.line("", found.scores) if found.scores else None
    return ReportAnswer(
        first=first,
        last=last,
        whole=_line(whole, {}) if whole else None,
        by_seat=made[By.SEAT],
        by_inspector=made[By.INSPECTOR],
        by_week=made[By.WEEK],
        by_month=made[By.MONTH],
        items=[_item(one, found) for one in _item_lines(found)],
    )


@routes.add(
    HTTPMethod.GET,
    "/quality/report.csv",
    "The same as a table; without `by` one line an item of the sheets",
    roles=STAFF,
    media="text/csv",
)
async def report_csv(ask: Ask, query: CsvQuery) -> web.Response:
    desk = await overseeing(ask)
    async with ask.services.sessions() as db:
        found = await _found(db, desk, query)
        titles = await _titles(db, query.by) if query.by else {}
    first, last = _span(desk, query)
    rows = await asyncio.to_thread(_table, found, query.by, titles)
    async with ask.services.sessions() as db:
        await begin_write(db)
        of = {"by": query.by or "item", "first": str(first), "last": str(last), "rows": len(rows) - 1}
        desk.hand.note(db, Action.QUALITY_EXPORTED, "quality_report", **of)
        await db.commit()
    name = f"quality-{query.by or 'item'}-{first}-{last}.csv"
    return web.Response(
        body=_csv(rows),
        content_type="text/csv",
        charset="utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


def _span(desk: Desk, query: ReportQuery) -> tuple[date, date]:
    last = query.to or weeks.today(desk.hand.now())
    return query.from_ or last - _MONTH, last


async def _found(db: AsyncSession, desk: Desk, query: ReportQuery) -> Found:
    where = [desk.within(QualityScore.call_id)]
    if query.seat:
        where.append(QualityScore.seat == query.seat)
    return await scored.between(db, *_span(desk, query), where)


async def _titles(db: AsyncSession, by: By) -> dict[str, str]:
    """Key of a line → what people call it."""
    if by is By.SEAT:
        return {one.extension: one.display_name for one in await ledger.list_seats(db)}
    if by is By.INSPECTOR:
        return {str(account): name for account, name in (await names(db)).items()}
    return {}


def _line(line: reports.Line, titles: dict[str, str]) -> LineAnswer:
    figures = {name: float(getattr(line, name)) for name in _FIGURES}
    return LineAnswer(key=line.key, name=titles.get(line.key, line.key), count=line.count, **figures)


def _item_lines(found: Found) -> list[reports.ItemLine]:
    """In the order of the sheets."""
    places = {code: place for place, code in enumerate(found.titles)}
    return sorted(reports.item_lines(found.scores, found.fatal), key=lambda line: places[line.code])


def _item(line: reports.ItemLine, found: Found) -> ItemLineAnswer:
    return ItemLineAnswer(
        code=line.code,
        title=found.titles.get(line.code, line.code),
        is_fatal=line.code in found.fatal,
        count=line.count,
        average=float(line.average),
        loss_rate=float(line.loss_rate),
    )


_FIGURES = ("average", "low", "high", "pass_rate", "fatal_rate", "appeal_rate", "changed_rate")


def _table(found: Found, by: By | None, titles: dict[str, str]) -> list[list[object]]:
    return _item_rows(found) if by is None else _rows(found, by, titles)


def _rows(found: Found, by: By, titles: dict[str, str]) -> list[list[object]]:
    heads = {By.SEAT: "坐席", By.INSPECTOR: "质检员", By.WEEK: "周", By.MONTH: "月"}
    figures = ["平均分", "最低分", "最高分", "合格率%", "一票否决率%", "申诉率%", "申诉改分率%"]
    rows: list[list[object]] = [[heads[by], "名称", "质检数", *figures]]
    for line in reports.lines(found.scores, by):
        values: list[Decimal] = [getattr(line, name) for name in _FIGURES]
        rows.append([line.key, titles.get(line.key, line.key), line.count, *values])
    return rows


def _item_rows(found: Found) -> list[list[object]]:
    rows: list[list[object]] = [["评分项", "名称", "适用数", "平均得分率%", "扣分或否决率%"]]
    for line in _item_lines(found):
        title = found.titles.get(line.code, line.code)
        rows.append([line.code, title, line.count, line.average, line.loss_rate])
    return rows


def _csv(rows: list[list[object]]) -> bytes:
    """With a byte order mark, or Excel would not read Chinese; no cell becomes a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _cell(value: object) -> str:
    text = str(value)
    return "'" + text if isinstance(value, str) and text.startswith(_FORMULA) else text
