"""Silence is left out before recognition; word times are put back onto the call's own clock afterwards.

A frame counts as sound when it is clearly louder than the line's own noise. Some silence before and after
each sound is kept, so that no first consonant is lost and recognisers still find the ends of sentences. Only
the middle of a long silence is left out, never anything doubtful.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace

from core.pcm import audioop
from recorder.transcribe.protocol import Heard, Transcriber, Word

_FRAME_S = 0.02
#: Kept before a sound and after it, in seconds; recognisers end a sentence after half a second of silence.
LEAD_S, TAIL_S = 0.3, 0.6
#: Root mean square of 16-bit samples: below the first nothing is sound, above the second everything is.
_QUIETEST, _LOUDEST = 50, 300
#: Times the line's own noise, which is the level below which a tenth of the last seconds lie.
_OVER_NOISE = 2.0
_NOISE_SPAN, _NOISE_EVERY = 500, 50


class Skipper:
    """Iterates over what is left of `pcm` (16-bit mono at `rate`), once; `original` tells its times."""

    def __init__(self, pcm: Iterable[bytes], rate: int) -> None:
        self._pcm, self._rate = pcm, rate
        self._frame = 2 * max(1, round(rate * _FRAME_S))
        self._levels: deque[int] = deque(maxlen=_NOISE_SPAN)
        self._threshold = _QUIETEST
        self._seen = 0
        #: Byte positions: where in the output a stretch of the input begins, and where in the input.
        self._starts, self._origins = [0], [0]
        self._read = self._fed = 0

    @property
    def read_s(self) -> float:
        """Seconds of audio that went in."""
        return self._read / 2 / self._rate

    @property
    def fed_s(self) -> float:
        """Seconds of it that came out."""
        return self._fed / 2 / self._rate

    def __iter__(self) -> Iterator[bytes]:
        lead: deque[bytes] = deque(maxlen=round(LEAD_S / _FRAME_S))
        tail = round(TAIL_S / _FRAME_S)
        wanted = 0
        for frame in self._frames():
            wanted = tail if self._is_sound(frame) else wanted - 1
            if wanted < 0:
                lead.append(frame)
            else:
                yield self._feed(b"".join((*lead, frame)))
                lead.clear()

    def original(self, word: Word) -> Word:
        """`word`, heard in the output, with its times in the input."""
        middle = (word.start + word.end) * self._rate  # half of the sum, two bytes a sample
        at = bisect_right(self._starts, middle) - 1
        shift = (self._origins[at] - self._starts[at]) / 2 / self._rate
        return replace(word, start=word.start + shift, end=word.end + shift)

    def _frames(self) -> Iterator[bytes]:
        rest = b""
        for piece in self._pcm:
            rest += piece
            whole = len(rest) - len(rest) % self._frame
            for at in range(0, whole, self._frame):
                self._read += self._frame
                yield rest[at : at + self._frame]
            rest = rest[whole:]
        if rest := rest[: len(rest) & ~1]:
            self._read += len(rest)
            yield rest

    def _is_sound(self, frame: bytes) -> bool:
        level = audioop.rms(frame, 2)
        self._levels.append(level)
        self._seen += 1
        if self._seen % _NOISE_EVERY == 0:
            noise = sorted(self._levels)[len(self._levels) // 10]
            self._threshold = round(min(max(_OVER_NOISE * noise, _QUIETEST), _LOUDEST))
        return level > self._threshold

    def _feed(self, sound: bytes) -> bytes:
        origin = self._read - len(sound)
        if origin - self._origins[-1] != self._fed - self._starts[-1]:
            self._starts.append(self._fed)
            self._origins.append(origin)
        self._fed += len(sound)
        return sound


class WithoutSilence:
    """`Transcriber`: another one that is spared silence. One recording at a time."""

    def __init__(self, inner: Transcriber) -> None:
        self._inner = inner
        self.engine, self.model, self.rate = inner.engine, inner.model, inner.rate
        self.is_test_model = inner.is_test_model
        #: Seconds of audio so far, and how many of them the recogniser was given.
        self.read_s = self.fed_s = 0.0

    def transcribe(self, pcm: Iterable[bytes]) -> Heard:
        skipper = Skipper(pcm, self.rate)
        heard = self._inner.transcribe(skipper)
        self.read_s += skipper.read_s
        self.fed_s += skipper.fed_s
        return Heard([[skipper.original(word) for word in words] for words in heard.utterances])
