"""What any speech recogniser must do for us, and how its words become a text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from core.errors import HotlineError


class TranscribeError(HotlineError):
    """The recogniser gave up."""

    code = "transcribe"


@dataclass(frozen=True)
class Word:
    """A word as it was heard; seconds from the start of the audio, confidence 0..1."""

    word: str
    start: float
    end: float
    confidence: float

    def as_json(self) -> dict[str, Any]:
        return {
            "word": self.word,
            "start": round(self.start, 3),
            "end": round(self.end, 3),
            "confidence": round(self.confidence, 3),
        }


@dataclass(frozen=True)
class Heard:
    """All of one side: utterances in order, each a sequence of words in order."""

    utterances: Sequence[Sequence[Word]] = ()

    @property
    def words(self) -> list[Word]:
        return [word for utterance in self.utterances for word in utterance]

    @property
    def text(self) -> str:
        """Utterances separated by a space; inside one, Chinese words stand without spaces."""
        return " ".join(join(word.word for word in utterance) for utterance in self.utterances if utterance)


class Transcriber(Protocol):
    """A recogniser with its model loaded. Blocking: it is called in a thread of its own."""

    @property
    def engine(self) -> str: ...
    @property
    def model(self) -> str: ...
    @property
    def is_test_model(self) -> bool:
        """Whether what it writes says nothing about people."""
        ...

    @property
    def rate(self) -> int:
        """Samples a second it wants."""
        ...

    def transcribe(self, pcm: Iterable[bytes]) -> Heard:
        """What is said in `pcm`: signed 16-bit little-endian mono at `rate`, pieces of any even length.

        Raises:
            TranscribeError: the engine gave up.
        """
        ...


def join(words: Iterable[str]) -> str:
    """Words of one utterance as text: a space only between two that are both written in ASCII."""
    text = ""
    for word in words:
        if text and text[-1].isascii() and word[:1].isascii():
            text += " "
        text += word
    return text
