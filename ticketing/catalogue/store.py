"""Reading and changing the catalogue as lines: export, preview, and the one door of every change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core import audit
from core.audit import Action
from core.clock import CHINA
from core.db import SessionFactory, begin_write
from core.errors import ConflictError, InvalidError
from core.tables import Unit
from ticketing.catalogue import plan as plans
from ticketing.catalogue.columns import SHEETS
from ticketing.catalogue.lines import ClassKey, ClassLine, EditionLine, Line, Problem, SeverityLine
from ticketing.catalogue.pinyin import spell
from ticketing.catalogue.plan import Change, Plan, State
from ticketing.catalogue.tables import ClassName, Edition, SeverityRow
from ticketing.catalogue.workbook import Where
from ticketing.tables import Category

#: Lines with where they stand, and what was wrong in reading them (`workbook.read`).
Read = tuple[list[tuple[Where, Line]], list[Problem]]


@dataclass(frozen=True)
class By:
    """Who changes the catalogue, when, from where; no actor: the command line."""

    at: datetime
    actor_id: int | None = None
    address: str = ""

    @property
    def today(self) -> date:
        """The day in China."""
        return self.at.astimezone(CHINA).date()


async def state(session: AsyncSession) -> State:
    """The whole catalogue as lines."""
    editions = await session.scalars(select(Edition).order_by(Edition.code))
    classes = await session.scalars(select(Category).order_by(Category.edition, Category.kind, Category.code))
    lines = [_class_line(one) for one in classes]
    units = await session.scalars(select(Unit.code).where(Unit.is_active))
    return State(
        {one.code: EditionLine(edition=one.code, name=one.name) for one in editions},
        {one.key: one for one in lines},
        {key: _severity_line(rows[-1]) for key, rows in sorted((await _rows(session)).items())},
        frozenset(units),
    )


async def _rows(session: AsyncSession) -> dict[tuple[ClassKey, int], list[SeverityRow]]:
    """The rows of each class and rank, the newest last; ids only ever grow."""
    rows: dict[tuple[ClassKey, int], list[SeverityRow]] = {}
    for one in await session.scalars(select(SeverityRow).order_by(SeverityRow.id)):
        rows.setdefault(((one.edition, one.kind, one.code), one.rank), []).append(one)
    return rows


async def lines(session: AsyncSession, edition: str | None = None) -> list[Line]:
    """What an export holds: one edition, or all."""
    whole = await state(session)
    every: list[Line] = [*whole.editions.values(), *whole.classes.values(), *whole.severities.values()]
    return [one for one in every if edition is None or one.edition == edition]


async def preview(session: AsyncSession, read: Read, today: date) -> Plan:
    """What carrying out `read` would change, and what keeps it from being carried out."""
    return plans.make(await state(session), *read, today)


async def carry_out(sessions: SessionFactory, read: Read, by: By, *, digest: str | None = None) -> Plan:
    """Change the catalogue as `read` says, all of it or nothing.

    Args:
        digest: of the preview; None: whatever it comes to.

    Raises:
        InvalidError: there are problems; `fields` names each (the first 50).
        ConflictError: somebody changed the catalogue since the preview.
    """
    async with sessions.begin() as session:
        await begin_write(session)
        return await carry_out_in(session, read, by, digest=digest)


async def carry_out_in(session: AsyncSession, read: Read, by: By, *, digest: str | None = None) -> Plan:
    """As `carry_out`, in the caller's transaction."""
    # One at a time: the next sees what this one did.
    await session.execute(select(Edition.code).with_for_update())
    plan = await preview(session, read, by.today)
    if plan.problems:
        fields = dict(_told(one) for one in plan.problems[:50])
        raise InvalidError(f"有 {len(plan.problems)} 处错误，没有作任何修改", fields=fields)
    if digest is not None and digest != plan.digest:
        raise ConflictError("预览之后目录有了改动，请重新预览")
    if plan.changes:
        await _carry_out(session, plan, by)
    return plan


def _told(one: Problem) -> tuple[str, str]:
    """Of a file: sheet, row and column. Of a form (row 0): its field."""
    if one.row:
        return f"{one.sheet}!{one.row}!{one.column}", str(one)
    columns = {column.title: column.field for column in SHEETS[one.sheet].columns}
    return columns.get(one.column, one.column), one.what


