"""Asterisk's configuration and folders, brought up to date before every start."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import select

from asterisk_conf.render import SeatPhone, Secrets, render
from core import native
from core.db import SessionFactory
from core.secrets import AMI, instance_secret
from core.settings import Settings
from ivr.ledger.tables import Seat


async def seats(sessions: SessionFactory) -> list[SeatPhone]:
    """Every seat with the secret its phones register with."""
    async with sessions() as session:
        rows = await session.scalars(select(Seat).order_by(Seat.extension))
        return [SeatPhone(row.extension, row.sip_secret) for row in rows]


def write(settings: Settings, phones: list[SeatPhone]) -> None:
    """Render the configuration, and give Asterisk's user what Asterisk writes: its run-time folders and the
    spool, nothing else."""
    render(settings, Secrets(ami=instance_secret(settings, AMI)), phones)
    ids = native.asterisk_ids(settings)
    for folder in (settings.asterisk_dir, settings.spool_dir):
        folder.chmod(0o700)  # numbers and voices of citizens are in there
        if ids is not None:
            _give(folder, ids)


def _give(folder: Path, ids: tuple[int, int]) -> None:
    for path, _, names in os.walk(folder):
        for entry in (path, *(str(Path(path) / name) for name in names)):
            os.chown(entry, *ids, follow_symlinks=False)
