"""The first master key: made once, and never in place of one that was lost."""

from __future__ import annotations

import asyncio

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.settings import Settings
from recorder.tables import Recording
from recorder.vault.errors import WrongKeyError
from recorder.vault.keys import Keyring


async def ensure(session: AsyncSession, settings: Settings) -> bool:
    """Make a master key where one is needed and there never was one; whether it was made.

    Raises:
        WrongKeyError: recordings are sealed with a key that is not here; names its id.
    """
    keys = Keyring.of(settings)
    if not settings.vault.enabled or keys.exists():
        return False
    key_id = await session.scalar(select(Recording.key_id).where(Recording.key_id != "").limit(1))
    if key_id:
        raise WrongKeyError(f"recordings are sealed with master key {key_id}, which is missing")
    await asyncio.to_thread(keys.make_first)
    return True
