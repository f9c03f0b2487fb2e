"""recorder.quality.lot: fair across days, the same every time, nobody twice."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from recorder.quality import lot
from recorder.quality.rules import Candidate
from tests.recorder.quality.talks import talk

talks = st.lists(st.integers(0, 6), min_size=1, max_size=40).map(
    lambda days: [talk(number, day=day) for number, day in enumerate(days)]
)


@settings(max_examples=200)
@given(talks, st.integers(1, 40))
def test_days_take_turns(found: list[Candidate], wanted: int) -> None:
    drawn = Counter(one.day for one in lot.order(found, "seed")[:wanted])
    there = Counter(one.day for one in found)
    most = max(drawn.values())
    # A day gets fewer than another only where it has no more, or its turn of this round is still to come.
    assert all(drawn[day] >= min(there[day], most - 1) for day in there)


@given(talks, st.randoms())
def test_the_order_does_not_hang_on_how_they_come(found: list[Candidate], random: object) -> None:
    mixed = list(found)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert lot.order(mixed, "seed") == lot.order(found, "seed")
    assert sorted(one.recording_id for one in lot.order(found, "seed")) == [one.recording_id for one in found]


def test_another_seed_is_another_lot() -> None:
    found = [talk(number) for number in range(30)]
    first = [lot.order(found, str(seed))[0].recording_id for seed in range(300)]
    # Thirty talks, three hundred lots: every one is first now and then, none all the time.
    assert len(set(first)) == 30
    assert max(Counter(first).values()) < 40
