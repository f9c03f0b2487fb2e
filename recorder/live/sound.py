"""Sound of a leg on its way into a recogniser: voice or silence, and the rate the model wants."""

from __future__ import annotations

from typing import Any

from core.pcm import audioop
from recorder.legs import RATE

#: Root mean square (of 32767) beyond which a piece is taken for a voice; line noise is around 30.
LOUD = 150
#: The recogniser goes on hearing so much silence after a voice, so that it notices the end of a sentence.
HANG_OVER_S = 1.0


class Gate:
    """Lets voice pass, and the silence right after it; what is skipped costs no recognition."""

    def __init__(self) -> None:
        self._left_s = 0.0

    def passes(self, pcm: bytes) -> bool:
        """Whether the next piece, 16-bit linear at 8 kHz, is worth recognising."""
        seconds = len(pcm) / 2 / RATE
        if audioop.rms(pcm, 2) >= LOUD:
            self._left_s = HANG_OVER_S
            return True
        self._left_s -= seconds
        return self._left_s > 0


class Resampler:
    """A-law of a leg to 16-bit linear at the model's rate, piece by piece without a click between them."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._state: Any = None

    def __call__(self, pcm: bytes) -> bytes:
        if self._rate == RATE:
            return pcm
        made, self._state = audioop.ratecv(pcm, 2, 1, RATE, self._rate, self._state)
        return bytes(made)


def linear(alaw: bytes) -> bytes:
    """A-law to 16-bit linear."""
    return bytes(audioop.alaw2lin(alaw, 2))
