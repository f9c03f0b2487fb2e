"""Objects no row knows (无主对象)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from core.db import SessionFactory
from core.settings import Settings
from recorder.proof.findings import Finding, Problem, Said
from recorder.retention.tables import Tombstone
from recorder.storage.keys import call_id_of
from recorder.tables import Recording, RecordingState


async def stores_in_use(settings: Settings, sessions: SessionFactory) -> list[str]:
    """The store of the settings, and those older recordings lie in or lay in."""
    async with sessions() as db:
        rows = set(await db.scalars(select(Recording.store).where(Recording.archive_key != "").distinct()))
        stones = set(await db.scalars(select(Tombstone.store).distinct()))
    return sorted({settings.archive.store} | rows | stones)


async def strays(sessions: SessionFactory, store: str, keys: Sequence[str]) -> list[Finding]:
    """Those of `keys`, found in `store`, that belong to no recording.

    What a recording left that is being archived at this moment is not among them, nor what was deleted.
    """
    calls = {key: call_id_of(key) for key in keys}
    rows = select(Recording.call_id, Recording.id, Recording.state, Recording.archive_key, Recording.store)
    stones = select(Tombstone.call_id, Tombstone.archive_key, Tombstone.store)
    async with sessions() as db:
        found = await db.execute(rows.where(Recording.call_id.in_(calls.values())))
        known = {row.call_id: row for row in found}
        erased = await db.execute(stones.where(Tombstone.call_id.in_(calls.values())))
        deleted = {(one.store, one.archive_key) for one in erased}
    left = []
    for key, call_id in calls.items():
        row = known.get(call_id)
        is_in_work = row is not None and row.state == RecordingState.STAGED
        is_known = row is not None and (row.store, row.archive_key) == (store, key)
        if not is_in_work and not is_known and (store, key) not in deleted:
            own = (row.archive_key or "-") if row else ""
            detail = Said(
                f"{store}: {key}" + (f"; the recording's own is {own}" if own else ""),
                f"{store}：{key}" + (f"（该录音自己的对象是 {own}）" if own else ""),
            )
            left.append(Finding(Problem.STRAY, detail, call_id=call_id, recording_id=row.id if row else None))
    return left
