"""When citizens may be called."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.clock import CHINA
from ivr.visits.hours import CallingHours

_moments = st.timedeltas(timedelta(0), timedelta(days=1500)).map(
    lambda since: datetime(2026, 1, 1, tzinfo=UTC) + since
)


@given(_moments, st.integers(0, 22), st.integers(1, 23))
def test_the_next_moment_is_allowed_and_no_earlier_one_is(at: datetime, begin: int, length: int) -> None:
    hours = CallingHours(time(begin), time(min(begin + length, 23), 59))
    found = hours.next(at)
    assert found >= at
    assert hours.open_at(found)
    assert (found == at) == hours.open_at(at)
    if found > at:
        assert found - at < timedelta(days=1)
        assert not hours.open_at(found - timedelta(microseconds=1))
        assert found.astimezone(CHINA).time() == hours.begin
