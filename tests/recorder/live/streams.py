"""A recogniser and a voice for tests of live help."""

from __future__ import annotations

import math

from core.pcm import audioop
from recorder.legs import RATE


class CountingStream:
    """Ends a sentence when it is told to, and counts what it was given."""

    rate = RATE

    def __init__(self) -> None:
        self.pieces = 0
        self.ends_at = 0

    def accept(self, pcm: bytes) -> bool:
        self.pieces += 1
        return self.pieces == self.ends_at

    def partial(self) -> str:
        return f"字{self.pieces}"

    def sentence(self) -> str:
        return "一句话"


def voice_of(seconds: float) -> bytes:
    """A-law a gate takes for a voice."""
    samples = (int(8000 * math.sin(at / 3)) for at in range(int(seconds * RATE)))
    linear: bytes = b"".join(sample.to_bytes(2, "little", signed=True) for sample in samples)
    return bytes(audioop.lin2alaw(linear, 2))
