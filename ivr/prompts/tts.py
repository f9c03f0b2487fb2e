"""Text to speech behind one interface; espeak-ng is the voice every machine has, Piper one a city may add."""

from __future__ import annotations

import shlex
import subprocess
import tempfile
from pathlib import Path
from typing import Final, Literal, Protocol

from core.native import command
from core.settings import Settings

Language = Literal["zh_CN", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("zh_CN", "en")
#: `cmn` would read pinyin as English (telephony-notes.md); this one takes characters and pinyin.
VOICE = "cmn-latn-pinyin+f2"
VOICES: Final[dict[Language, str]] = {"zh_CN": VOICE, "en": "en-us+f2"}
WORDS_PER_MINUTE = 180
#: English is understood over a telephone line when it is a little slower than Mandarin.
_ENGLISH_PACE = 0.88
_SPEAK_S = 60
_LEAST_BYTES = 1000


class SynthesisError(Exception):
    """The synthesiser made no sound."""


class Synthesiser(Protocol):
    """Turns a sentence into a WAV file's bytes. `name` goes into the build stamp."""

    name: str
    #: Whether numbered pinyin among the characters is read as such.
    takes_pinyin: bool

    def speak(self, text: str) -> bytes: ...


class EspeakNg:
    """espeak-ng from the native root."""

    takes_pinyin = True

    def __init__(self, settings: Settings, voice: str = VOICE, speed: int = WORDS_PER_MINUTE) -> None:
        self.name = f"espeak-ng {voice} {speed}"
        self._command = command(settings, "espeak-ng", "-v", voice, "-s", str(speed), "--stdout", "--stdin")

    def speak(self, text: str) -> bytes:
        """
        Raises:
            SynthesisError: espeak-ng failed; the message is its own.
        """
        done = _run(self._command, text, "espeak-ng")
        if len(done) < _LEAST_BYTES:
            raise SynthesisError(f"espeak-ng could not say {text!r}: no sound came")
        return done


class Piper:
    """Piper with a model of the city's choice, started once a sentence.

    Text goes in on stdin and sound comes out in a file: that is what Piper's C++ and Python editions share.
    """

    takes_pinyin = False

    def __init__(self, program: str, model: str) -> None:
        self.name = f"piper {Path(model).name}"
        self._command = [*shlex.split(program), "--model", model, "--output_file"]

    def speak(self, text: str) -> bytes:
        """
        Raises:
            SynthesisError: Piper is not there, failed, or wrote no WAV file.
        """
        with tempfile.TemporaryDirectory(prefix="hotline-piper-") as folder:
            file = Path(folder) / "said.wav"
            # One line: Piper takes each line of its input for a sentence of its own and keeps the last.
            _run([*self._command, str(file)], " ".join(text.split()) + "\n", "piper")
            try:
                sound = file.read_bytes()
            except OSError:
                sound = b""
        if len(sound) < _LEAST_BYTES or sound[:4] != b"RIFF":
            raise SynthesisError(f"piper could not say {text!r}: no sound came")
        return sound


def synthesiser(settings: Settings, language: Language) -> Synthesiser:
    """The voice of a language: Piper where one is configured for it, else espeak-ng."""
    tts = settings.tts
    model = {"zh_CN": tts.piper_zh, "en": tts.piper_en}[language]
    if tts.piper and model:
        return Piper(tts.piper, model)
    pace = _ENGLISH_PACE if language == "en" else 1.0
    return EspeakNg(settings, VOICES[language], round(tts.speed * pace))


def _run(line: list[str], text: str, program: str) -> bytes:
    try:
        done = subprocess.run(line, input=text.encode(), capture_output=True, timeout=_SPEAK_S, check=False)
    except subprocess.TimeoutExpired:
        raise SynthesisError(f"{program} took longer than {_SPEAK_S} s for {text[:40]!r}") from None
    except OSError as error:
        raise SynthesisError(f"{program} cannot be started: {error}") from None
    if done.returncode:
        told = done.stderr.decode(errors="replace").strip()[-300:]
        raise SynthesisError(f"{program} could not say {text[:80]!r}: {told}")
    return done.stdout
