"""One side of a call, followed in the file the switch is still writing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from recorder.legs import RATE, Side, open_plain
from recorder.live.sound import Gate, Resampler, linear

#: A quarter of a second.
PIECE = RATE // 4
#: More is not read at one go, so that the sides take turns: two seconds.
MOST = 2 * RATE


class Stream(Protocol):
    """A recogniser that is fed as the sound comes. Blocking: it is fed in a thread."""

    @property
    def rate(self) -> int: ...
    def accept(self, pcm: bytes) -> bool:
        """Take a piece, 16-bit linear mono at `rate`; True when a sentence has ended with it."""
        ...

    def partial(self) -> str:
        """What has been understood of the sentence that goes on."""
        ...

    def sentence(self) -> str:
        """The sentence that has ended; the next one begins."""
        ...


@dataclass(frozen=True)
class Said:
    """A sentence, or the beginning of one. `n` counts the sentences of this side; seconds from the answer."""

    side: Side
    n: int
    text: str
    final: bool
    start_s: float
    end_s: float


class SideListener:
    """Reads what is new of a leg, and says what is new of the words."""

    def __init__(self, side: Side, path: Path, stream: Stream) -> None:
        """Begins at what is written next: what was said to a machine is no talk.

        Raises:
            FileNotFoundError, LegUnreadableError
        """
        self.side, self._stream = side, stream
        self._file: BinaryIO = open_plain(path)
        self._at = self._file.seek(0, 2)
        self._gate, self._resampler = Gate(), Resampler(stream.rate)
        self._n, self._heard, self._begun_at = 0, "", self._at
        self._is_open = False

    @property
    def lag_s(self) -> float:
        """Sound that is written and not yet recognised, seconds."""
        end = self._file.seek(0, 2)
        return (end - self._at) / RATE

    def listen(self) -> Iterator[Said]:
        """What the sound that came meanwhile says; blocking."""
        self._file.seek(self._at)
        new = self._file.read(MOST)
        new = new[: len(new) - len(new) % PIECE]
        for begin in range(0, len(new), PIECE):
            self._at += PIECE
            if said := self._piece(linear(new[begin : begin + PIECE])):
                yield said

    def close(self) -> None:
        self._file.close()

    def _piece(self, pcm: bytes) -> Said | None:
        if not self._gate.passes(pcm):
            return self._ended() if self._is_open else None
        if not self._is_open:
            self._is_open, self._begun_at = True, self._at - PIECE
        if self._stream.accept(self._resampler(pcm)):
            return self._ended()
        text = self._stream.partial()
        if not text or text == self._heard:
            return None
        self._heard = text
        return self._said(text, final=False)

    def _ended(self) -> Said | None:
        text, self._heard, self._is_open = self._stream.sentence(), "", False
        if not text:
            return None
        said = self._said(text, final=True)
        self._n += 1
        return said

    def _said(self, text: str, *, final: bool) -> Said:
        return Said(self.side, self._n, text, final, self._begun_at / RATE, self._at / RATE)
