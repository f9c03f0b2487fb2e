"""Archive files for whoever may listen. The caller of these checks rights and writes the audit row first."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from core.settings import Settings
from recorder.archive import Archive
from recorder.tables import Recording

CONTENT_TYPE = "audio/ogg; codecs=opus"


def open_audio(settings: Settings, recording: Recording) -> BinaryIO:
    """The archive copy, open for reading; close it.

    Raises:
        NotFoundError: not archived yet, or the file is gone.
    """
    return Archive(settings.archive_dir).open(recording.archive_key)


def audio_path(settings: Settings, recording: Recording) -> Path:
    """Where the archive copy lies, for a server that sends files with ranges by itself.

    Raises:
        NotFoundError: not archived yet, or the file is gone.
    """
    open_audio(settings, recording).close()
    return Archive(settings.archive_dir).path(recording.archive_key)
