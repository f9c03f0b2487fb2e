"""What a model hears, counted against what was said."""

import json
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypedDict

import numpy as np
import vosk

from . import held_out
from .espeak import Espeak, Samples, Syllable
from .telephone import RATE_HZ

_BLOCK_S = 0.1  # what a live call would hand over at once
_PAUSE_S = 0.3  # before and after every sentence


class Word(TypedDict):
    """A word as vosk gives it; times in seconds."""

    word: str
    start: float
    end: float
    conf: float


@dataclass
class Score:
    """Counts over a set of sentences."""

    wrong: int = 0
    characters: int = 0
    sentences: int = 0
    exact: int = 0
    audio_s: float = 0.0
    spent_s: float = 0.0
    confidence_right: list[float] = field(default_factory=list)
    confidence_wrong: list[float] = field(default_factory=list)
    late_s: list[float] = field(default_factory=list)
    mistakes: list[str] = field(default_factory=list)

    @property
    def cer(self) -> float:
        """Character error rate, 0 to 1 (more if much is heard that nobody said)."""
        return self.wrong / self.characters

    def add(self, said: Sequence[str], heard: Sequence[Word], syllables: Sequence[Syllable]) -> None:
        """Count one sentence, said in these syllables after the pause."""
        truth, text = "".join(said), "".join(word["word"] for word in heard)
        wrong = distance(truth, text)
        self.wrong += wrong
        self.characters += len(truth)
        self.sentences += 1
        self.exact += wrong == 0
        left = list(said)
        for word in heard:
            if word["word"] in left:
                left.remove(word["word"])
                self.confidence_right.append(word["conf"])
            else:
                self.confidence_wrong.append(word["conf"])
        if [word["word"] for word in heard] == list(said):
            place = 0
            for word in heard:
                self.late_s.append(word["start"] - _PAUSE_S - syllables[place][0].start)
                place += len(word["word"])
        if wrong:
            self.mistakes.append(f"{truth} → {text}")

    def lines(self) -> list[str]:
        """The score for people to read."""
        off = np.abs(self.late_s or [0.0])
        return [
            f"CER {self.cer:.2%} ({self.wrong} of {self.characters}), "
            f"sentences right {self.exact} of {self.sentences}, "
            f"real-time factor {self.spent_s / self.audio_s:.3f} ({self.audio_s:.0f} s)",
            f"confidence: right words {np.mean(self.confidence_right or [0]):.3f}, "
            f"wrong ones {np.mean(self.confidence_wrong or [0]):.3f} ({len(self.confidence_wrong)}); "
            f"word starts off by {np.mean(off):.3f} s (95 %: {np.quantile(off, 0.95):.3f})",
        ]


def distance(truth: str, heard: str) -> int:
    """Edit distance."""
    row = list(range(len(heard) + 1))
    for above, wanted in enumerate(truth):
        diagonal, row[0] = row[0], above + 1
        for place, got in enumerate(heard, 1):
            best = min(row[place] + 1, row[place - 1] + 1, diagonal + (wanted != got))
            diagonal, row[place] = row[place], best
    return row[-1]


def recognise(model: vosk.Model, pcm: Samples, rate_hz: int = RATE_HZ) -> list[Word]:
    """All words of a recording, handed over block by block as a call would be."""
    recognizer = vosk.KaldiRecognizer(model, rate_hz)
    recognizer.SetWords(True)
    raw, size = pcm.tobytes(), int(rate_hz * _BLOCK_S) * 2
    results = [
        json.loads(recognizer.Result())
        for start in range(0, len(raw), size)
        if recognizer.AcceptWaveform(raw[start : start + size])
    ]
    results.append(json.loads(recognizer.FinalResult()))
    return [word for result in results for word in result.get("result", [])]


def measure(
    model: vosk.Model,
    espeak: Espeak,
    sentences: Sequence[Sequence[str]],
    spelling: held_out.Spelling,
    line: held_out.Line,
    rate_hz: int = RATE_HZ,
) -> Score:
    """The score of sentences said by held-out speakers over a line that ends in `rate_hz`."""
    score, rng = Score(), random.Random(5)
    pause = np.zeros(int(_PAUSE_S * espeak.rate), np.int16)
    for number, said in enumerate(sentences):
        pcm, syllables = espeak.syllables(spelling(said), held_out.manner(rng))
        chance = np.random.default_rng(9000 + number)
        audio = line(np.concatenate([pause, pcm, pause]), espeak.rate, chance)
        begin = time.perf_counter()
        heard = recognise(model, audio, rate_hz)
        score.spent_s += time.perf_counter() - begin
        score.audio_s += len(audio) / rate_hz
        score.add(said, heard, syllables)
    return score
