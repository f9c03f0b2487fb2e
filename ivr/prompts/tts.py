"""Text to speech behind one interface; espeak-ng is the voice every machine has."""

from __future__ import annotations

import subprocess
from typing import Protocol

from core.native import command
from core.settings import Settings

#: `cmn` would read pinyin as English (telephony-notes.md); this one takes characters and pinyin.
VOICE = "cmn-latn-pinyin+f2"
WORDS_PER_MINUTE = 180


class SynthesisError(Exception):
    """The synthesiser made no sound."""


class Synthesiser(Protocol):
    """Turns a sentence into a WAV file's bytes. `name` goes into the build stamp."""

    name: str

    def speak(self, text: str) -> bytes: ...


class EspeakNg:
    """espeak-ng from the native root."""

    def __init__(self, settings: Settings, voice: str = VOICE, speed: int = WORDS_PER_MINUTE) -> None:
        self.name = f"espeak-ng {voice} {speed}"
        self._command = command(settings, "espeak-ng", "-v", voice, "-s", str(speed), "--stdout", "--stdin")

    def speak(self, text: str) -> bytes:
        """
        Raises:
            SynthesisError: espeak-ng failed; the message is its own.
        """
        done = subprocess.run(
            self._command, input=text.encode(), capture_output=True, timeout=60, check=False
        )
        if done.returncode or len(done.stdout) < 1000:
            raise SynthesisError(
                f"espeak-ng could not say {text!r}: {done.stderr.decode(errors='replace')[:300]}"
            )
        return done.stdout
