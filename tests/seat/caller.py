"""A citizen who speaks from the answer to the end without a pause."""

from __future__ import annotations

from hotline.demo_call.line import ALAW, FRAME
from tests.carrier import Ear
from tests.seat.voices import CALLER, Voice


class Speaking(Ear):
    """A line that speaks with its voice whenever nothing else is to be sent."""

    def __init__(self, voice: Voice = CALLER) -> None:
        super().__init__()
        self._voice = voice.alaw(1)
        self._at = 0

    def _packet(self, kind: int, body: bytes, first: bool) -> None:
        if kind == ALAW:
            body = self._voice[self._at : self._at + FRAME]
            self._at = (self._at + FRAME) % len(self._voice)
        super()._packet(kind, body, first=first)
