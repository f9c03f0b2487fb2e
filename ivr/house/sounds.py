"""Folders the house's sounds lie in: one per content, never written again, so a call hears what it began."""

from __future__ import annotations

from pathlib import Path

from core.settings import Settings


def announcements_dir(settings: Settings) -> Path:
    return settings.paths.state / "announcements"


def articles_dir(settings: Settings) -> Path:
    return settings.paths.state / "articles"


def announcement(settings: Settings, name: str) -> Path:
    """The folder of an announcement's sounds: `zh_CN.alaw`, `en.alaw`."""
    return announcements_dir(settings).absolute() / name


def article(settings: Settings, name: str) -> Path:
    """The folder of an article's sounds: `title/<language>.alaw`, `text/<language>.alaw`."""
    return articles_dir(settings).absolute() / name
