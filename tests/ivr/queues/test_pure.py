"""Where callers go by the hour, how long they will wait, and which queues a seat serves."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.calendar import OfficeCalendar
from core.clock import CHINA
from ivr.queues import PACKAGED, Queue, parse
from ivr.queues.expected import Load, expected_wait_s, said_minutes
from ivr.queues.opening import opening
from ivr.queues.skills import served

TEXT = """
[general]
label = "综合"
label_en = "General"
[office]
label = "办公"
label_en = "Office"
hours = "08:30-17:30"
closed = { then = "queue", queue = "evening" }
[evening]
label = "晚班"
label_en = "Evening"
hours = "daily 17:30-22:00"
closed = { then = "message" }
"""
QUEUES = parse("queues.toml", TEXT, 30)
CALENDAR = OfficeCalendar()


def _open(name: str, at: str) -> tuple[str, bool, list[str]]:
    moment = datetime.fromisoformat(at).replace(tzinfo=CHINA)
    found = opening(QUEUES, name, CALENDAR, moment, CHINA)
    return found.queue.name, found.is_open, [queue.name for queue in found.passed]


def test_by_the_hour() -> None:
    assert _open("office", "2026-11-23T10:00") == ("office", True, [])
    assert _open("office", "2026-11-23T18:00") == ("evening", True, ["office"])
    assert _open("office", "2026-10-01T18:00") == ("evening", True, ["office"])
    assert _open("office", "2026-11-23T23:00") == ("evening", False, ["office"])
    assert _open("general", "2026-10-01T03:00") == ("general", True, [])
    assert _open("nobody_knows_it", "2026-11-23T10:00") == ("general", True, [])


@pytest.mark.parametrize(
    ("load", "expected"),
    [
        (Load(0, 1, 1, 60), 0),
        (Load(0, 0, 1, 55), 60),
        (Load(1, 0, 2, 115), 120),
        (Load(3, 0, 0, 60), None),
        (Load(3, 0, 2, 0), None),
        (Load(1, 1, 1, 55), 60),
    ],
)
def test_expected_wait(load: Load, expected: float | None) -> None:
    assert expected_wait_s(load, wrap_up_s=5) == expected


@given(st.integers(0, 90), st.integers(1, 90), st.floats(1, 3600))
def test_more_callers_never_wait_less_and_more_seats_never_longer(
    waiting: int, seats: int, talk_s: float
) -> None:
    now = expected_wait_s(Load(waiting, 0, seats, talk_s), 5)
    longer = expected_wait_s(Load(waiting + 1, 0, seats, talk_s), 5)
    shorter = expected_wait_s(Load(waiting, 0, seats + 1, talk_s), 5)
    assert now is not None and longer is not None and shorter is not None
    assert shorter <= now <= longer


def test_minutes_as_said() -> None:
    assert [said_minutes(s) for s in (0, 59.9, 60, 61, 120, 121)] == [0, 0, 1, 2, 2, 3]


def test_a_seat_serves_the_queues_of_its_skills() -> None:
    queues: dict[str, Queue] = parse("queues.toml", Path(PACKAGED).read_text(encoding="utf-8"), 30)
    assert served(queues, {}) == {"general": 0}
    assert served(queues, {"english": 1, "emergency": 3}) == {"emergency": 2, "english": 0}
    assert served(queues, {"juggling": 1}) == {"general": 0}
