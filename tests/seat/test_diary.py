"""The diary finds a second in wrong hands, and lets changes be as exact as a test can see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from tests.seat.diary import Diary, Turn, caller_missing, gaps
from tests.seat.judge import Track
from tests.seat.voices import CALLER, COLLEAGUE, SEAT, Voice

START = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
SECOND = bytes(16_000)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


@dataclass
class Row:
    holder: str
    started_at: datetime
    ended_at: datetime
    holder_kind: str = "seat"
    state: str = "talk"


@dataclass
class SeatRow:
    seat: str
    started_at: datetime | None
    ended_at: datetime
    role: str = "owner"


@pytest.fixture
def diary() -> Diary:
    """Three seconds with 1001, then three with 1002."""
    return Diary(
        [
            Turn(at(0), ("seat", "1001", "talk"), (SEAT,), {"1001": "owner"}),
            Turn(at(3), ("seat", "1002", "talk"), (COLLEAGUE,), {"1002": "owner"}),
        ],
        at(6),
    )


def rows(change: float) -> list[Row]:
    return [Row("1001", at(0), at(change)), Row("1002", at(change), at(6))]


@pytest.mark.parametrize(("change", "right"), [(2.6, True), (3.4, True), (2.3, False), (3.8, False)])
def test_a_change_counts_as_right_within_half_a_second(diary: Diary, change: float, right: bool) -> None:
    assert (diary.wrong_holders(rows(change)) == []) is right


@pytest.mark.parametrize(("change", "right"), [(2.6, True), (3.4, True), (2.3, False), (3.8, False)])
def test_so_does_a_seat_that_comes_or_goes(diary: Diary, change: float, right: bool) -> None:
    legs = [SeatRow("1001", at(0), at(change)), SeatRow("1002", at(change), at(6))]
    assert (diary.wrong_seats(legs) == []) is right


def test_another_state_two_holders_and_none_are_wrong(diary: Diary) -> None:
    assert diary.wrong_holders([Row("1001", at(0), at(3), state="hold"), Row("1002", at(3), at(6))])
    assert diary.wrong_holders([*rows(3), Row("1003", at(4), at(5))])
    assert diary.wrong_holders([Row("1001", at(0), at(3)), Row("1002", at(4), at(6))])


def test_an_empty_part_may_be_anything(diary: Diary) -> None:
    diary.turns[0].leg = ("seat", "", "")
    assert diary.wrong_holders([Row("1009", at(0), at(3), state="hold"), Row("1002", at(3), at(6))]) == []


def test_a_seat_too_many_or_in_another_role_is_wrong(diary: Diary) -> None:
    right = [SeatRow("1001", at(0), at(3)), SeatRow("1002", at(3), at(6))]
    assert diary.wrong_seats([*right, SeatRow("1003", None, at(6))]) == []
    assert diary.wrong_seats([*right, SeatRow("1003", at(1), at(6))])
    assert diary.wrong_seats([right[0], SeatRow("1002", at(3), at(6), role="consulted")])


def test_gaps_and_overlaps_between_legs_are_found() -> None:
    assert gaps(rows(3), at(0), at(6)) == []
    assert gaps(rows(3), at(0), at(6.1))
    assert gaps([Row("1001", at(0), at(2)), Row("1002", at(3), at(6))], at(0), at(6))
    assert gaps([Row("1001", at(0), at(4)), Row("1002", at(3), at(6))], at(0), at(6))
    assert gaps([], at(0), at(6))


def said(*parts: tuple[Voice | None, float]) -> Track:
    sounds = ((voice.samples() if voice else SECOND) * 10 for voice, _ in parts)
    lengths = (int(seconds * 8000) * 2 for _, seconds in parts)
    return Track(b"".join(sound[:length] for sound, length in zip(sounds, lengths, strict=True)))


def test_sounds_are_held_against_who_was_there(diary: Diary) -> None:
    assert diary.wrong_sounds(said((SEAT, 3), (COLLEAGUE, 3)), at(0)) == []
    assert diary.wrong_sounds(said((SEAT, 4), (COLLEAGUE, 2)), at(0))
    assert diary.wrong_sounds(said((SEAT, 1), (None, 0.5), (SEAT, 1.5), (COLLEAGUE, 3)), at(0))
    assert diary.wrong_sounds(said((SEAT, 3), (COLLEAGUE, 2)), at(0)), "the recording ends too soon"


def test_a_caller_cut_off_for_half_a_second_is_missed() -> None:
    assert caller_missing(said((CALLER, 5))) == []
    assert caller_missing(said((CALLER, 2), (None, 0.5), (CALLER, 3)))


def test_a_voice_torn_for_less_than_half_a_second_in_all_is_jitter() -> None:
    assert caller_missing(said((CALLER, 2), (COLLEAGUE, 0.4), (CALLER, 3))) == []
    assert caller_missing(said((CALLER, 2), (COLLEAGUE, 0.6), (CALLER, 3)))
    assert caller_missing(said((CALLER, 2), (COLLEAGUE, 0.4), (CALLER, 2), (COLLEAGUE, 0.2), (CALLER, 2)))
    assert caller_missing(said((CALLER, 2), (None, 0.2), (CALLER, 3))), "silence is never jitter"


def test_time_in_the_same_hands_is_added_up(diary: Diary) -> None:
    assert diary.seconds("seat", "1001", "talk") == 3
    assert diary.seconds("seat", "1003", "talk") == 0
