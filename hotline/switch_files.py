"""Asterisk's configuration and folders, brought up to date before every start."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import select

from asterisk_conf.render import SeatPhone, Secrets, render
from core import native
from core.certificates import sip_certificate
from core.db import SessionFactory
from core.secrets import AMI, instance_secret
from core.settings import Settings
from core.trunks import SipTrunk
from hotline.refusal import Refusal
from ivr import queues
from ivr.ledger.tables import Seat
from ivr.queues import skills


async def seats(settings: Settings, sessions: SessionFactory) -> list[SeatPhone]:
    """Every seat with the secret its phones register with and the queues it serves.

    Raises:
        Refusal: the file of queues has a mistake.
    """
    try:
        known = queues.load(settings)
    except queues.QueueFileError as error:
        raise Refusal(str(error)) from None
    async with sessions() as session:
        rows = await session.scalars(select(Seat).order_by(Seat.extension))
        levels = await skills.of_all(session)
        return [
            SeatPhone(row.extension, row.sip_secret, skills.served(known, levels.get(row.extension, {})))
            for row in rows
        ]


def write(settings: Settings, phones: list[SeatPhone]) -> None:
    """Render the configuration, and give Asterisk's user what Asterisk writes: its run-time folders and the
    spool, nothing else.

    Raises:
        Refusal: a trunk's password or certificate is missing.
    """
    render(settings, _secrets(settings), phones)
    ids = native.asterisk_ids(settings)
    for folder in (settings.asterisk_dir, settings.spool_dir):
        folder.chmod(0o700)  # numbers and voices of citizens are in there
        if ids is not None:
            _give(folder, ids)


def _secrets(settings: Settings) -> Secrets:
    trunks = {name: trunk for name, trunk in settings.trunk_table.items() if isinstance(trunk, SipTrunk)}
    has_tls = any(trunk.transport == "tls" for trunk in trunks.values())
    authorities = settings.sip.tls_authorities
    try:
        return Secrets(
            ami=instance_secret(settings, AMI),
            trunks={name: _password(settings, name) for name, trunk in trunks.items() if trunk.user},
            certificate=sip_certificate(settings) if has_tls else "",
            authorities=authorities.read_text(encoding="ascii") if authorities else "",
        )
    except (OSError, ValueError) as error:
        raise Refusal(f"The trunks cannot be set up: {error}.") from None


def _password(settings: Settings, trunk: str) -> str:
    """What the carrier of that trunk gave us; a file, so that it stands in no settings."""
    path = settings.secrets_dir / f"trunk-{trunk}"
    if not path.exists():
        raise Refusal(f"Trunk {trunk} has a user name: write its password to {path} (readable by you only).")
    return path.read_text(encoding="utf-8").strip()


def _give(folder: Path, ids: tuple[int, int]) -> None:
    for path, _, names in os.walk(folder):
        for entry in (path, *(str(Path(path) / name) for name in names)):
            os.chown(entry, *ids, follow_symlinks=False)
