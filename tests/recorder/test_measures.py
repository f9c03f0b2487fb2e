"""recorder.measures by example: peaks and words in, figures out."""

from __future__ import annotations

from typing import Any

from recorder.measures import Measures, measure


def peaks(caller: str, hotline: str) -> dict[str, Any]:
    """A character a tenth of a second: `#` sound, anything else none."""
    return {
        "step_s": 0.1,
        "caller": [120 if one == "#" else 2 for one in caller],
        "hotline": [120 if one == "#" else 2 for one in hotline],
    }


def of(caller: str, hotline: str, words: dict[str, list[dict[str, Any]]] | None = None) -> Measures:
    return measure(peaks(caller, hotline), max(len(caller), len(hotline)) / 10, words or {})


def word(text: str, start: float, end: float) -> dict[str, Any]:
    return {"word": text, "start": start, "end": end, "confidence": 1.0}


def test_one_after_the_other() -> None:
    found = of("##########..........", "..........##########")
    assert (found.caller_speech_s, found.hotline_speech_s) == (1.0, 1.0)
    assert (found.silence_share, found.talk_over_s, found.longest_silence_s) == (0.0, 0.0, 0.0)


def test_silence_is_when_neither_speaks() -> None:
    found = of("#####...............", "...............#####")
    assert found.silence_share == 0.5
    assert found.longest_silence_s == 1.0


def test_silence_at_either_end_counts() -> None:
    found = of(".........##########.", "....................")
    assert found.silence_share == 0.5
    assert found.longest_silence_s == 0.9


def test_a_pause_between_words_is_no_silence() -> None:
    assert of("#####....#####", "").silence_share == 0.0
    assert of("#####.....#####", "").longest_silence_s == 0.5


def test_a_click_is_no_speech() -> None:
    assert of("..........#..........", "").caller_speech_s == 0.0
    assert of("..........##..........", "").caller_speech_s == 0.2


def test_talking_over_lasts_longer_than_a_yes() -> None:
    assert of("####################", "........####........").talk_over_s == 0.0
    assert of("####################", ".......#####........").talk_over_s == 0.5
    assert of("##########..........", "...#################").talk_over_s == 0.7


def test_speed_is_by_the_words() -> None:
    words = {
        "caller": [word("路灯", 0.0, 0.5), word("不亮", 0.5, 1.0), word("了", 5.0, 5.5)],
        "hotline": [word("您好", 0.0, 1.0)],
    }
    found = of("#" * 60, "#" * 60, words)
    assert found.caller_chars_per_min == 200.0
    assert found.hotline_chars_per_min == 120.0


def test_without_peaks_the_words_serve() -> None:
    words = {"caller": [word("路灯", 0.0, 1.0)], "hotline": [word("您好", 3.0, 4.0)]}
    found = measure({}, 4.0, words)
    assert (found.caller_speech_s, found.hotline_speech_s) == (1.0, 1.0)
    assert (found.silence_share, found.longest_silence_s) == (0.5, 2.0)


def test_nothing_at_all_is_no_mistake() -> None:
    assert measure({}, 0.0, {}) == Measures(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    silent = of("", "." * 100)
    assert (silent.silence_share, silent.longest_silence_s) == (1.0, 10.0)


def test_peaks_longer_than_the_recording_are_cut() -> None:
    found = measure(peaks("#" * 30, ""), 2.0, {})
    assert found.caller_speech_s == 2.0


def test_six_hours_take_a_moment() -> None:
    found = of("#####....." * 21_600, ".....#####" * 21_600)
    assert found.silence_share == 0.0
    assert found.caller_speech_s == 10_800.0
