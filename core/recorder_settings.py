"""Settings of the archive of recordings and of what is done with it."""

from __future__ import annotations

from core.section import Section


class Archive(Section):
    """Where recordings are kept, and how they are encoded."""


class Vault(Section):
    """Encryption at rest (信封加密)."""


class Retention(Section):
    """How long recordings are kept (保存期限)."""


class Search(Section):
    """Finding recordings, and words that raise an alarm (关键词告警)."""


class Quality(Section):
    """Quality inspection (质检)."""
