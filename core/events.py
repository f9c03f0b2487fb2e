"""What rooms tell each other: frozen, past tense, ids only. Details are read from the owner's tables."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import ClassVar


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened at `at` (aware UTC)."""

    at: datetime


@dataclass(frozen=True, kw_only=True)
class CallChanged(Event):
    """The ledger row of a call was written: it started, moved on, or ended."""

    call_id: str
    ended: bool


@dataclass(frozen=True, kw_only=True)
class HelpRequested(Event):
    """A caller asked for something: joined a queue or left a message. Said once per call."""

    call_id: str


@dataclass(frozen=True, kw_only=True)
class RecordingReady(Event):
    """A call's archive copy is written and verified."""

    call_id: str
    recording_id: int


@dataclass(frozen=True, kw_only=True)
class RecordingDeleted(Event):
    """Two people had a recording deleted; a tombstone is left (recorder.retention)."""

    call_id: str
    recording_id: int


@dataclass(frozen=True, kw_only=True)
class TranscriptReady(Event):
    """Both sides of a recording have been transcribed."""

    call_id: str
    recording_id: int


@dataclass(frozen=True, kw_only=True)
class CaseOpened(Event):
    """A draft case exists."""

    case_id: int
    call_id: str | None


@dataclass(frozen=True, kw_only=True)
class CaseMoved(Event):
    """A case went through a move of the workflow table."""

    case_id: int
    move: str


@dataclass(frozen=True, kw_only=True)
class CaseEdited(Event):
    """Fields of a case changed without a move: a draft was saved, or its transcript arrived."""

    case_id: int


@dataclass(frozen=True, kw_only=True)
class NoticeSent(Event):
    """A leader told seats something."""

    notice_id: int


@dataclass(frozen=True, kw_only=True)
class KeywordHeard(Event):
    """Words of a keyword list were said in a recording; or (`seen`) somebody has seen the alert."""

    call_id: str
    recording_id: int
    seen: bool = False


class EventCodec:
    """Events to and from the flat string maps Redis Streams carry."""

    types: ClassVar[dict[str, type[Event]]] = {
        t.__name__: t
        for t in (
            CallChanged,
            HelpRequested,
            RecordingReady,
            RecordingDeleted,
            TranscriptReady,
            CaseOpened,
            CaseMoved,
            CaseEdited,
            NoticeSent,
            KeywordHeard,
        )
    }
    #: Fields of each.
    names: ClassVar[dict[str, frozenset[str]]] = {
        name: frozenset(field.name for field in fields(kind)) for name, kind in types.items()
    }

    @classmethod
    def encode(cls, event: Event) -> dict[str, str]:
        body = asdict(event) | {"at": event.at.isoformat()}
        return {"type": type(event).__name__, "body": json.dumps(body, ensure_ascii=False)}

    @classmethod
    def decode(cls, message: dict[str, str]) -> Event:
        """
        Raises:
            KeyError: a type this version does not know.
        """
        kind = cls.types[message["type"]]
        body = json.loads(message["body"])
        body["at"] = datetime.fromisoformat(body["at"])
        known = cls.names[message["type"]]
        return kind(**{k: v for k, v in body.items() if k in known})
