"""Who is heard on a track, a quarter of a second at a time."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable
from functools import cache

from core.settings import Settings
from ivr.prompts.audio import audioop
from recorder import ffmpeg, playback
from recorder.legs import Side
from recorder.tables import Recording
from tests.seat.voices import ALL, LEVEL, RATE_HZ, Voice

#: Length of a window, seconds: short enough for a gap to show, long enough to tell the voices apart.
WINDOW_S = 0.2
_BYTES = int(WINDOW_S * RATE_HZ) * 2
#: A voice fills half of a window with beeps. A tenth of that strength is heard; an echo or an edge is not.
HEARD = LEVEL / 2 / 10


class Track:
    """One side of a recording, or what one party heard: 16-bit samples at 8 kHz."""

    def __init__(self, samples: bytes) -> None:
        self._samples = samples
        self.seconds = len(samples) / 2 / RATE_HZ

    def strength(self, voice: Voice, at_s: float) -> float:
        """How loud `voice` is in the window that begins at `at_s`: its part at that pitch, of 32767."""
        start = int(at_s * RATE_HZ) * 2
        piece = self._samples[start : start + _BYTES]
        if len(piece) < _BYTES:
            return 0.0
        sine, cosine = _references(voice.hertz)
        return LEVEL * math.hypot(audioop.findfactor(piece, sine), audioop.findfactor(piece, cosine))

    def voices(self, at_s: float) -> set[str]:
        """Names of those heard in the window that begins at `at_s`."""
        return {voice.name for voice in ALL if self.strength(voice, at_s) > HEARD}

    def is_silent(self, at_s: float) -> bool:
        """Nothing at all in that window, not even music."""
        start = int(at_s * RATE_HZ) * 2
        return bool(audioop.rms(self._samples[start : start + _BYTES], 2) < 50)

    def without(self, voice: Voice, from_s: float, to_s: float) -> list[float]:
        """Where, between those two, `voice` is not heard: the beginnings of the windows."""
        return [at for at in _steps(from_s, to_s) if self.strength(voice, at) <= HEARD]

    def strangers(self, known: Iterable[Voice], from_s: float, to_s: float) -> list[tuple[float, str]]:
        """Where, between those two, somebody else than `known` is heard, and who."""
        names = {voice.name for voice in known}
        return [(at, name) for at in _steps(from_s, to_s) for name in sorted(self.voices(at) - names)]

    def silences(self, from_s: float, to_s: float) -> list[float]:
        """Windows between those two with nothing at all."""
        return [at for at in _steps(from_s, to_s) if self.is_silent(at)]

    def seconds_of(self, voice: Voice) -> float:
        """For how long `voice` is heard."""
        windows = _steps(0.0, self.seconds)
        return WINDOW_S * sum(self.strength(voice, at) > HEARD for at in windows)

    def story(self) -> str:
        """Who is heard when, for a person who reads why a test failed."""
        parts: list[tuple[float, str]] = []
        for at in _steps(0.0, self.seconds):
            heard = "+".join(sorted(self.voices(at))) or ("-" if self.is_silent(at) else "sound")
            if not parts or parts[-1][1] != heard:
                parts.append((at, heard))
        return " ".join(f"{at:.1f}:{heard}" for at, heard in parts)


def _steps(from_s: float, to_s: float) -> list[float]:
    """Beginnings of the windows that lie wholly between those two."""
    return [from_s + number * WINDOW_S for number in range(int((to_s - from_s) / WINDOW_S + 1e-6))]


@cache
def _references(hertz: int) -> tuple[bytes, bytes]:
    angles = [2 * math.pi * hertz * at / RATE_HZ for at in range(_BYTES // 2)]
    waves = [array("h", (round(LEVEL * wave(angle)) for angle in angles)) for wave in (math.sin, math.cos)]
    return waves[0].tobytes(), waves[1].tobytes()


def archived(settings: Settings, recording: Recording, side: Side) -> Track:
    """One side of a recording in the archive."""
    with playback.open_audio(settings, recording) as file:
        return Track(b"".join(ffmpeg.decode(settings, file, lambda: False, side=side)))
