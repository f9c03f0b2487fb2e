"""The contract of `Transcriber`, held against every engine present. A new engine joins with one line."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from recorder.fakes import FakeTranscriber
from recorder.transcribe.models import TEST_MODEL, FoundModel
from recorder.transcribe.protocol import Transcriber
from recorder.transcribe.silence import WithoutSilence
from recorder.transcribe.vosk_engine import VoskTranscriber

SENTENCE = "我要投诉小区垃圾没有人清理"


def _vosk() -> VoskTranscriber:
    return VoskTranscriber(FoundModel(TEST_MODEL, "vosk-hotline-tiny", True))


#: Each with a test model: it has to say so.
ENGINES: dict[str, Callable[[], Transcriber]] = {
    "fake": FakeTranscriber,
    "vosk": _vosk,
    "vosk-without-silence": lambda: WithoutSilence(_vosk()),
}


@pytest.fixture(params=list(ENGINES))
def engine(request: pytest.FixtureRequest) -> Transcriber:
    return ENGINES[request.param]()


def _pieces(pcm: bytes, size: int) -> list[bytes]:
    return [pcm[at : at + size] for at in range(0, len(pcm), size)]


def test_silence_and_nothing_say_nothing(engine: Transcriber) -> None:
    assert engine.transcribe([]).text == ""
    assert engine.transcribe([b""]).text == ""
    assert engine.transcribe([b"\0\0" * engine.rate]).words == []


def test_words_are_in_order_and_inside_the_audio(engine: Transcriber, speak: Callable[..., bytes]) -> None:
    pcm = speak(SENTENCE, pcm=True)
    heard = engine.transcribe(_pieces(pcm, 65536))
    assert heard.words
    times = [time for word in heard.words for time in (word.start, word.end)]
    assert times == sorted(times)
    assert times[0] >= 0 and times[-1] <= len(pcm) / 2 / engine.rate + 0.05
    assert all(0 <= word.confidence <= 1 for word in heard.words)
    assert heard.text.replace(" ", "") == "".join(word.word for word in heard.words)


@pytest.mark.parametrize("size", [2, 4000, 1 << 20])
def test_the_pieces_make_no_difference(engine: Transcriber, speak: Callable[..., bytes], size: int) -> None:
    pcm = speak("路灯不亮", pcm=True)
    assert engine.transcribe(_pieces(pcm, size)).text == engine.transcribe([pcm]).text


def test_one_recording_leaves_nothing_behind_for_the_next(
    engine: Transcriber, speak: Callable[..., bytes]
) -> None:
    pcm = speak("路灯不亮", pcm=True)
    first = engine.transcribe([pcm])
    assert engine.transcribe([pcm]) == first
    assert engine.transcribe([b"\0\0" * engine.rate]).words == []


def test_what_its_source_raises_comes_through(engine: Transcriber) -> None:
    def broken() -> object:
        yield b"\0\0" * 4000
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        engine.transcribe(broken())  # type: ignore[arg-type] - a generator is an iterable


def test_it_names_itself(engine: Transcriber) -> None:
    assert engine.engine and engine.model and engine.is_test_model is True and engine.rate == 8000
