"""Silence left out: what is loud is never lost, and times stay the call's own."""

from __future__ import annotations

import random
from array import array
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recorder.transcribe.models import TEST_MODEL, FoundModel
from recorder.transcribe.protocol import Heard, Word
from recorder.transcribe.silence import LEAD_S, TAIL_S, Skipper, WithoutSilence
from recorder.transcribe.vosk_engine import VoskTranscriber

RATE = 8000


def _sound(seconds: float, loudness: int = 2000) -> bytes:
    noise = random.Random(1)
    return array("h", [noise.randint(-loudness, loudness) for _ in range(round(seconds * RATE))]).tobytes()


def _silence(seconds: float) -> bytes:
    return b"\x08\0" * round(seconds * RATE)


def _fed(pcm: bytes, piece: int = 4000) -> tuple[bytes, Skipper]:
    skipper = Skipper([pcm[at : at + piece] for at in range(0, len(pcm), piece)], RATE)
    return b"".join(skipper), skipper


def test_a_long_silence_keeps_only_its_ends() -> None:
    pcm = _sound(1.0) + _silence(10.0) + _sound(1.0)
    fed, skipper = _fed(pcm)
    assert skipper.read_s == 12.0
    assert skipper.fed_s == len(fed) / 2 / RATE == pytest.approx(2.0 + LEAD_S + TAIL_S, abs=0.05)
    second = 1.0 + TAIL_S + LEAD_S
    found = skipper.original(Word("后", second + 0.1, second + 0.3, 1.0))
    assert (found.start, found.end) == (pytest.approx(11.1, abs=0.03), pytest.approx(11.3, abs=0.03))


def test_a_short_silence_is_left_alone() -> None:
    pcm = _sound(1.0) + _silence(LEAD_S + TAIL_S - 0.05) + _sound(1.0)
    assert _fed(pcm)[0] == pcm


def test_nothing_but_silence_is_nothing() -> None:
    fed, skipper = _fed(_silence(30.0))
    assert (fed, skipper.read_s) == (b"", 30.0)


def test_steady_noise_of_a_line_is_silence_and_a_voice_above_it_is_not() -> None:
    noise, voice = _sound(20.0, 120), _sound(1.0, 1500)
    fed, skipper = _fed(noise + voice + noise)
    assert voice[:-320] in fed
    assert skipper.fed_s < 5


def test_what_is_loud_all_the_time_is_all_kept() -> None:
    pcm = _sound(30.0, 3000)
    assert _fed(pcm)[0] == pcm


@pytest.mark.parametrize("piece", [2, 318, 322, 65536])
def test_the_pieces_make_no_difference(piece: int) -> None:
    pcm = _silence(2) + _sound(0.5) + _silence(3) + _sound(0.51)
    assert _fed(pcm, piece)[0] == _fed(pcm)[0]


_STRETCHES = st.lists(st.tuples(st.booleans(), st.integers(1, 300)), max_size=8)


@settings(deadline=None, max_examples=40)
@given(_STRETCHES)
def test_every_loud_frame_is_heard_and_found_where_it_was(stretches: Sequence[tuple[bool, int]]) -> None:
    frame = round(RATE * 0.02) * 2
    parts = [(_sound(n * 0.02) if loud else _silence(n * 0.02)) for loud, n in stretches]
    fed, skipper = _fed(b"".join(parts))
    ends = list(accumulate((len(part) for part in parts), initial=0))
    loud = [
        pcm_at
        for (is_loud, _), begin, end in zip(stretches, ends, ends[1:], strict=False)
        if is_loud
        for pcm_at in range(begin, end, frame)
    ]
    pcm = b"".join(parts)
    heard: dict[float, bytes] = {}
    for at in range(0, len(fed), frame):
        start = at / 2 / RATE
        word = skipper.original(Word("", start, start + frame / 2 / RATE, 1.0))
        heard[round(word.start * RATE) * 2] = fed[at : at + frame]
    assert list(heard) == sorted(heard)
    for at in loud:
        assert heard[at] == pcm[at : at + frame]


class _Counting:
    """A recogniser that says one word for all it was given."""

    engine, model, is_test_model, rate = "counting", "none", True, RATE

    def transcribe(self, pcm: Iterable[bytes]) -> Heard:
        seconds = sum(map(len, pcm)) / 2 / RATE
        return Heard([[Word("全", 0.0, seconds, 1.0)]])


def test_it_tells_how_much_it_spared() -> None:
    spared = WithoutSilence(_Counting())
    spared.transcribe([_sound(1.0) + _silence(9.0)])
    assert spared.read_s == 10.0 and spared.fed_s == pytest.approx(1.0 + TAIL_S, abs=0.05)
    assert (spared.engine, spared.model, spared.is_test_model) == ("counting", "none", True)


def test_vosk_hears_the_same_words_at_the_same_times(speak: Callable[..., bytes]) -> None:
    vosk = VoskTranscriber(FoundModel(TEST_MODEL, "tiny", True))
    said = [speak(sentence, pcm=True) for sentence in ("路灯不亮", "小区垃圾没有人清理")]
    pcm = _silence(4) + said[0] + _silence(12) + said[1] + _silence(6)
    whole, spared = vosk.transcribe([pcm]), WithoutSilence(vosk).transcribe([pcm])
    assert [word.word for word in spared.words] == [word.word for word in whole.words] != []
    for ours, theirs in zip(spared.words, whole.words, strict=True):
        assert ours.start == pytest.approx(theirs.start, abs=0.15)
        assert ours.end == pytest.approx(theirs.end, abs=0.15)
