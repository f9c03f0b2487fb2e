"""The door to score sheets (评分表): drafts are edited, published versions only superseded or retired."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.audit import Action
from core.clock import Clock
from core.db import SessionFactory, begin_write
from core.errors import ConflictError, InvalidError, NotFoundError
from recorder.quality import weeks
from recorder.quality.hand import Hand
from recorder.quality.sheet import Sheet
from recorder.quality.standard import NAME, STANDARD
from recorder.quality.tables import MAX_NAME, QualitySheet, SheetState


async def listing(db: AsyncSession) -> Sequence[QualitySheet]:
    """All versions of all sheets, the newest first within each sheet."""
    query = select(QualitySheet).order_by(QualitySheet.family, QualitySheet.version.desc())
    return (await db.scalars(query)).all()


async def get(db: AsyncSession, sheet_id: int) -> QualitySheet:
    """
    Raises:
        NotFoundError
    """
    found = await db.get(QualitySheet, sheet_id)
    if found is None:
        raise NotFoundError("没有这份评分表。")
    return found


async def for_day(db: AsyncSession, day: date) -> Sequence[QualitySheet]:
    """The published versions that are in force for calls of `day`."""
    query = select(QualitySheet).where(
        QualitySheet.state == SheetState.PUBLISHED,
        or_(QualitySheet.valid_from.is_(None), QualitySheet.valid_from <= day),
        or_(QualitySheet.valid_until.is_(None), QualitySheet.valid_until >= day),
    )
    return (await db.scalars(query.order_by(QualitySheet.family, QualitySheet.version.desc()))).all()


async def add(hand: Hand, *, name: str, body: Sheet, copy_of: int | None = None) -> QualitySheet:
    """A new draft: of a new sheet or, with `copy_of`, the next version of that one's sheet.

    Raises:
        NotFoundError: `copy_of` is nothing.
        ConflictError: that sheet has a draft already.
    """
    async with hand.sessions() as db:
        await begin_write(db)
        family, version = await _place(db, copy_of)
        made = QualitySheet(
            family=family,
            version=version,
            name=_name(name),
            body=body.model_dump(mode="json"),
            state=SheetState.DRAFT,
            created_by=hand.id,
            created_at=hand.now(),
        )
        db.add(made)
        await db.flush()
        made.family = made.family or made.id
        hand.note(db, Action.QUALITY_SHEET_MADE, _subject(made), name=made.name, version=version)
        await db.commit()
    return made


async def edit(hand: Hand, sheet_id: int, *, revision: int, name: str, body: Sheet) -> QualitySheet:
    """Change a draft.

    Raises:
        NotFoundError
        ConflictError: it is no draft any more, or somebody changed it since `revision`.
    """
    async with hand.sessions() as db:
        await begin_write(db)
        sheet = await _draft(db, sheet_id)
        if sheet.revision != revision:
            raise ConflictError("这份评分表刚刚被别人修改，请刷新后再改。")
        sheet.name, sheet.body = _name(name), body.model_dump(mode="json")
        sheet.revision += 1
        hand.note(db, Action.QUALITY_SHEET_CHANGED, _subject(sheet), revision=sheet.revision)
        await db.commit()
    return sheet


async def publish(
    hand: Hand, sheet_id: int, *, valid_from: date, valid_until: date | None = None
) -> QualitySheet:
    """Put a draft in force for calls from `valid_from` on; older versions end the day before.

    Raises:
        NotFoundError, InvalidError
        ConflictError: it is no draft any more.
    """
    if valid_until is not None and valid_until < valid_from:
        raise InvalidError(fields={"valid_until": "不能早于生效日期"})
    async with hand.sessions() as db:
        await begin_write(db)
        sheet = await _draft(db, sheet_id)
        before = select(QualitySheet).where(
            QualitySheet.family == sheet.family, QualitySheet.state == SheetState.PUBLISHED
        )
        for old in await db.scalars(before):
            last = valid_from - timedelta(days=1)
            old.valid_until = min(old.valid_until or last, last)
            if old.valid_from and old.valid_from > old.valid_until:
                old.state = SheetState.RETIRED
        sheet.state, sheet.valid_from, sheet.valid_until = SheetState.PUBLISHED, valid_from, valid_until
        sheet.published_by, sheet.published_at = hand.id, hand.now()
        hand.note(
            db, Action.QUALITY_SHEET_PUBLISHED, _subject(sheet), version=sheet.version, since=str(valid_from)
        )
        await db.commit()
    return sheet


async def retire(hand: Hand, sheet_id: int) -> QualitySheet:
    """Take a version out of use; scores made with it stay as they are.

    Raises:
        NotFoundError
        ConflictError: it is not in use.
    """
    async with hand.sessions() as db:
        await begin_write(db)
        sheet = await _locked(db, sheet_id)
        if sheet.state == SheetState.RETIRED:
            raise ConflictError("这份评分表已经停用。")
        sheet.state = SheetState.RETIRED
        hand.note(db, Action.QUALITY_SHEET_RETIRED, _subject(sheet), version=sheet.version)
        await db.commit()
    return sheet


async def ensure_standard(sessions: SessionFactory, clock: Clock) -> None:
    """Where nobody has made a sheet, the delivered one is in force: inspection works from the first day."""
    async with sessions() as db:
        if await db.scalar(select(QualitySheet.id).limit(1)):
            return
    async with sessions() as db:
        await begin_write(db)
        if await db.scalar(select(QualitySheet.id).limit(1)):
            return
        made = QualitySheet(
            family=0,
            version=1,
            name=NAME,
            body=STANDARD.model_dump(mode="json"),
            state=SheetState.PUBLISHED,
            created_at=clock.now(),
            published_at=clock.now(),
        )
        db.add(made)
        await db.flush()
        made.family = made.id
        await db.commit()


def body_of(sheet: QualitySheet) -> Sheet:
    """The document of a row."""
    return Sheet.model_validate(sheet.body)


def covers(sheet: QualitySheet, day: date) -> bool:
    """Whether calls of `day` may be scored with it."""
    is_late = sheet.valid_from is None or sheet.valid_from <= day
    is_early = sheet.valid_until is None or day <= sheet.valid_until
    return sheet.state == SheetState.PUBLISHED and is_late and is_early


def today(hand: Hand) -> date:
    return weeks.today(hand.now())


async def _place(db: AsyncSession, copy_of: int | None) -> tuple[int, int]:
    """Family (0: its own) and version of a new draft."""
    if copy_of is None:
        return 0, 1
    family = (await get(db, copy_of)).family
    versions = list(await db.scalars(select(QualitySheet).where(QualitySheet.family == family)))
    if any(one.state == SheetState.DRAFT for one in versions):
        raise ConflictError("这份评分表已有一个草稿，请在草稿上修改。")
    return family, max(one.version for one in versions) + 1


async def _locked(db: AsyncSession, sheet_id: int) -> QualitySheet:
    query = select(QualitySheet).where(QualitySheet.id == sheet_id).with_for_update()
    found = await db.scalar(query)
    if found is None:
        raise NotFoundError("没有这份评分表。")
    return found


async def _draft(db: AsyncSession, sheet_id: int) -> QualitySheet:
    found = await _locked(db, sheet_id)
    if found.state != SheetState.DRAFT:
        raise ConflictError("已发布的评分表不能修改，请复制为新版本。")
    return found


def _name(name: str) -> str:
    if not 1 <= len(name.strip()) <= MAX_NAME:
        raise InvalidError(fields={"name": f"请填写名称（1–{MAX_NAME} 个字符）"})
    return name.strip()


def _subject(sheet: QualitySheet) -> str:
    return f"quality_sheet:{sheet.id}"
