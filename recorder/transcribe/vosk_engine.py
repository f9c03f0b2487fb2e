"""The vosk recogniser. The only file that loads vosk's library into a process of ours."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import vosk

from recorder.transcribe.domain import Graph, vocabulary
from recorder.transcribe.models import FoundModel
from recorder.transcribe.protocol import Heard, TranscribeError, Word, join
from recorder.transcribe.second import UNKNOWN, is_unsure, spliced

_RATE_LINE = re.compile(r"^--sample-frequency=(\d+)", re.MULTILINE)
_USUAL_RATE = 16000
#: Bytes handed over at a time: a quarter of a second at 8 kHz, so that endpoints are noticed.
_PIECE = 4000


class VoskTranscriber:
    """A loaded vosk model; one recogniser per recording side."""

    engine = "vosk"

    def __init__(self, found: FoundModel, phrases: Sequence[str] = (), *, hear_twice: bool = False) -> None:
        """`hear_twice`: what is understood badly is heard again with `phrases` (see second.py).

        Raises:
            TranscribeError: that folder is no model vosk can load.
        """
        vosk.SetLogLevel(-1)
        self.model = found.name
        self.is_test_model = found.is_test_model
        self.rate = model_rate(found.path)
        try:
            self._model = vosk.Model(str(found.path))
        except Exception as error:
            raise TranscribeError(f"vosk cannot load {found.path}") from error
        #: What it knows of the words of the trade.
        self.vocabulary = vocabulary(found.path, phrases, self._knows)
        can_hear_twice = self.vocabulary.graph is Graph.DYNAMIC and self.vocabulary.sayable
        self._names = json.dumps([*self.vocabulary.sayable, UNKNOWN]) if hear_twice and can_hear_twice else ""

    def _knows(self, word: str) -> bool:
        return int(self._model.vosk_model_find_word(word)) >= 0

    def transcribe(self, pcm: Iterable[bytes]) -> Heard:
        recogniser = vosk.KaldiRecognizer(self._model, self.rate)
        recogniser.SetWords(True)
        utterances, sound, begin = [], bytearray(), 0
        for piece in pcm:
            for at in range(0, len(piece), _PIECE):
                now = piece[at : at + _PIECE]
                if self._names:
                    sound += now
                if _accept(recogniser, now):
                    utterances.append(self._again(_words(recogniser.Result()), sound, begin))
                    begin += len(sound)
                    sound.clear()
        utterances.append(self._again(_words(recogniser.FinalResult()), sound, begin))
        return Heard([words for words in utterances if words])

    def _again(self, words: list[Word], sound: bytearray, begin: int) -> list[Word]:
        """`words`, with names a second hearing of their sound is sure of; `begin` is its place in bytes."""
        if not self._names or not is_unsure(words):
            return words
        recogniser = vosk.KaldiRecognizer(self._model, self.rate, self._names)
        recogniser.SetWords(True)
        heard = [_words(recogniser.Result())] if _accept(recogniser, bytes(sound)) else []
        heard.append(_words(recogniser.FinalResult()))
        shift = begin / 2 / self.rate
        moved = [
            replace(word, start=word.start + shift, end=word.end + shift) for part in heard for word in part
        ]
        return spliced(words, moved)

    def stream(self) -> VoskStream:
        """A recogniser to be fed while the sound comes; several may share the model."""
        return VoskStream(self._model, self.rate)


class VoskStream:
    """`recorder.live.side.Stream`."""

    def __init__(self, model: vosk.Model, rate: int) -> None:
        self.rate = rate
        self._recogniser = vosk.KaldiRecognizer(model, rate)
        self._is_at_end = False

    def accept(self, pcm: bytes) -> bool:
        """
        Raises:
            TranscribeError: the engine gave up.
        """
        self._is_at_end = _accept(self._recogniser, pcm)
        return self._is_at_end

    def partial(self) -> str:
        return join(json.loads(self._recogniser.PartialResult()).get("partial", "").split())

    def sentence(self) -> str:
        # At an end that vosk found itself, its final result would be empty.
        result = self._recogniser.Result() if self._is_at_end else self._recogniser.FinalResult()
        self._is_at_end = False
        return join(json.loads(result).get("text", "").split())


def model_rate(path: Path) -> int:
    """Samples a second a model was made for, as its own configuration says."""
    try:
        match = _RATE_LINE.search((path / "conf" / "mfcc.conf").read_text(encoding="utf-8"))
    except OSError:
        return _USUAL_RATE
    return int(match[1]) if match else _USUAL_RATE


def _accept(recogniser: vosk.KaldiRecognizer, piece: bytes) -> bool:
    try:
        return bool(recogniser.AcceptWaveform(piece))
    except Exception as error:
        raise TranscribeError("vosk failed to process the audio") from error


def _words(result: str) -> list[Word]:
    return [
        Word(word["word"], word["start"], word["end"], min(1.0, max(0.0, word["conf"])))
        for word in json.loads(result).get("result", [])
    ]
