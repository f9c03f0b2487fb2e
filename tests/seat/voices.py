"""Voices that can be told apart second by second: each speaks beeps of a pitch of its own, without an end.

Beeps, not a steady tone: a browser's noise suppression takes a steady tone for noise and removes it.
"""

from __future__ import annotations

import math
import wave
from array import array
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ivr.prompts.audio import audioop

RATE_HZ = 8000
#: A beep and the silence after it, seconds each.
BEEP_S = 0.1
#: Of 32767. Three voices at once in a conference are still not too loud.
LEVEL = 8000


@dataclass(frozen=True)
class Voice:
    """One party's sound."""

    name: str
    #: Between two notes of the music on hold, so that it is nobody's voice.
    hertz: int

    def samples(self, rate: int = RATE_HZ) -> bytes:
        """One second, 16-bit linear; it may be played over and over."""
        return _second(self.hertz, rate)

    def alaw(self, seconds: int) -> bytes:
        """Headerless A-law at 8 kHz."""
        return audioop.lin2alaw(self.samples(), 2) * seconds

    def write_wav(self, path: Path, seconds: int, rate: int = 48_000) -> None:
        """A file for a browser's microphone."""
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(rate)
            file.writeframes(self.samples(rate) * seconds)


@cache
def _second(hertz: int, rate: int) -> bytes:
    beep = int(BEEP_S * rate)
    values = (
        LEVEL * math.sin(2 * math.pi * hertz * at / rate) if at // beep % 2 == 0 else 0.0
        for at in range(rate)
    )
    return array("h", (round(value) for value in values)).tobytes()


CALLER = Voice("caller", 719)
#: The seat that answers first, and the one it turns to.
SEAT, COLLEAGUE = Voice("seat", 480), Voice("colleague", 1077)
EXTERNAL = Voice("external", 1357)
SUPERVISOR = Voice("supervisor", 1811)
ALL = (CALLER, SEAT, COLLEAGUE, EXTERNAL, SUPERVISOR)
