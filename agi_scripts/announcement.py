"""`agi://…/announcement`: a seat recorded an announcement (*90) and wants to keep it: it becomes a draft."""

from __future__ import annotations

import asyncio
import re

import structlog
from sqlalchemy import select

from agi_scripts.session import AgiSession
from core.clock import Clock
from core.db import SessionFactory
from core.errors import InvalidError
from core.settings import Settings
from core.tables import Account
from ivr.house import announcements, sounds
from ivr.house.hands import Hand

log = structlog.get_logger()
_SEAT = re.compile(r"[0-9]{1,8}")
_CALL = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,63}")


async def handle(session: AgiSession, *, settings: Settings, sessions: SessionFactory, clock: Clock) -> None:
    """Take the recording in and say so in HL_KEPT; else the dialplan tells the seat that it is lost."""
    seat, call_id = session.header.get("arg_1", ""), session.header.get("arg_2", "")
    if not (_SEAT.fullmatch(seat) and _CALL.fullmatch(call_id)):
        log.error("the dialplan names no seat or call", seat=seat[:32], call_id=call_id[:64])
        return
    file = settings.spool_dir / f"{call_id}-announcement.alaw"
    async with sessions() as db:
        account = await db.scalar(select(Account).where(Account.extension == seat).order_by(Account.id))
    hand = Hand(sessions, clock, account, f"phone:{seat}")
    try:
        wav = sounds.as_wav(await asyncio.to_thread(file.read_bytes))
        row = await announcements.recorded(hand, settings, wav, seat, call_id)
    except (OSError, InvalidError) as error:
        log.warning("a recorded announcement cannot be kept", seat=seat, error=str(error))
        return
    await asyncio.to_thread(file.unlink, missing_ok=True)
    log.info("an announcement was recorded by telephone", seat=seat, announcement=row.id)
    await session.set_variable("HL_KEPT", "1")
