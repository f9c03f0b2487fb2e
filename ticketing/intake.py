"""Drafts out of calls: a call that asked for something opens one, its transcript describes it.

Calls and transcripts belong to other rooms; whoever composes the house hands in how to read them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from core.clock import Clock
from core.db import SessionFactory
from core.errors import NotFoundError
from core.events import Event, HelpRequested, TranscriptReady
from ticketing import drafts


@dataclass(frozen=True)
class Caller:
    """Who called: the normalised number, empty when withheld, whether they asked for 保密, their language."""

    number: str
    confidential: bool = False
    language: str = "zh"


class CallFacts(Protocol):
    async def caller(self, call_id: str) -> Caller | None:
        """None when the ledger does not have the call (yet)."""
        ...


class TranscriptFacts(Protocol):
    async def caller_text(self, call_id: str) -> str:
        """What the caller said, as the best model heard it; empty when there is nothing (yet)."""
        ...


class Intake:
    """Handles the two events drafts grow from. Each may come again, late or in either order."""

    def __init__(
        self, sessions: SessionFactory, calls: CallFacts, transcripts: TranscriptFacts, clock: Clock
    ) -> None:
        self._sessions = sessions
        self._calls = calls
        self._transcripts = transcripts
        self._clock = clock

    @staticmethod
    def wants(event: Event) -> bool:
        """Whether `handle` would do anything."""
        return isinstance(event, HelpRequested | TranscriptReady)

    async def handle(self, event: Event) -> None:
        """
        Raises:
            NotFoundError: the call is not in the ledger yet; the event should be tried again.
        """
        if isinstance(event, HelpRequested):
            await self._open(event.call_id)
        elif isinstance(event, TranscriptReady):
            await drafts.fill_in_transcript(
                self._sessions,
                call_id=event.call_id,
                transcript=await self._transcripts.caller_text(event.call_id),
                clock=self._clock,
            )

    async def _open(self, call_id: str) -> None:
        caller = await self._calls.caller(call_id)
        if caller is None:
            raise NotFoundError(f"call {call_id} is not in the ledger")
        await drafts.open_draft(
            self._sessions,
            call_id=call_id,
            caller_number=caller.number,
            transcript=await self._transcripts.caller_text(call_id),
            confidential=caller.confidential,
            language=caller.language,
            clock=self._clock,
        )
