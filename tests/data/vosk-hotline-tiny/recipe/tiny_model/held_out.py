"""The held-out sentences, speakers and lines; none of them is trained on."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from scipy.signal import resample_poly

from .espeak import Manner, Samples
from .language_model import training_sentences
from .phrases import Phrases
from .pronunciation import spell
from .telephone import RATE_HZ, SPEECH_LEVEL, alaw, at_line_rate, telephone, to_samples

VARIANTS = ("m2", "m6", "f3")
SPEEDS = (138, 152, 168, 182, 197, 212)
PITCHES = (22, 35, 45, 55, 68, 82)

_SEED = 2024
_FEWEST_WORDS = 4
_BY_HAND = Path(__file__).resolve().parent.parent / "held_out.txt"

Line = Callable[[Samples, int, np.random.Generator], Samples]
"""A line: samples and their rate in Hz, and chance, to the samples the recogniser gets."""
Spelling = Callable[[Sequence[str]], str]
"""Words to text for espeak-ng."""


def of_patterns(phrases: Phrases, count: int) -> list[list[str]]:
    """Sentences of the patterns that the language model has not seen."""
    seen = {tuple(said) for said in training_sentences(phrases)}
    rng = random.Random(_SEED)
    sentences: list[list[str]] = []
    while len(sentences) < count:
        said = phrases.sentence(rng)
        if len(said) >= _FEWEST_WORDS and tuple(said) not in seen:
            sentences.append(said)
    return sentences


def by_hand() -> list[list[str]]:
    """Sentences written by hand, of the vocabulary's words alone."""
    return [line.split() for line in _BY_HAND.read_text(encoding="utf-8").splitlines()]


def manner(rng: random.Random) -> Manner:
    """A held-out speaker."""
    return Manner(rng.choice(VARIANTS), rng.choice(SPEEDS), rng.choice(PITCHES))


def characters(said: Sequence[str]) -> str:
    """As espeak-ng reads them."""
    return "".join(said)


def right_pinyin(said: Sequence[str]) -> str:
    """As they should be read."""
    return " ".join(spell(said))


def clean_line(pcm: Samples, rate_hz: int, rng: np.random.Generator) -> Samples:
    """A fixed, undisturbed line."""
    return telephone(pcm, rate_hz, rng, quiet=True)


def wideband(pcm: Samples, rate_hz: int, rng: np.random.Generator) -> Samples:
    """The usual line, brought to 16 kHz before the recogniser."""
    wide = resample_poly(telephone(pcm, rate_hz, rng).astype(np.float64), 2, 1)
    return to_samples(np.asarray(wide))


def noisy(decibels: float) -> Line:
    """A line with white noise that far below the speech."""

    def line(pcm: Samples, rate_hz: int, rng: np.random.Generator) -> Samples:
        signal = at_line_rate(pcm, rate_hz)
        noise = rng.standard_normal(len(signal)) * SPEECH_LEVEL * 10 ** (-decibels / 20)
        return alaw(to_samples(signal + noise))

    return line


def without_speech(seconds: int = 8) -> dict[str, Samples]:
    """Sounds no word may be heard in, by name."""
    noise = np.random.default_rng(1).standard_normal(seconds * RATE_HZ)
    dial_tone = 3000 * np.sin(2 * np.pi * 450 * np.arange(seconds * RATE_HZ) / RATE_HZ)
    sounds = {
        "digital silence": noise * 0,
        "faint noise": noise * 20,
        "loud noise": noise * 1500,
        "dial tone": dial_tone,
    }
    return {name: sound.astype(np.int16) for name, sound in sounds.items()}
