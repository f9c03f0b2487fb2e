"""What a seat speaks into: every device answers, hangs up, dies and says whether somebody is on the line."""

from __future__ import annotations

from typing import Protocol

from tests.instance import HotlineInstance
from tests.seat.voices import Voice
from tests.softphone import Softphone
from tests.waiting import poll

#: From a key pressed at one seat until another device is on the line; a busy machine is slow.
CONNECT_S = 30.0

#: What baresip prints when a call is up, and when one is over.
_UP, _OVER = ": Call established", "terminated ("


class Device(Protocol):
    """Browser or telephone of one seat."""

    #: What the log-in is told: `browser` or `phone`.
    kind: str
    voice: Voice

    async def start(self, hotline: HotlineInstance, extension: str, secret: str) -> None:
        """Register, and speak from now on in every call."""

    def fresh(self) -> None:
        """Calls before now do not count."""

    async def talking(self) -> None:
        """Answer if it rings, and return when its next call is up."""

    async def idle(self) -> None:
        """Return when its call is over."""

    async def hang_up(self) -> None:
        """The person puts the receiver down."""

    async def kill(self) -> None:
        """The lid is closed: gone without a word to anybody."""

    async def stop(self) -> None:
        """Gone, whatever state it is in."""


class Phone:
    """An ordinary SIP softphone that answers by itself (baresip)."""

    kind = "phone"

    def __init__(self, voice: Voice, *, answers: bool = True) -> None:
        """`answers`: False: it rings until somebody gives up."""
        self.voice, self._answers = voice, answers
        self._seen = self._over = 0

    async def start(self, hotline: HotlineInstance, extension: str, secret: str) -> None:
        self.phone = Softphone(hotline.settings, extension, secret)
        await self.phone.start(self.voice.alaw(1), answers=self._answers)

    def fresh(self) -> None:
        self._seen, self._over = self._count(_UP), self._count(_OVER)

    async def talking(self) -> None:
        await poll(lambda: self._count(_UP) > self._seen, "the phone talks", CONNECT_S)
        self._seen += 1

    async def idle(self) -> None:
        await poll(lambda: self._count(_OVER) > self._over, "the phone's call is over", CONNECT_S)
        self._over += 1

    async def hang_up(self) -> None:
        await self.phone.command("hangup")

    async def kill(self) -> None:
        await self.phone.kill()

    async def stop(self) -> None:
        await self.phone.stop()

    def _count(self, words: str) -> int:
        return self.phone.output().count(words)
