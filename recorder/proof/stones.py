"""Tombstones held against rows and objects."""

from __future__ import annotations

from core.errors import NotFoundError
from core.settings import Settings
from recorder.proof.findings import Problem, Said
from recorder.proof.lines import same_sums
from recorder.retention.tables import Tombstone
from recorder.storage import open_store
from recorder.storage.local import UNFINISHED
from recorder.tables import Recording, RecordingState


def mistake(row: Recording, stone: Tombstone | None) -> tuple[Problem, str] | None:
    """What is wrong between a recording and its tombstone; None: they agree."""
    is_deleted = row.state == RecordingState.DELETED
    if stone is None:
        what = Said("deleted, and nobody signed for it", "已删除，但无人签字")
        return (Problem.NO_TOMBSTONE, what) if is_deleted else None
    if not is_deleted:
        return Problem.WRONG_TOMBSTONE, Said(
            f"has a tombstone, and the row says {row.state}", f"有删除凭证，记录却是 {row.state}"
        )
    if not same_sums(row, stone) or row.created_at != stone.recorded_at:
        return Problem.WRONG_TOMBSTONE, Said("the tombstone has other sums than the row", "凭证与记录不一致")
    if stone.first_by == stone.second_by:
        return Problem.WRONG_TOMBSTONE, Said("one person signed twice", "同一人签了两次")
    return None


def is_object_there(settings: Settings, stone: Tombstone) -> bool:
    """Whether what was deleted still lies in its store. Blocking.

    Raises:
        StoreUnavailableError: it cannot be told.
    """
    try:
        open_store(settings, stone.store).size(stone.archive_key)
    except NotFoundError:
        return False
    return True


def is_nobodys(name: str) -> bool:
    """Whether a name that is no key is not that of a file being written."""
    return not name.startswith(f"{UNFINISHED}/")
