"""Histories in `timers`: audit lines into their chain, a seal a day, its root into a file."""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from core import trail
from core.clock import Clock
from core.db import SessionFactory
from core.errors import InvalidError
from core.settings import Settings
from ticketing.history.seal import seal_day
from ticketing.history.tables import HistorySeal

#: Seconds between two looks.
LOOK_S = 15.0
_LINE = re.compile(r"([0-9]{1,9}) [0-9]{4}-[0-9]{2}-[0-9]{2} ([0-9a-f]{64})(?: .*)?")
_HEAD = "# The cases' histories: number, day, SHA-256, cases. Print or mail it, never edit it.\n"
log = structlog.get_logger()


def roots_file(settings: Settings) -> Path:
    """Where the roots of all seals are written down, beside those of the recordings."""
    return settings.paths.state / "proof" / "history.log"


async def keep(settings: Settings, sessions: SessionFactory, clock: Clock) -> None:
    """Chain and seal what is due, until cancelled."""
    while True:
        try:
            await keep_once(settings, sessions, clock)
        except (SQLAlchemyError, OSError, InvalidError) as error:
            log.warning("histories not sealed, will try again", why=str(error).splitlines()[:1])
        await asyncio.sleep(LOOK_S)


async def keep_once(settings: Settings, sessions: SessionFactory, clock: Clock) -> list[HistorySeal]:
    """Do what is due now; the seals that were made."""
    while await trail.take_in(sessions) == trail.BATCH:
        pass
    if not (made := await seal_day(sessions, clock)):
        return []
    last = max(await asyncio.to_thread(read_roots, roots_file(settings)), default=0)
    newer = select(HistorySeal).where(HistorySeal.number > last).order_by(HistorySeal.number)
    async with sessions() as session:
        seals = (await session.scalars(newer)).all()
    lines = [f"{one.number} {one.day} {one.root} {one.cases}\n" for one in seals]
    await asyncio.to_thread(_append, roots_file(settings), lines)
    return made


def read_roots(place: Path) -> dict[int, str]:
    """Number of a seal → root, as a file like ours says; empty where there is none.

    Raises:
        InvalidError: a line that is none of ours.
        OSError: it cannot be read.
    """
    found: dict[int, str] = {}
    if not place.exists():
        return found
    for number, line in enumerate(place.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("#") or not line.strip():
            continue
        if not (match := _LINE.fullmatch(line.strip())):
            raise InvalidError(f"{place.name}, line {number}: not a root")
        found[int(match[1])] = match[2]
    return found


def _append(place: Path, lines: list[str]) -> None:
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with place.open("a", encoding="utf-8") as file:
        file.write(("" if file.tell() else _HEAD) + "".join(lines))
        file.flush()
        os.fsync(file.fileno())
