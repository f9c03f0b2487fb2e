"""A recording's place in the index: larger is later, so that newest first costs no sorting."""

from __future__ import annotations

from datetime import UTC, datetime

#: Recordings that can begin in the same second.
IN_A_SECOND = 4096
_BEGIN = datetime(2000, 1, 1, tzinfo=UTC)


def key_of(started_at: datetime, recording_id: int) -> int:
    """The key to try first; one that is taken already gives way to the next."""
    return lowest(started_at) + recording_id % IN_A_SECOND


def lowest(at: datetime) -> int:
    """The lowest key of what begins in the second of `at`; small numbers keep the index small."""
    return max(0, int((at - _BEGIN).total_seconds())) * IN_A_SECOND
