"""The snapshot a call works with: everything people may have published, at one moment, in memory.

A call takes `HouseKeeper.current` once and finishes on it. Times are compared with the call's own clock,
because a snapshot outlives the start and end of what it holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from ivr.flows.model import Flow

#: Languages every sound of the house is there in; English falls back to the Chinese sound.
LANGUAGES = ("zh_CN", "en")
ModeName = Literal["before", "instead"]
PathName = Literal["slow_queue", "warning", "message_only"]


class AnnouncementMode(StrEnum):
    """When an announcement is played."""

    BEFORE = "before"  #: 先播后接: then the menu
    INSTEAD = "instead"  #: 代替菜单: then goodbye; 0 during it is a person


class FlagPath(StrEnum):
    """What a flagged caller meets; never a silent drop (hotline.md section 2)."""

    SLOW_QUEUE = "slow_queue"  #: 慢速队列: behind all others
    WARNING = "warning"  #: 提醒后转人工
    MESSAGE_ONLY = "message_only"  #: 只能留言


@dataclass(frozen=True)
class Announcement:
    """临时通知. `sound` is a folder: play `<sound>/<language>`, which is there in every language."""

    id: int
    title: str
    mode: ModeName
    sound: str
    starts_at: datetime
    ends_at: datetime
    #: Queue names it is for; empty: every call.
    queues: tuple[str, ...] = ()

    def sound_in(self, language: str) -> str:
        """Path without extension of what is played to a caller in `language`."""
        return f"{self.sound}/{language if language in LANGUAGES else LANGUAGES[0]}"

    def is_valid(self, now: datetime) -> bool:
        return self.starts_at <= now < self.ends_at


@dataclass(frozen=True)
class FlaggedNumber:
    """骚扰号码标记: `number` as `core.phone.normalise` writes it."""

    number: str
    path: PathName
    until: datetime


@dataclass(frozen=True)
class Article:
    """知识: a published article read out. Sounds are folders as an announcement's is."""

    id: int
    title: str
    sound: str
    title_sound: str


@dataclass(frozen=True)
class House:
    """All of it."""

    flow: Flow
    #: 0: the flow as it was delivered.
    flow_version: int
    announcements: tuple[Announcement, ...] = ()
    flags: Mapping[str, FlaggedNumber] = field(default_factory=dict)
    articles: tuple[Article, ...] = ()

    def announcements_for_all(self, now: datetime) -> tuple[Announcement, ...]:
        """Valid now and for every call: `before` ones first, then at most one `instead` (the newest)."""
        valid = [one for one in self.announcements if one.is_valid(now) and not one.queues]
        return (*_of(valid, AnnouncementMode.BEFORE), *_of(valid, AnnouncementMode.INSTEAD)[-1:])

    def announcements_for_queue(self, queue: str, now: datetime) -> tuple[Announcement, ...]:
        """Valid now and only for callers about to join `queue`, in the same order."""
        valid = [one for one in self.announcements if one.is_valid(now) and queue in one.queues]
        return (*_of(valid, AnnouncementMode.BEFORE), *_of(valid, AnnouncementMode.INSTEAD)[-1:])

    def flag_of(self, number: str, now: datetime) -> FlaggedNumber | None:
        """The flag of a normalised number, unless it has expired."""
        found = self.flags.get(number) if number else None
        return found if found and now < found.until else None


def _of(found: list[Announcement], mode: AnnouncementMode) -> list[Announcement]:
    return [one for one in found if one.mode == mode]
