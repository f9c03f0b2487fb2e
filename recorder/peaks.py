"""The waveform the player draws: the loudest sample of every tenth of a second, from A-law bytes."""

from __future__ import annotations

#: Bytes of one side in a step, and the step in seconds.
STEP = 800
STEP_S = 0.1
_LOUDEST = 32256


def _magnitude(code: int) -> int:
    """Absolute 16-bit PCM value of an A-law byte (ITU-T G.711, even bits inverted)."""
    code ^= 0x55
    exponent, mantissa = (code >> 4) & 7, code & 15
    if exponent == 0:
        return (mantissa << 4) + 8
    return ((mantissa << 4) + 0x108) << (exponent - 1)


#: A-law byte to loudness 0..255, linear; silence is 0.
LOUDNESS = bytes(_magnitude(code) * 255 // _LOUDEST for code in range(256))


class Peaks:
    """Collects one value a step; pieces may be of any length."""

    def __init__(self) -> None:
        self._values: list[int] = []
        self._rest = b""

    def add(self, alaw: bytes) -> None:
        loud = self._rest + alaw.translate(LOUDNESS)
        whole = len(loud) - len(loud) % STEP
        self._values += [max(loud[at : at + STEP]) for at in range(0, whole, STEP)]
        self._rest = loud[whole:]

    def values(self) -> list[int]:
        """0..255 for every step so far, a last part of a step included."""
        return [*self._values, max(self._rest)] if self._rest else list(self._values)
