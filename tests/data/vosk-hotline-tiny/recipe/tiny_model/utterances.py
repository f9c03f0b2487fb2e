"""The training utterances: who says what how, rendered to features and the times of the phones."""

import random
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .espeak import Espeak, Manner, Samples, Syllable
from .features import mfcc
from .phrases import Phrases
from .pronunciation import all_syllables, spell
from .telephone import RATE_HZ, Signal, alaw, telephone, to_samples
from .units import SILENCE

# Speakers.  The held-out test takes other ones, at other speeds and pitches.
VARIANTS = (
    *("", "", "m1", "m3", "m4", "m5", "m7", "m8", "f1", "f2", "f4", "f5") * 3,
    *("adam", "Alex", "Alicia", "Andrea", "Andy", "Annie", "antonio", "aunty", "belinda", "benjamin"),
    *("boris", "caleb", "david", "ed", "edward", "Gene", "Henrique", "iven", "iven3", "Jacky", "john"),
    *("Lee", "linda", "Marco", "Michael", "miguel", "mike", "pablo", "paul", "quincy", "steph", "steph3"),
    *("travis", "victor", "zac", "anika", "grandma", "grandpa", "norbert", "shelby"),
)  # not "rob": espeak-ng 1.51 crashes on its low pitches
SPEEDS = (130, 145, 160, 175, 190, 205, 220, 235)
PITCHES = (20, 30, 40, 50, 60, 75, 90)
PITCH_RANGES = (30, 50, 70)

# Frequencies in Hz of the tones on a line: dialling, ringing, keys, test.
_TONES = (
    *((450, 450), (425, 425), (440, 480), (697, 1209)),
    *((770, 1336), (852, 1477), (941, 1209), (1000, 1000)),
)
_SHORTEST_SILENCE_S = 0.02
_SEED_STRIDE = 1_000_003

Mark = tuple[str, float]
"""A unit (a final's second half: with "'" behind) and the second it starts at."""


class Plan(NamedTuple):
    """One utterance to make: text for espeak-ng (None: no speech), how it is said, chance's seed."""

    text: str | None
    manner: Manner
    seed: int


class Utterance(NamedTuple):
    """One utterance made: features (frames, DIMENSION), the marks that fill it, its seconds."""

    features: npt.NDArray[np.float16]
    marks: list[Mark]
    seconds: float


def plan(phrases: Phrases, count: int, seed: int) -> list[Plan]:
    """`count` utterances.

    Sentences; words at random, so that the network leans on no word order; and syllables at random, so
    that it knows all of Mandarin and words can be added without training.
    """
    rng = random.Random(seed)
    words, syllables = phrases.vocabulary(), all_syllables()
    plans = []
    for number in range(count):
        draw = rng.random()
        if draw < 0.04:
            plans.append(Plan(None, Manner(), seed * _SEED_STRIDE + number))
            continue
        if draw < 0.60:
            said = phrases.sentence(rng)
            pieces = said if rng.random() < 0.5 else spell(said)
        elif draw < 0.85:
            said = rng.sample(words, rng.randint(3, 7))
            pieces = said if rng.random() < 0.3 else spell(said)
        else:
            pieces = [one + rng.choice("12345") for one in rng.sample(syllables, rng.randint(4, 10))]
        text = _with_commas(pieces, rng)
        manner = Manner(
            rng.choice(VARIANTS), rng.choice(SPEEDS), rng.choice(PITCHES), rng.choice(PITCH_RANGES)
        )
        plans.append(Plan(text, manner, seed * _SEED_STRIDE + number))
    return plans


def _with_commas(pieces: Sequence[str], rng: random.Random) -> str:
    between = " " if pieces[0].isascii() else ""
    comma_chance = rng.choice((0, 0, 0.1, 0.2))
    text = pieces[0]
    for piece in pieces[1:]:
        text += ("，" if rng.random() < comma_chance else between) + piece
    return text


def render(plans: Sequence[Plan], processes: int) -> list[Utterance]:
    """The planned utterances, in order, made by so many processes.

    Raises:
        BrokenProcessPool: espeak-ng crashed in one of them (multiprocessing.Pool would wait for ever).
    """
    with ProcessPoolExecutor(processes) as pool:
        return list(pool.map(_render, plans, chunksize=20))


@cache
def _engine() -> Espeak:
    return Espeak()


def _render(planned: Plan) -> Utterance:
    rng = np.random.default_rng(planned.seed)
    if planned.text is None:
        audio, marks = _no_speech(rng), [(SILENCE, 0.0)]
    else:
        audio, marks = _speech(planned.text, planned.manner, rng)
    return Utterance(mfcc(audio).astype(np.float16), marks, len(audio) / RATE_HZ)


def _speech(text: str, manner: Manner, rng: np.random.Generator) -> tuple[Samples, list[Mark]]:
    espeak = _engine()
    pcm, syllables = espeak.syllables(text, manner)
    lead_s, tail_s = rng.uniform(0, 0.5), rng.uniform(0, 0.6)
    before, after = (np.zeros(int(seconds * espeak.rate), np.int16) for seconds in (lead_s, tail_s))
    padded = np.concatenate([before, pcm, after])
    return telephone(padded, espeak.rate, rng), _marks(syllables, lead_s)


def _marks(syllables: Sequence[Syllable], lead_s: float) -> list[Mark]:
    """Marks without a hole: pauses too short to be silence belong to the phone after them."""
    marks: list[Mark] = []
    end = 0.0
    for phone in (phone for syllable in syllables for phone in syllable):
        start = phone.start + lead_s
        paused = start - end > _SHORTEST_SILENCE_S
        if paused:
            marks.append((SILENCE, end))
        marks.append((phone.name, start if paused or not marks else end))
        end = phone.end + lead_s
        if phone.final:  # its two states share its time
            marks.append((phone.name + "'", (marks[-1][1] + end) / 2))
    marks.append((SILENCE, end))
    return marks


def _no_speech(rng: np.random.Generator) -> Samples:
    """What else is on a line: nothing at all, noise, tones steady or on and off."""
    count = int(rng.uniform(2, 6) * RATE_HZ)
    seconds = np.arange(count) / RATE_HZ
    signal: Signal = np.zeros(count)
    kind = rng.integers(4)
    if kind >= 2:
        low, high = _TONES[rng.integers(len(_TONES))]
        signal += np.sin(2 * np.pi * low * seconds) + np.sin(2 * np.pi * high * seconds)
        signal *= 10 ** rng.uniform(2, 3.8)
        if kind == 3:
            signal *= (seconds % rng.uniform(0.2, 5)) < rng.uniform(0.1, 1.5)
    if kind == 1 or rng.random() < 0.5:
        signal += rng.standard_normal(count) * 10 ** rng.uniform(0.5, 3.3)
    return alaw(to_samples(signal))
