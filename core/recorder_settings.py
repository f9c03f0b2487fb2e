"""Settings of the archive of recordings and of what is done with it."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from core.section import Section


class Archive(Section):
    """Where recordings are kept, and how they are encoded."""

    folder: Path | None = Field(
        None,
        description="Folder of the archive, for example on a disk of its own; default: `archive` in the"
        " state folder.",
    )


class Vault(Section):
    """Encryption at rest (信封加密)."""


class Retention(Section):
    """How long recordings are kept (保存期限)."""


class Search(Section):
    """Finding recordings, and words that raise an alarm (关键词告警)."""


class Quality(Section):
    """Quality inspection (质检)."""
