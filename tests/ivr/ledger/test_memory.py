"""What the ledger remembers of calls in progress is what was committed, and no more."""

from __future__ import annotations

from datetime import UTC, datetime

from ivr.ledger.events import CallAnswered
from ivr.ledger.memory import MAX_CALLS, Known, Memory

EVENT = CallAnswered(id="0:1", call_id="a", at=datetime(2026, 11, 23, tzinfo=UTC))
KNOWN = Known({EVENT.id: EVENT}, asked=False, has_legs=False)
NOTHING = Known({}, asked=False, has_legs=False)


def test_only_a_commit_counts() -> None:
    memory = Memory()
    memory.note("a", KNOWN)
    assert memory.get("a") is None
    memory.keep()
    assert memory.get("a") == KNOWN


def test_after_a_failure_everything_is_read_again() -> None:
    memory = Memory()
    memory.note("a", KNOWN)
    memory.keep()
    memory.note("a", NOTHING)
    memory.forget()
    memory.keep()
    assert memory.get("a") is None


def test_the_oldest_calls_are_forgotten() -> None:
    memory = Memory()
    for number in range(MAX_CALLS + 1):
        memory.note(str(number), NOTHING)
        memory.keep()
    assert memory.get("0") is None
    assert memory.get(str(MAX_CALLS)) == NOTHING
