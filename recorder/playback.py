"""Recordings as plain audio, wherever they lie and however they are kept: the one way to read any of them.

The caller of these checks rights and writes the audit row first. Blocking: called in threads.
"""

from __future__ import annotations

from typing import BinaryIO, Protocol

from core.errors import NotFoundError
from core.settings import Settings
from recorder.codecs import CODECS
from recorder.storage import open_store
from recorder.storage.keys import call_id_of
from recorder.tables import Recording
from recorder.vault.keys import Keyring
from recorder.vault.reader import Spare, reader


class Copy(Protocol):
    """What has to be known of an archive copy: `recorder.archiving.Facts`, or the recording's row."""

    @property
    def store(self) -> str: ...
    @property
    def archive_key(self) -> str: ...
    @property
    def sealed(self) -> bool: ...


def open_audio(settings: Settings, recording: Recording) -> BinaryIO:
    """The encoded audio, plain and open for reading at any place; close it.

    Raises:
        NotFoundError: not archived yet, deleted, or the object is gone.
        StoreUnavailableError: the store is away.
        WrongKeyError: the master key is missing; names its id.
        TamperedError: the object is not what was written; also raised later, by `read`.
    """
    spare = Spare(recording.key_id, bytes.fromhex(recording.wrapped_key)) if recording.wrapped_key else None
    return open_copy(settings, recording.call_id, recording, spare)


def open_copy(settings: Settings, call_id: str, copy: Copy, spare: Spare | None = None) -> BinaryIO:
    """As `open_audio`; without `spare` a damaged header is not made up for."""
    if call_id_of(copy.archive_key) != call_id:
        raise NotFoundError("there is no such recording")
    source = open_store(settings, copy.store).open(copy.archive_key)
    return reader(source, call_id, Keyring.of(settings), spare) if copy.sealed else source


def content_type(recording: Recording) -> str:
    """The media type of what `open_audio` gives."""
    return CODECS[recording.codec].content_type
