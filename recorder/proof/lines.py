"""The chain's own words: one line for what is known of a recording, one sum for a day. Pure.

Nothing here changes when a master key is rotated, a codec setting is changed or a transcript arrives:
of the object only the sum of its audio before sealing is taken, `archive_sha256` never.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Protocol

from core.clock import CHINA
from recorder.tables import RecordingState

#: Stands before everything that is summed; another way of summing gets another name.
FORMAT = "hotline recordings 1"
FIRST_PREVIOUS = "0" * 64


class Kind(StrEnum):
    """What was known of a recording when a day was sealed. Entries of one recording only go forward."""

    WAITING = "waiting"  #: 待归档: it was there; its sums were not final
    DAMAGED = "damaged"  #: 损坏: as above, and a person had to look
    RECORDED = "recorded"  #: 已归档: verified, with all its sums
    DELETED = "deleted"  #: 已删除: by two people, with the tombstone


#: The fields of a line, in order; a line of what was not final yet ends after the third.
FIELDS = (
    "kind",
    "call_id",
    "created_at",
    "caller_sha256",
    "hotline_sha256",
    "audio_sha256",
    "duration_s",
    "deleted_at",
    "proposal_id",
    "first_by",
    "second_by",
)
_DURATION = FIELDS.index("duration_s")


class Sums(Protocol):
    """What a recording's row and its tombstone have in common."""

    @property
    def call_id(self) -> str: ...
    @property
    def caller_sha256(self) -> str: ...
    @property
    def hotline_sha256(self) -> str: ...
    @property
    def audio_sha256(self) -> str: ...
    @property
    def duration_s(self) -> float: ...


class Known(Sums, Protocol):
    """What is read of a recording's row."""

    @property
    def state(self) -> str: ...
    @property
    def created_at(self) -> datetime: ...


class Stone(Sums, Protocol):
    """What is read of a tombstone."""

    @property
    def recorded_at(self) -> datetime: ...
    @property
    def deleted_at(self) -> datetime: ...
    @property
    def proposal_id(self) -> int: ...
    @property
    def first_by(self) -> int: ...
    @property
    def second_by(self) -> int: ...


def kind_of(state: str) -> Kind:
    """What a row in that state has to say."""
    if state in (RecordingState.VERIFIED, RecordingState.TRANSCRIBED):
        return Kind.RECORDED
    if state in (RecordingState.DAMAGED, RecordingState.DELETED):
        return Kind(state)
    return Kind.WAITING


def line_of(kind: Kind, row: Known) -> str:
    """The line of any kind but `deleted`."""
    head = (kind, row.call_id, _moment(row.created_at))
    return "\t".join((*head, *_sums(row)) if kind == Kind.RECORDED else head)


def line_of_stone(stone: Stone) -> str:
    """The line of a deleted recording."""
    signed = (_moment(stone.deleted_at), stone.proposal_id, stone.first_by, stone.second_by)
    head = (Kind.DELETED, stone.call_id, _moment(stone.recorded_at))
    return "\t".join(map(str, (*head, *_sums(stone), *signed)))


def same_sums(one: Sums, other: Sums) -> bool:
    """Whether a tombstone is that of a row."""
    return (one.call_id, *_sums(one)) == (other.call_id, *_sums(other))


def differing(line: str, other: str) -> list[str]:
    """Names of the fields that are not the same in both lines."""
    left, right = line.split("\t"), other.split("\t")
    size = max(len(left), len(right))
    padded = ([*parts, *[""] * (size - len(parts))] for parts in (left, right))
    pairs = zip(*padded, strict=True)
    names = (*FIELDS, *["more"] * max(0, size - len(FIELDS)))
    return [name for name, (a, b) in zip(names, pairs, strict=False) if a != b]


def begin_of(day: date) -> datetime:
    """When `day` begins in China."""
    return datetime.combine(day, time(), CHINA)


def end_of(day: date) -> datetime:
    """When `day` is over in China."""
    return begin_of(day) + timedelta(days=1)


def day_of(line: str) -> str:
    """The day, in China, of the recording a line is about; empty where the line makes no sense."""
    try:
        return str(datetime.fromisoformat(line.split("\t")[2]).astimezone(CHINA).date())
    except (IndexError, ValueError):
        return ""


def milliseconds(line: str) -> int:
    """The sound of a recording that is kept; of all others none."""
    parts = line.split("\t")
    try:
        return round(float(parts[_DURATION]) * 1000) if parts[0] == Kind.RECORDED else 0
    except (IndexError, ValueError, OverflowError):
        return 0


class Head(Protocol):
    """What of a day is summed before its lines."""

    @property
    def number(self) -> int: ...
    @property
    def day(self) -> date: ...
    @property
    def previous(self) -> str: ...
    @property
    def count(self) -> int: ...
    @property
    def seconds(self) -> float: ...
    @property
    def sealed_at(self) -> datetime: ...


class RootSum:
    """The sum of a day, fed line by line."""

    def __init__(self, head: Head) -> None:
        self._total = sha256(f"{FORMAT}\n".encode())
        own = (head.number, head.day, head.previous, head.count, repr(head.seconds), _moment(head.sealed_at))
        self._total.update("\t".join(map(str, own)).encode() + b"\n")

    def take(self, line: str) -> None:
        self._total.update(line.encode() + b"\n")

    @property
    def hex(self) -> str:
        return self._total.hexdigest()


def _sums(row: Sums) -> tuple[str, ...]:
    return row.caller_sha256, row.hotline_sha256, row.audio_sha256, repr(float(row.duration_s))


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
