"""Flagged numbers (骚扰号码标记): one person proposes, another reviews, each flag ends by itself.

A flag never drops a call: it chooses a path (`FlagPath`). Every step of its life is in the audit trail.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.audit import Action
from core.clock import Clock
from core.db import SessionFactory
from core.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from core.phone import NumberKind, mask, normalise
from core.settings import Settings
from core.tables import Account
from ivr.house.hands import Hand
from ivr.house.model import FlagPath
from ivr.house.tables import Flag, FlagState, begin_change

REASON_LENGTH = NOTE_LENGTH = 500
#: States in which a flag still can change.
OPEN = (FlagState.PROPOSED, FlagState.ACTIVE)


@dataclass(frozen=True)
class Line:
    """A flag with the names of who proposed and reviewed it; '' where nobody did."""

    flag: Flag
    proposed_by: str
    reviewed_by: str


def state(flag: Flag, now: datetime) -> FlagState:
    """The state as of `now`: a flag has expired before anybody wrote that down."""
    is_over = flag.state in OPEN and flag.expires_at <= now
    return FlagState.EXPIRED if is_over else FlagState(flag.state)


async def listing(db: AsyncSession, limit: int = 500) -> list[Line]:
    """The newest flags, newest first."""
    names = await _names(db)
    rows = await db.scalars(select(Flag).order_by(Flag.id.desc()).limit(limit))
    return [Line(row, names.get(row.proposed_by, ""), names.get(row.reviewed_by or 0, "")) for row in rows]


async def active_of(db: AsyncSession, number: str, now: datetime) -> Flag | None:
    """The flag in force on a normalised number; None: none."""
    there = (Flag.number == number) & (Flag.state == FlagState.ACTIVE) & (Flag.expires_at > now)
    return await db.scalar(select(Flag).where(there))


async def propose(
    hand: Hand,
    settings: Settings,
    *,
    number: str,
    reason: str,
    path: FlagPath,
    expires_at: datetime,
    call_id: str | None = None,
) -> Flag:
    """Propose to flag `number`; nothing happens to its calls before a review.

    Raises:
        InvalidError: withheld or no number, no reason, or an expiry that is over or too far away.
        ConflictError: the number is flagged, or proposed, already.
    """
    normal = _checked(settings, number, reason, expires_at, hand.now())
    async with hand.sessions() as db:
        await begin_change(db)
        await _make_room(hand, db, normal)
        flag = Flag(
            number=normal,
            reason=reason.strip(),
            path=path,
            state=FlagState.PROPOSED,
            call_id=call_id,
            proposed_by=hand.id,
            created_at=hand.now(),
            expires_at=expires_at,
        )
        db.add(flag)
        await db.flush()
        told = _told(flag) | {"reason": flag.reason, "expires_at": expires_at.isoformat(), "call_id": call_id}
        await hand.note(db, Action.FLAG_PROPOSED, _subject(flag), **told)
        await db.commit()
    return flag


async def _make_room(hand: Hand, db: AsyncSession, number: str) -> None:
    """An open flag of `number` is in the way, unless it has expired unnoticed."""
    there = await db.scalar(select(Flag).where(Flag.number == number, Flag.state.in_(OPEN)))
    if there is None:
        return
    match state(there, hand.now()):
        case FlagState.ACTIVE:
            raise ConflictError("该号码已在标记中。")
        case FlagState.PROPOSED:
            raise ConflictError("该号码已有人提议标记，正在等待复核。")
    await _expire(hand, db, there)
    await db.flush()


async def review(hand: Hand, flag_id: int, *, approve: bool, note: str) -> Flag:
    """Approve or refuse a proposal.

    Raises:
        NotFoundError, InvalidError
        ForbiddenError: the reviewer is who proposed it.
        ConflictError: it is not waiting for a review (any more).
    """
    _check_note(note, needed=not approve)
    async with hand.sessions() as db:
        await begin_change(db)
        flag = await _get(db, flag_id)
        if flag.proposed_by == hand.id:
            raise ForbiddenError("不能复核自己提议的标记，请由另一人复核。")
        if state(flag, hand.now()) is not FlagState.PROPOSED:
            raise ConflictError("该标记不在待复核状态，请刷新。")
        flag.state = FlagState.ACTIVE if approve else FlagState.REFUSED
        flag.reviewed_by, flag.reviewed_at, flag.review_note = hand.id, hand.now(), note.strip()
        flag.ended_at = None if approve else hand.now()
        action = Action.FLAG_APPROVED if approve else Action.FLAG_REFUSED
        await hand.note(db, action, _subject(flag), **_told(flag), note=flag.review_note)
        await db.commit()
    return flag


async def end(hand: Hand, flag_id: int, *, note: str) -> Flag:
    """Lift a flag before its time, or withdraw a proposal.

    Raises:
        NotFoundError, InvalidError
        ConflictError: it is over already.
    """
    _check_note(note, needed=True)
    async with hand.sessions() as db:
        await begin_change(db)
        flag = await _get(db, flag_id)
        if state(flag, hand.now()) not in OPEN:
            raise ConflictError("该标记已经结束，请刷新。")
        flag.state, flag.ended_at, flag.end_note = FlagState.ENDED, hand.now(), note.strip()
        await hand.note(db, Action.FLAG_ENDED, _subject(flag), **_told(flag), note=flag.end_note)
        await db.commit()
    return flag


async def expire(sessions: SessionFactory, clock: Clock) -> int:
    """Write down which flags have expired; how many. Callers have not met them since that moment anyway."""
    hand = Hand(sessions, clock)
    over = (Flag.state.in_(OPEN)) & (Flag.expires_at <= hand.now())
    async with sessions() as db:
        if await db.scalar(select(Flag.id).where(over).limit(1)) is None:
            return 0
    async with sessions() as db:
        await begin_change(db)
        flags = list(await db.scalars(select(Flag).where(over)))
        for flag in flags:
            await _expire(hand, db, flag)
        await db.commit()
    return len(flags)


async def get(db: AsyncSession, flag_id: int) -> Line:
    """
    Raises:
        NotFoundError
    """
    flag = await _get(db, flag_id)
    names = await _names(db)
    return Line(flag, names.get(flag.proposed_by, ""), names.get(flag.reviewed_by or 0, ""))


async def _names(db: AsyncSession) -> dict[int, str]:
    """Account id → display name."""
    rows = await db.execute(select(Account.id, Account.display_name))
    return {row.id: row.display_name for row in rows}


async def _expire(hand: Hand, db: AsyncSession, flag: Flag) -> None:
    flag.state, flag.ended_at = FlagState.EXPIRED, flag.expires_at
    system = Hand(hand.sessions, hand.clock)
    await system.note(db, Action.FLAG_EXPIRED, _subject(flag), **_told(flag))


async def _get(db: AsyncSession, flag_id: int) -> Flag:
    flag = await db.get(Flag, flag_id)
    if flag is None:
        raise NotFoundError("没有这条标记。")
    return flag


def _checked(settings: Settings, number: str, reason: str, expires_at: datetime, now: datetime) -> str:
    """The number in its one form."""
    wrong: dict[str, str] = {}
    found = normalise(number, settings.sip.area_code)
    if found.kind is NumberKind.WITHHELD:
        wrong["number"] = "未显示号码的来电不能标记"
    elif found.kind is NumberKind.INVALID:
        wrong["number"] = "不是有效的电话号码"
    if not 1 <= len(reason.strip()) <= REASON_LENGTH:
        wrong["reason"] = f"请写明原因（1–{REASON_LENGTH} 个字符）"
    if expires_at <= now:
        wrong["expires_at"] = "到期时间已过"
    elif expires_at > now + timedelta(days=settings.house.flag_max_days):
        wrong["expires_at"] = f"最多标记 {settings.house.flag_max_days} 天"
    if wrong:
        raise InvalidError(fields=wrong)
    return found.normal


def _check_note(note: str, *, needed: bool) -> None:
    if len(note) > NOTE_LENGTH or (needed and not note.strip()):
        raise InvalidError(fields={"note": f"请写明原因（1–{NOTE_LENGTH} 个字符）"})


def _told(flag: Flag) -> dict[str, object]:
    """What the audit trail says about it: the whole number stands in the flag's own row only."""
    return {"number": mask(flag.number), "path": str(flag.path)}


def _subject(flag: Flag) -> str:
    return f"flag:{flag.id}"
