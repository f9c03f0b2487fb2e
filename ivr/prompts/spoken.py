"""Sound made while the hotline runs: announcements and articles, spoken or taken from a recording."""

from __future__ import annotations

import io
from pathlib import Path

from core.settings import Settings
from ivr.prompts import sound
from ivr.prompts.audio import AudioSegment
from ivr.prompts.studio import load_recording
from ivr.prompts.tts import Language, SynthesisError, synthesiser
from ivr.speech.readable import readable

#: Longest text that is spoken in one go: about six minutes of Mandarin.
MOST_CHARACTERS = 2000


def speak_text(settings: Settings, language: Language, text: str, target_stem: Path) -> float:
    """Speak any text into `<target_stem>.alaw` and `.sln16`; the length in seconds.

    Numbers, dates, times and telephone numbers in the text are read as people read them. It blocks for
    seconds: call it in a thread. A sound that stands there already is replaced in one step.

    Raises:
        ivr.prompts.tts.SynthesisError: no text, too long a text, or the voice failed; nothing was written.
    """
    if not text.strip():
        raise SynthesisError("there is no text to speak")
    if len(text) > MOST_CHARACTERS:
        raise SynthesisError(f"the text has {len(text)} characters, at most {MOST_CHARACTERS} are spoken")
    voice = synthesiser(settings, language)
    wav = voice.speak(readable(language, text, pinyin=voice.takes_pinyin))
    try:
        raw = AudioSegment.from_wav(io.BytesIO(wav))
        [files] = sound.variants(settings, [(raw, sound.SENTENCE_EDGE_MS)])
    except sound.SoundError as error:
        raise SynthesisError(f"{voice.name} could not say {text[:80]!r}: {error}") from None
    return sound.write(target_stem, files)


def take_recording(settings: Settings, data: bytes, name: str, target_stem: Path) -> float:
    """Level an uploaded or recorded WAV or MP3 into `<target_stem>.alaw` and `.sln16`; seconds.

    `name` is what the message calls it; it never becomes a path. It blocks: call it in a thread.

    Raises:
        ivr.prompts.studio.RecordingRefusedError: damaged, empty, silent, clipped or too long; nothing was
            written.
    """
    return sound.write(target_stem, load_recording(settings, data, name))
