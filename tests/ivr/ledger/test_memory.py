"""What the ledger remembers of calls in progress is what was committed, and no more."""

from __future__ import annotations

from datetime import UTC, datetime

from ivr.ledger.events import CallAnswered
from ivr.ledger.memory import MAX_CALLS, Memory

EVENT = CallAnswered(id="0:1", call_id="a", at=datetime(2026, 11, 23, tzinfo=UTC))


def test_only_a_commit_counts() -> None:
    memory = Memory()
    memory.note("a", {EVENT.id: EVENT})
    assert memory.get("a") is None
    memory.keep()
    assert memory.get("a") == {EVENT.id: EVENT}


def test_after_a_failure_everything_is_read_again() -> None:
    memory = Memory()
    memory.note("a", {EVENT.id: EVENT})
    memory.keep()
    memory.note("a", {})
    memory.forget()
    memory.keep()
    assert memory.get("a") is None


def test_the_oldest_calls_are_forgotten() -> None:
    memory = Memory()
    for number in range(MAX_CALLS + 1):
        memory.note(str(number), {})
        memory.keep()
    assert memory.get("0") is None
    assert memory.get(str(MAX_CALLS)) == {}
