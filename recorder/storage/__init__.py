"""Where archive copies lie: local folders or an object store, behind one interface."""

from __future__ import annotations

from core.settings import Settings
from recorder.storage.local import LocalStore
from recorder.storage.protocol import Store


def open_store(settings: Settings) -> Store:
    """The store the settings name. Opening touches nothing; a store that is away is noticed when used."""
    own_disk = settings.archive.folder is not None
    marker = settings.paths.state / "archive-folder" if own_disk else None
    return LocalStore(settings.archive_dir, marker)
