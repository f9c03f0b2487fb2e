"""The steps of a recording's life at which a worker is killed, and the work that comes by them."""

from __future__ import annotations

import os
import signal
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import FixedClock
from core.db import SessionFactory
from core.settings import Settings
from recorder.calls import UnknownCalls
from recorder.capture.staging import Staging
from recorder.fakes import FakeTranscriber
from recorder.ingest import Ingest, keep_nothing
from recorder.legs import Legs, Side
from recorder.retention.deletion import Eraser
from recorder.retention.model import CallFacts
from recorder.sweep import Sweep
from recorder.tables import RecordingState
from recorder.transcripts import Transcripts

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
#: The legs are orphans to the sweep by then; a day later their staging copies have stayed long enough.
START, NEXT_DAY = NOW + timedelta(minutes=11), NOW + timedelta(hours=25)
#: By then the leases of the dead are over.
HEIR_AFTER = timedelta(minutes=5)

Mark = Callable[[str], None]
Work = Callable[[Settings, SessionFactory, FixedClock, Mark], Awaitable[None]]


async def take_in(settings: Settings, sessions: SessionFactory, clock: FixedClock, mark: Mark) -> None:
    """Spool → archive → verified, the legs removed at once."""
    ingest = Ingest(settings, sessions, clock, mark=mark, keep=keep_nothing)
    sweep = Sweep(settings.spool_dir, ingest, UnknownCalls(), sessions, clock)
    await sweep.once()
    while await ingest.run_one():
        pass
    await sweep.once()


async def take_in_and_keep(
    settings: Settings, sessions: SessionFactory, clock: FixedClock, mark: Mark
) -> None:
    """The same, with staging copies that stay for a day."""
    staging = Staging(settings, sessions, clock)
    ingest = Ingest(settings, sessions, clock, mark=mark, keep=staging.keep)
    sweep = Sweep(settings.spool_dir, ingest, UnknownCalls(), sessions, clock, kept=staging.kept)
    await sweep.once()
    while await ingest.run_one():
        pass


async def _expire(settings: Settings, sessions: SessionFactory, clock: FixedClock, mark: Mark) -> None:
    ingest = Ingest(settings, sessions, clock, mark=mark)
    await Staging(settings, sessions, clock).expire(ingest.clear_legs)


async def _write_down(settings: Settings, sessions: SessionFactory, clock: FixedClock, mark: Mark) -> None:
    transcripts = Transcripts(settings, sessions, clock, mark=mark)
    while await transcripts.run_one(FakeTranscriber()):
        pass


class NoFacts:
    """A ledger that knows none of the calls: a person proposed to delete them, and no hold is there."""

    async def of(self, session: AsyncSession, call_ids: Collection[str]) -> Mapping[str, CallFacts]:
        return {}


async def _delete(settings: Settings, sessions: SessionFactory, clock: FixedClock, mark: Mark) -> None:
    eraser = Eraser(settings, sessions, clock, NoFacts(), mark=mark)
    while await eraser.run_one():
        pass


@dataclass(frozen=True)
class Step:
    """Where a worker dies, and what has to be true when an heir has finished."""

    name: str
    work: Work
    mark: str
    #: At which of its times.
    times: int = 1
    now: datetime = START
    #: Whether the calls were archived before, with staging copies, and their deletion was signed by two.
    prepared: bool = False
    signed: bool = False
    after: RecordingState = RecordingState.VERIFIED
    #: Whether the legs lie in the spool at the end.
    keeps_legs: bool = False
    #: Whether one call can be killed there again and again: dying has changed nothing that is in the books.
    again: bool = False


#: Any instant, rather than a step: the parent kills, after a random time.
ANY_INSTANT = "any instant"
_INGEST = (
    ("staged", 1), ("claimed", 1), ("encoding", 1), ("encoded", 1), ("sealed", 1), ("stored", 1),
    ("committing-archived", 1), ("committed-archived", 1), ("claimed", 2), ("checked", 1),
    ("committing-verified", 1), ("committed-verified", 1), ("clearing", 1), ("cleared", 1),
)  # fmt: skip
#: Marks a worker comes by with a call whose row is as it was before.
_AGAIN = {
    "encoding", "encoded", "sealed", "stored", "committing-archived", "checked", "committing-verified",
    "heard", "committing", "object removed", "erased",
}  # fmt: skip
_DONE, _GONE = RecordingState.TRANSCRIBED, RecordingState.DELETED
_TRANSCRIPT = Step("", _write_down, "", prepared=True, after=_DONE, keeps_legs=True)
_DELETION = Step("", _delete, "", prepared=True, signed=True, after=_GONE)
_STEPS = (
    *(Step(f"{mark}-{times}", take_in, mark, times, again=mark in _AGAIN) for mark, times in _INGEST),
    Step("any-instant", take_in, ANY_INSTANT),
    *(Step(f"copy-{mark}", _expire, mark, now=NEXT_DAY, prepared=True) for mark in ("clearing", "cleared")),
    *(
        replace(_TRANSCRIPT, name=f"transcript-{mark}", mark=mark, again=mark in _AGAIN)
        for mark in ("claimed", "heard", "committing", "committed")
    ),
    *(
        replace(_DELETION, name=f"deletion-{mark.replace(' ', '-')}", mark=mark, again=mark in _AGAIN)
        for mark in ("committing", "committed", "object removed", "erased")
    ),
)
STEPS = {step.name: step for step in _STEPS}


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def remove_one_leg_and_die(legs: Legs) -> None:
    """Stands for `Legs.remove` of a worker that dies in the middle of it."""
    if legs.path(Side.CALLER).exists():
        legs.path(Side.CALLER).unlink()
        die()
    for side in Side:
        legs.path(side).unlink(missing_ok=True)