async def _carry_out(session: AsyncSession, plan: Plan, by: By) -> None:
    await _add(session, [one.after for one in plan.changes if one.before is None])
    changed = [one for one in plan.changes if one.before is not None]
    if changed:
        await _change(session, changed, by)
    touched = sorted({one.after.edition for one in plan.changes})
    bump = update(Edition).where(Edition.code.in_(touched)).values(revision=Edition.revision + 1)
    await session.execute(bump)
    audit.record(
        session,
        at=by.at,
        actor_id=by.actor_id,
        action=Action.CATALOGUE_CHANGED,
        subject="catalogue:" + ",".join(touched),
        address=by.address,
        detail={
            "added": plan.count("added"),
            "changed": plan.count("changed"),
            "digest": plan.digest,
            "names": [one.name for one in plan.changes[:50]],
        },
    )


async def _add(session: AsyncSession, new: Iterable[Line]) -> None:
    rows: dict[type[Any], list[dict[str, Any]]] = {Edition: [], Category: [], SeverityRow: []}
    for line in new:
        if isinstance(line, EditionLine):
            rows[Edition].append({"code": line.edition, "name": line.name})
        elif isinstance(line, ClassLine):
            rows[Category].append(asdict(line) | _spelt(line))
        else:
            rows[SeverityRow].append(asdict(line))
    for table, some in rows.items():
        if some:
            await session.execute(insert(table), some)


async def _change(session: AsyncSession, changes: Iterable[Change], by: By) -> None:
    editions = {one.code: one for one in await session.scalars(select(Edition))}
    classes = {(one.edition, one.kind, one.code): one for one in await session.scalars(select(Category))}
    rows = await _rows(session)
    for one in changes:
        line, before = one.after, one.before
        if isinstance(line, EditionLine):
            editions[line.edition].name = line.name
        elif isinstance(line, ClassLine) and isinstance(before, ClassLine):
            _change_class(session, classes[line.key], before, line, by.at)
        elif isinstance(line, SeverityLine) and isinstance(before, SeverityLine):
            _change_severity(session, rows[line.key], before, line, by.today)


def _change_class(
    session: AsyncSession, one: Category, before: ClassLine, line: ClassLine, at: datetime
) -> None:
    if (before.major, before.minor) != (line.major, line.minor):
        old = {name: getattr(before, name) for name in ("edition", "kind", "code", "major", "minor")}
        session.add(ClassName(**old, until=at))
    for name, value in (asdict(line) | _spelt(line)).items():
        setattr(one, name, value)


def _change_severity(
    session: AsyncSession, rows: list[SeverityRow], before: SeverityLine, line: SeverityLine, today: date
) -> None:
    """In place where only its last day changes, or where it has not begun and begins when it did; else
    another row follows it, or replaces it when it has not begun.

    Args:
        rows: of the class and rank; `before` is the last of them.
    """
    is_future = before.valid_from is not None and before.valid_from > today
    start = line.valid_from
    if start is None or line == _until(before, line.valid_to) or (is_future and start == before.valid_from):
        for name, value in asdict(line).items():
            setattr(rows[-1], name, value)
        return
    for row in rows:
        is_replaced = is_future and row is rows[-1]
        made_way = is_future and row.valid_to == before.valid_from
        if is_replaced or (row.valid_from is not None and row.valid_from >= start):
            row.valid_to = row.valid_from  # it never holds, or no longer today
        elif row.valid_to is None or row.valid_to > start or (made_way and row.valid_from != row.valid_to):
            row.valid_to = start
    session.add(SeverityRow(**asdict(line)))


def _until(line: SeverityLine, last: date | None) -> SeverityLine:
    return SeverityLine(**asdict(line) | {"valid_to": last})


def _spelt(line: ClassLine) -> dict[str, str]:
    spelling = spell(line.minor)
    return {"initials": spelling.initials, "pinyin": spelling.whole}


def _class_line(one: Category) -> ClassLine:
    return ClassLine(**{name: getattr(one, name) for name in ClassLine.__dataclass_fields__})


def _severity_line(one: SeverityRow) -> SeverityLine:
    return SeverityLine(**{name: getattr(one, name) for name in SeverityLine.__dataclass_fields__})
