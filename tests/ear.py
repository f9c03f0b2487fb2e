"""What the small test model hears, and how far that is from what was said."""

from __future__ import annotations

import json
from pathlib import Path

import vosk

from ivr.prompts.sound import RATE_HZ

MODEL = Path(__file__).parent / "data" / "vosk-hotline-tiny" / "model"
_BLOCK_BYTES = 2 * RATE_HZ // 10  # a tenth of a second of 16-bit samples
_PUNCTUATION = str.maketrans("", "", "，。、：；？！ ")


def load() -> vosk.Model:
    vosk.SetLogLevel(-1)
    return vosk.Model(str(MODEL))


def words(model: vosk.Model, samples: bytes) -> list[dict[str, object]]:
    """The words in 16-bit samples at 8 kHz, handed over in blocks as a call's audio is."""
    recognizer = vosk.KaldiRecognizer(model, RATE_HZ)
    recognizer.SetWords(True)
    results = [
        recognizer.Result()
        for start in range(0, len(samples), _BLOCK_BYTES)
        if recognizer.AcceptWaveform(samples[start : start + _BLOCK_BYTES])
    ]
    parsed = [json.loads(result) for result in (*results, recognizer.FinalResult())]
    return [word for result in parsed for word in result.get("result", [])]


def text(model: vosk.Model, samples: bytes) -> str:
    return "".join(str(word["word"]) for word in words(model, samples))


def plain(sentence: str) -> str:
    """A sentence as it is heard: without its punctuation marks."""
    return sentence.translate(_PUNCTUATION)


def errors(said: str, heard: str) -> int:
    """Characters to be put in, left out or replaced to make one of the other (Levenshtein)."""
    row = list(range(len(heard) + 1))
    for i, wanted in enumerate(said, 1):
        diagonal, row[0] = row[0], i
        for j, got in enumerate(heard, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (wanted != got))
    return row[-1]
