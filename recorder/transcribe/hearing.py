"""One recording, heard: decoded side by side, spared its silence, recognised. In this process or another."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any, Protocol

from core.settings import Settings
from recorder import ffmpeg, playback
from recorder.legs import Side
from recorder.tables import Recording
from recorder.transcribe.protocol import Heard, Transcriber, Word
from recorder.transcribe.silence import WithoutSilence

#: A slow model takes its time: one side of a recording may take this long, in seconds.
LIMIT_S = 6 * 3600.0


@dataclass(frozen=True)
class SideHeard:
    """What was heard on one side, and the seconds that took."""

    side: Side
    heard: Heard
    took_s: float
    #: Seconds of audio, and how many of them the recogniser was given.
    audio_s: float = 0.0
    fed_s: float = 0.0

    def as_json(self) -> dict[str, Any]:
        utterances = [[word.as_json() for word in words] for words in self.heard.utterances]
        return {
            "side": self.side,
            "utterances": utterances,
            "took_s": self.took_s,
            "audio_s": self.audio_s,
            "fed_s": self.fed_s,
        }

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> SideHeard:
        """
        Raises:
            KeyError, TypeError, ValueError: `as_json` did not write that.
        """
        heard = Heard([[Word(**word) for word in words] for words in body["utterances"]])
        return cls(Side(body["side"]), heard, body["took_s"], body["audio_s"], body["fed_s"])


class Hears(Protocol):
    """Who hears whole recordings, with a model loaded."""

    @property
    def engine(self) -> str: ...
    @property
    def model(self) -> str: ...
    @property
    def is_test_model(self) -> bool: ...

    async def hear(self, recording: Recording, give_up: ffmpeg.StopAsked) -> Sequence[SideHeard]:
        """Both sides.

        Raises:
            TranscribeError: the engine gave up, or its process ended.
            StoppedError: `give_up` said so.
        """
        ...


class InProcess:
    """`Hears` in a thread of this process."""

    def __init__(self, settings: Settings, transcriber: Transcriber) -> None:
        self._settings, self._transcriber = settings, transcriber
        self.engine, self.model = transcriber.engine, transcriber.model
        self.is_test_model = transcriber.is_test_model

    async def hear(self, recording: Recording, give_up: ffmpeg.StopAsked) -> Sequence[SideHeard]:
        return [
            await asyncio.to_thread(
                hear_side, self._settings, self._transcriber, recording, side, give_up=give_up
            )
            for side in Side
        ]


def hear_side(
    settings: Settings,
    transcriber: Transcriber,
    recording: Recording,
    side: Side,
    *,
    give_up: ffmpeg.StopAsked,
) -> SideHeard:
    """Decode and recognise one side as a stream. Blocking.

    Raises:
        TranscribeError, FfmpegError, NotFoundError, OSError: as the steps do.
        StoppedError: `give_up` said so.
    """
    begin = monotonic()
    spared = WithoutSilence(transcriber)
    with playback.open_audio(settings, recording) as copy:
        pcm = ffmpeg.decode(settings, copy, give_up, side=side, rate=transcriber.rate, limit_s=LIMIT_S)
        heard = (spared if settings.transcribe.skip_silence else transcriber).transcribe(pcm)
    took = round(monotonic() - begin, 3)
    return SideHeard(side, heard, took, round(spared.read_s, 2), round(spared.fed_s, 2))
