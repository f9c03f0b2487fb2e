"""Where archive copies lie: local folders or an object store, behind one interface."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from core.settings import Archive, Settings
from recorder.storage.local import LocalStore
from recorder.storage.protocol import Store, StoreUnavailableError
from recorder.storage.s3 import S3Account, S3Store


def open_store(settings: Settings, name: str = "") -> Store:
    """The store the settings name, or the one called `name` (`local`, `s3`): copies written before the
    setting was changed lie where they were put.

    Opening touches nothing; a store that is away is noticed when it is used.

    Raises:
        StoreUnavailableError: no one wrote down who we are at the object store.
    """
    if (name or settings.archive.store) == "s3":
        return _s3(settings.archive, *_credentials(settings.secrets_dir / "s3"))
    own_disk = settings.archive.folder is not None
    marker = settings.paths.state / "archive-folder" if own_disk else None
    return LocalStore(settings.archive_dir, marker)


def _credentials(file: Path) -> tuple[str, str]:
    try:
        access, _, secret = file.read_text(encoding="utf-8").strip().partition(":")
    except OSError as error:
        raise StoreUnavailableError(f"secrets/s3 cannot be read: {error.strerror}") from error
    if not access or not secret:
        raise StoreUnavailableError("secrets/s3 must hold one line, access key:secret key")
    return access, secret


@lru_cache(maxsize=4)
def _s3(archive: Archive, access: str, secret: str) -> S3Store:
    """One client for all threads: making one takes a tenth of a second and keeps connections."""
    account = S3Account(
        endpoint=archive.s3_endpoint,
        bucket=archive.s3_bucket,
        region=archive.s3_region,
        access_key=access,
        secret_key=secret,
        timeout_s=archive.s3_timeout_s,
        authorities=archive.s3_authorities,
    )
    return S3Store(account)
