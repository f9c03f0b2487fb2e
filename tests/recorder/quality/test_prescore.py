"""recorder.quality.prescore: what the machine notices, with the second and the words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.recorder_settings import Quality
from recorder.quality import prescore, talk
from recorder.quality.prescore import Finding, Verdict
from recorder.quality.sheet import Check
from recorder.quality.talk import Stretch, Talk, Word

STEPS = 600


def _peaks(caller: list[tuple[int, int]], hotline: list[tuple[int, int]]) -> dict[str, Any]:
    """A minute, loud where the (start, end) seconds say."""

    def track(loud: list[tuple[int, int]]) -> list[int]:
        return [90 if any(a * 10 <= n < b * 10 for a, b in loud) else 0 for n in range(STEPS)]

    return {"step_s": 0.1, "caller": track(caller), "hotline": track(hotline)}


def _words(*said: tuple[str, float]) -> tuple[Word, ...]:
    return tuple(Word(text, at, at + 0.3) for text, at in said)


def _talk(seat: tuple[Word, ...] | None, peaks: dict[str, Any] | None = None, **more: Any) -> Talk:
    known = {"begins": 10.0, "ends": 50.0, "caller": ()} | more
    return Talk(seat=seat, peaks=peaks or _peaks([(20, 30)], [(10, 20), (30, 50)]), **known)


def _look(one: Talk, check: Check, **more: Any) -> Finding:
    return next(found for found in prescore.look(one, Quality(**more)) if found.check is check)


@pytest.mark.parametrize(
    ("seat", "verdict", "evidence"),
    [
        # Cut into words by the recogniser as it likes.
        (_words(("您", 11.0), ("好", 11.3)), Verdict.GOOD, (11.0, "您好")),
        (_words(("喂", 11.0), ("您好", 19.0)), Verdict.BAD, (10.0, "喂")),
        # Before the seat answered it was our own prompt that said so.
        (_words(("您好", 2.0), ("喂", 11.0)), Verdict.BAD, (10.0, "喂")),
        ((), Verdict.BAD, (10.0, "")),
    ],
)
def test_the_greeting(seat: tuple[Word, ...], verdict: Verdict, evidence: tuple[float, str]) -> None:
    found = _look(_talk(seat), Check.GREETING)
    assert found.verdict is verdict
    assert [(one.at_s, one.words) for one in found.evidence] == [evidence]


def test_the_closing_counts_at_the_end_only() -> None:
    assert _look(_talk(_words(("再见", 45.0))), Check.CLOSING).verdict is Verdict.GOOD
    assert _look(_talk(_words(("再见", 12.0))), Check.CLOSING).verdict is Verdict.BAD


def test_every_forbidden_word_is_found_where_it_is() -> None:
    found = _look(
        _talk(_words(("我", 15.0), ("不", 15.3), ("知道", 15.5), ("烦不烦", 30.0))), Check.FORBIDDEN
    )
    assert (found.verdict, found.figure) == (Verdict.BAD, 2.0)
    assert [(one.at_s, one.words) for one in found.evidence] == [(15.3, "不知道"), (30.0, "烦不烦")]


def test_talk_over_is_measured_and_placed() -> None:
    both = _peaks([(20, 30)], [(10, 27)])
    found = _look(_talk((), both), Check.TALK_OVER)
    assert (found.verdict, found.figure) == (Verdict.BAD, 7.0)
    assert [(one.at_s, one.length_s) for one in found.evidence] == [(20.0, 7.0)]


def test_silence_is_that_of_the_talk_alone() -> None:
    # Ten silent seconds before the answer and ten after the hang-up do not count.
    found = _look(_talk((), _peaks([(12, 14)], [(10, 12), (40, 50)])), Check.SILENCE)
    assert (found.verdict, found.figure, found.share) == (Verdict.BAD, 26.0, 0.65)
    assert [(one.at_s, one.length_s) for one in found.evidence] == [(14.0, 26.0)]
    assert _look(_talk(()), Check.SILENCE).verdict is Verdict.GOOD


@pytest.mark.parametrize(("letters", "verdict"), [(30, Verdict.BAD), (100, Verdict.GOOD), (200, Verdict.BAD)])
def test_the_speech_rate_counts_characters_of_spoken_minutes(letters: int, verdict: Verdict) -> None:
    # All of it in thirty seconds.
    length = 30 / letters
    seat = tuple(Word("字", 10 + n * length, 10 + (n + 1) * length) for n in range(letters))
    found = _look(_talk(seat), Check.SPEECH_RATE)
    assert (found.verdict, found.figure) == (verdict, letters * 2)


def test_nothing_is_claimed_without_words_or_sound() -> None:
    silent = _talk(None, {"step_s": 0.1, "caller": [], "hotline": []})
    assert {one.verdict for one in prescore.look(silent, Quality())} == {Verdict.UNKNOWN}


def test_words_of_the_test_model_are_worthless_and_sound_is_not() -> None:
    seat = tuple(Word("好", n, n + 0.9) for n in range(11, 19))
    found = prescore.look(_talk(seat, is_test_model=True), Quality())
    worthless = {one.check for one in found if one.is_worthless}
    assert worthless == {Check.GREETING, Check.CLOSING, Check.FORBIDDEN, Check.SPEECH_RATE}


stretches = st.lists(st.integers(0, 60), min_size=2, max_size=12, unique=True).map(
    lambda points: [
        Stretch(a, b) for a, b in zip(sorted(points)[::2], sorted(points)[1::2], strict=False) if a < b
    ]
)


@given(stretches, stretches)
def test_speech_silence_and_overlap_add_up(one: list[Stretch], other: list[Stretch]) -> None:
    both = sum(found.length for found in talk.overlaps(one, other))
    quiet = sum(found.length for found in talk.gaps([*one, *other], 0, 60))
    spoken = sum(found.length for found in one) + sum(found.length for found in other)
    assert both == sum(found.length for found in talk.overlaps(other, one))
    assert spoken - both + quiet == 60
