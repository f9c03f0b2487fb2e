"""espeak-ng as a library, with the time of every phone.

It is used through ctypes because its phoneme events say at which sample every phoneme starts: no forced
alignment is needed.

The voice is `cmn-latn-pinyin`: it reads Chinese characters as well as pinyin ("lu4 deng1"). The plain
`cmn` voice of espeak-ng 1.51 (Debian 12) reads the pinyin it has just looked up as English ("lu four").
"""

import ctypes
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

VOICE = "cmn-latn-pinyin"

_LIBRARY = "libespeak-ng.so.1"
_SYNCHRONOUS, _WANT_PHONEME_EVENTS, _UTF8 = 2, 1, 1
_EVENT_END, _EVENT_PHONEME = 0, 7
_PARAM_SPEED, _PARAM_PITCH, _PARAM_PITCH_RANGE = 1, 3, 4
_VOWELS = frozenset("aeiouyE@&")
_GLIDES = ("w", "j")
_CODAS = ("n", "N", "r")
_LONGEST_CLOSURE_S = 0.06  # a longer pause before a consonant is silence, not part of it

Samples = npt.NDArray[np.int16]


class Manner(NamedTuple):
    """How a speaker talks: espeak-ng's voice variant, words a minute, pitch and its range (0-99)."""

    variant: str = ""
    speed: int = 175
    pitch: int = 50
    pitch_range: int = 50


PLAIN = Manner()


class Phone(NamedTuple):
    """An initial ("l", "tS;h") or a whole final ("u", "iN"), without tone; times in seconds."""

    name: str
    start: float
    end: float
    final: bool


Syllable = list[Phone]


class _EventId(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _EventId),
    )


_CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


class Espeak:
    """One espeak-ng engine; not thread safe, so one for each process.

    Raises:
        OSError: the espeak-ng library is not installed.
        RuntimeError: it is, but does not start (its data is missing).
    """

    def __init__(self) -> None:
        self._lib = ctypes.CDLL(_LIBRARY)
        self.rate = int(self._lib.espeak_Initialize(_SYNCHRONOUS, 0, None, _WANT_PHONEME_EVENTS))
        if self.rate <= 0:
            raise RuntimeError("espeak-ng did not start")
        self._callback = _CALLBACK(self._receive)  # kept: ctypes holds no reference of its own
        self._lib.espeak_SetSynthCallback(self._callback)
        self._voice = ""
        self._pcm: list[Samples] = []
        self._phonemes: list[tuple[str, float]] = []

    def _receive(self, wav: Any, count: int, events: Any) -> int:
        if count > 0:
            self._pcm.append(np.ctypeslib.as_array(wav, (count,)).copy())
        index = 0
        while events[index].type != _EVENT_END:
            event = events[index]
            if event.type == _EVENT_PHONEME:
                self._phonemes.append((event.id.string.decode(), event.sample / self.rate))
            index += 1
        return 0

    def say(self, text: str, manner: Manner = PLAIN) -> tuple[Samples, list[tuple[str, float]]]:
        """The samples at `self.rate`, and espeak-ng's phonemes with their starts in seconds.

        Raises:
            ValueError: there is no such voice variant.
        """
        voice = f"{VOICE}+{manner.variant}" if manner.variant else VOICE
        if voice != self._voice:
            if self._lib.espeak_SetVoiceByName(voice.encode()) != 0:
                raise ValueError(f"no espeak-ng voice {voice}")
            self._voice = voice
        self._lib.espeak_SetParameter(_PARAM_SPEED, manner.speed, 0)
        self._lib.espeak_SetParameter(_PARAM_PITCH, manner.pitch, 0)
        self._lib.espeak_SetParameter(_PARAM_PITCH_RANGE, manner.pitch_range, 0)
        self._pcm, self._phonemes = [], []
        raw = text.encode()
        self._lib.espeak_Synth(raw, len(raw) + 1, 0, 1, 0, _UTF8, None, None)
        self._lib.espeak_Synchronize()
        pcm = np.concatenate(self._pcm) if self._pcm else np.zeros(0, np.int16)
        return pcm, self._phonemes

    def syllables(self, text: str, manner: Manner = PLAIN) -> tuple[Samples, list[Syllable]]:
        """The samples at `self.rate` and, for each syllable, its one or two phones."""
        pcm, phonemes = self.say(text, manner)
        return pcm, _group([*phonemes, ("_", len(pcm) / self.rate)])

    def phones(self, text: str) -> list[Phone]:
        """The phones of `text` said plainly."""
        return [phone for syllable in self.syllables(text)[1] for phone in syllable]


def _group(phonemes: Sequence[tuple[str, float]]) -> list[Syllable]:
    """Phonemes to syllables of at most two phones: (initial, whole final).

    espeak-ng writes "shuang" as s. + w + A + N: a glide between the initial and the vowel, and a nasal
    after the vowel, belong to the final.
    """
    syllables: list[Syllable] = []
    gap = None  # start of the pause just before, which may have no length; None inside a syllable
    for (raw_name, raw_start), (_, end) in pairwise(phonemes):
        start = raw_start
        if raw_name[0] == "_":
            gap = start
            continue
        name = {"N-": "N"}.get(raw_name, raw_name.replace("A", "a"))
        vowel = name[0] in _VOWELS
        syllable = syllables[-1] if gap is None and syllables else None
        last = syllable[-1] if syllable else None
        if syllable and last and not last.final and (vowel or name in _GLIDES):
            syllable.append(Phone(name, start, end, True))
        elif syllable and last and last.final and (vowel or name in _CODAS):
            syllable[-1] = Phone(last.name + name, last.start, end, True)
        else:
            if gap is not None and not vowel and start - gap < _LONGEST_CLOSURE_S:
                start = gap
            syllables.append([Phone(name, start, end, vowel)])
        gap = None
    return syllables
