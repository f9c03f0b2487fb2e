"""Hearing badly understood stretches again: what is taken from the second hearing, and what never is."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from recorder.transcribe import second
from recorder.transcribe.models import TEST_MODEL, FoundModel
from recorder.transcribe.protocol import Word
from recorder.transcribe.second import is_unsure, spliced
from recorder.transcribe.vosk_engine import VoskTranscriber

FIRST = [
    Word("我", 0.0, 0.3, 0.99),
    Word("在", 0.3, 0.6, 0.95),
    Word("人命", 0.6, 1.1, 0.4),
    Word("录", 1.1, 1.4, 0.3),
    Word("住", 1.4, 1.8, 0.97),
]


def _name(word: str, start: float, end: float, confidence: float = 0.95) -> list[Word]:
    return [Word("[unk]", 0.0, start, 1.0), Word(word, start, end, confidence), Word("[unk]", end, 2.0, 1.0)]


def _text(words: list[Word]) -> str:
    return "".join(word.word for word in words)


def test_a_sure_name_takes_the_place_of_unsure_words() -> None:
    found = spliced(FIRST, _name("人民路", 0.62, 1.38))
    assert _text(found) == "我在人民路住"
    assert [word.start for word in found] == sorted(word.start for word in found)


@pytest.mark.parametrize(
    "again",
    [
        _name("人民路", 0.62, 1.38, confidence=0.7),  # not sure itself
        _name("人民路", 0.05, 0.55),  # where the first was sure
        _name("人民路", 0.3, 1.4),  # half of it there
        _name("人民路", 0.7, 0.9),  # shorter by far than what is there
        _name("路", 1.1, 1.4),  # too short to be anything
        [Word("[unk]", 0.0, 2.0, 1.0)],
        [],
    ],
    ids=["unsure", "where sure", "half", "within", "short", "unknown", "nothing"],
)
def test_else_the_first_hearing_stands(again: list[Word]) -> None:
    assert spliced(FIRST, again) == FIRST


def test_unsure_is_below_a_half() -> None:
    assert is_unsure(FIRST) and not is_unsure(FIRST[:2]) and not is_unsure([])


def test_the_second_hearing_is_at_the_times_of_the_first(
    speak: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The test model's graph is static: held to phrases it hears as before, so the times can be compared."""
    vosk = VoskTranscriber(FoundModel(TEST_MODEL, "tiny", True), ["中山区"], hear_twice=True)
    silence = b"\x08\0" * 16000
    pcm = speak("路灯不亮", pcm=True) + silence + speak("井盖没有了", pcm=True) + silence
    once = vosk.transcribe([pcm])
    assert len(once.utterances) == 2
    calls = []

    def all_of_it(first: list[Word], again: list[Word]) -> list[Word]:
        calls.append(len(first))
        return again

    monkeypatch.setattr("recorder.transcribe.vosk_engine.spliced", all_of_it)
    monkeypatch.setattr("recorder.transcribe.vosk_engine.is_unsure", bool)
    vosk._names = json.dumps(["中山区", second.UNKNOWN])
    twice = vosk.transcribe([pcm])
    assert len(calls) == 2
    assert [word.word for word in twice.words] == [word.word for word in once.words]
    for ours, theirs in zip(twice.words, once.words, strict=True):
        assert ours.start == pytest.approx(theirs.start, abs=0.1)


def test_a_static_graph_is_heard_once() -> None:
    assert VoskTranscriber(FoundModel(TEST_MODEL, "tiny", True), ["中山区"], hear_twice=True)._names == ""
