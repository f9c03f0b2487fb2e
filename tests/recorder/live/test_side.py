"""recorder.live.side: what is written to a leg becomes words while it is written, silence costs nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ivr.prompts.audio import audioop
from recorder.legs import RATE, SILENCE, Side
from recorder.live.side import PIECE, Said, SideListener, Stream
from recorder.transcribe.models import TEST_MODEL, FoundModel
from recorder.transcribe.vosk_engine import VoskTranscriber
from tests.recorder.live.streams import CountingStream, voice_of
from tests.test_tiny_model import CALLERS, VOICES, over_the_line

LEG = "hl-1700000000.12-caller.alaw"


@pytest.fixture
def leg(tmp_path: Path) -> Path:
    path = tmp_path / LEG
    path.write_bytes(SILENCE * RATE)
    return path


Listening = Callable[[Stream], SideListener]


@pytest.fixture
def listening(leg: Path) -> Iterator[Listening]:
    made: list[SideListener] = []

    def make(stream: Stream) -> SideListener:
        made.append(SideListener(Side.CALLER, leg, stream))
        return made[-1]

    yield make
    for side in made:
        side.close()


def _write(leg: Path, alaw: bytes) -> None:
    with leg.open("ab") as file:
        file.write(alaw)


def _listen(side: SideListener) -> list[Said]:
    said: list[Said] = []
    while side.lag_s >= PIECE / RATE:
        said += side.listen()
    return said


def test_what_was_said_before_is_no_talk(leg: Path, listening: Listening) -> None:
    _write(leg, voice_of(2))
    stream = CountingStream()
    side = listening(stream)
    assert _listen(side) == []
    assert stream.pieces == 0


def test_silence_is_not_recognised(leg: Path, listening: Listening) -> None:
    stream = CountingStream()
    side = listening(stream)
    _write(leg, SILENCE * RATE * 10)
    assert _listen(side) == []
    assert stream.pieces == 0
    assert side.lag_s == 0


def test_a_sentence_ends_when_the_voice_has_been_silent(leg: Path, listening: Listening) -> None:
    stream = CountingStream()
    side = listening(stream)
    _write(leg, voice_of(1) + SILENCE * RATE * 3)
    said = _listen(side)
    assert [one.final for one in said] == [False] * (len(said) - 1) + [True]
    assert said[-1].text == "一句话"
    assert (said[-1].start_s, said[-1].n) == (1.0, 0)
    assert stream.pieces <= (1 + 1.25) * RATE / PIECE


def test_the_recogniser_may_end_a_sentence_itself(leg: Path, listening: Listening) -> None:
    stream = CountingStream()
    stream.ends_at = 3
    side = listening(stream)
    _write(leg, voice_of(2) + SILENCE * RATE * 2)
    said = _listen(side)
    assert [one.n for one in said if one.final] == [0, 1]


def test_half_a_piece_waits(leg: Path, listening: Listening) -> None:
    stream = CountingStream()
    side = listening(stream)
    _write(leg, voice_of(2)[: PIECE // 2])
    assert list(side.listen()) == []
    _write(leg, voice_of(2)[: PIECE // 2])
    assert len(list(side.listen())) == 1


@pytest.mark.parametrize("voice", VOICES)
def test_a_real_model_writes_down_what_a_caller_says(leg: Path, listening: Listening, voice: str) -> None:
    transcriber = VoskTranscriber(FoundModel(TEST_MODEL, "vosk-hotline-tiny", True))
    side = listening(transcriber.stream())
    heard: list[Said] = []
    for text in ("lamp", "cover"):
        spoken: bytes = audioop.lin2alaw(over_the_line(CALLERS[text], voice), 2)
        for at in range(0, len(spoken), RATE):
            _write(leg, spoken[at : at + RATE])
            heard += side.listen()
        _write(leg, SILENCE * RATE * 2)
        heard += _listen(side)
    sentences = "".join(one.text for one in heard if one.final)
    wanted = "".join(CALLERS[text] for text in ("lamp", "cover")).replace("，", "").replace("。", "")
    assert sentences == wanted
    assert any(not one.final and one.text and wanted.startswith(one.text) for one in heard)
