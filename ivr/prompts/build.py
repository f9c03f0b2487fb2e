"""Builds every prompt of the catalogue as 8 kHz A-law, the trunk's codec: playing costs no transcoding.

A stamp per file (text, voice, recipe) makes the build incremental and stale audio visible.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path

from core.settings import Settings
from ivr.prompts import catalogue, tones
from ivr.prompts.audio import AudioSegment, audioop, detect_leading_silence
from ivr.prompts.tts import EspeakNg, Synthesiser, SynthesisError

RATE_HZ = 8000
#: Loudness every prompt is brought to, dBFS of the mean power; peaks are kept below PEAK_DBFS.
LOUDNESS_DBFS, PEAK_DBFS = -20.0, -1.5
SILENCE_DBFS = -45.0
#: Change this when the recipe below changes: all prompts are built again.
RECIPE = "2"
STAMPS = "stamps.json"


def level(sound: AudioSegment) -> AudioSegment:
    """Trim silence, keep 80 ms at both ends, bring to the common loudness without clipping.

    Raises:
        ivr.prompts.tts.SynthesisError: there is nothing but silence.
    """
    start = detect_leading_silence(sound, SILENCE_DBFS)
    end = detect_leading_silence(sound.reverse(), SILENCE_DBFS)
    if start >= len(sound):
        raise SynthesisError("the synthesiser made nothing but silence")
    spoken = sound[max(0, start - 80) : len(sound) - max(0, end - 80)]
    gain = min(LOUDNESS_DBFS - spoken.dBFS, PEAK_DBFS - spoken.max_dBFS)
    return spoken.apply_gain(gain)


def to_alaw(sound: AudioSegment) -> bytes:
    """Headerless A-law at 8 kHz, mono."""
    mono = sound.set_channels(1).set_frame_rate(RATE_HZ).set_sample_width(2)
    encoded: bytes = audioop.lin2alaw(mono.raw_data, 2)
    return encoded


def _jobs(settings: Settings, voice: Synthesiser) -> dict[str, tuple[str, Callable[[], AudioSegment]]]:
    """File name below the language folder → (what the stamp is made of, how the sound is made)."""

    def spoken(text: str) -> Callable[[], AudioSegment]:
        return lambda: level(AudioSegment.from_wav(io.BytesIO(voice.speak(text))))

    jobs: dict[str, tuple[str, Callable[[], AudioSegment]]] = {
        f"{prompt.id}.alaw": (f"{voice.name}|{prompt.speak}", spoken(prompt.speak))
        for prompt in catalogue.load(settings).values()
    }
    jobs["beep.alaw"] = ("tone", tones.beep)
    jobs["moh/waiting.alaw"] = ("tone", tones.hold_music)
    return jobs


def _stamp(source: str) -> str:
    return hashlib.sha256(f"{RECIPE}|{source}".encode()).hexdigest()[:16]


def _read_stamps(folder: Path) -> dict[str, str]:
    try:
        stamps = json.loads((folder / STAMPS).read_text())
    except (OSError, ValueError):
        return {}
    return stamps if isinstance(stamps, dict) else {}


def build_all(settings: Settings, voice: Synthesiser | None = None) -> list[str]:
    """Build what is missing or stale below `<prompts>/zh_CN`; returns the names built.

    Raises:
        ivr.prompts.tts.SynthesisError, ivr.prompts.catalogue.CatalogueError
    """
    folder = settings.prompts_dir / "zh_CN"
    (folder / "moh").mkdir(parents=True, exist_ok=True)
    stamps, built = _read_stamps(folder), []
    for name, (source, make) in _jobs(settings, voice or EspeakNg(settings)).items():
        if stamps.get(name) == _stamp(source) and (folder / name).is_file():
            continue
        part = folder / f"{name}.part"
        part.write_bytes(to_alaw(make()))
        part.replace(folder / name)
        stamps[name] = _stamp(source)
        built.append(name)
    (folder / STAMPS).write_text(json.dumps(stamps, indent=1, sort_keys=True))
    return built


def problems(settings: Settings) -> list[str]:
    """What is missing, stale, silent or clipped in the built audio, one sentence each."""
    folder, found = settings.prompts_dir / "zh_CN", []
    stamps = _read_stamps(folder)
    for name, (source, _make) in _jobs(settings, EspeakNg(settings)).items():
        path = folder / name
        if not path.is_file():
            found.append(f"{name}: no audio; run `hotline prompts`")
        elif stamps.get(name) != _stamp(source):
            found.append(f"{name}: text or voice changed since the audio was built; run `hotline prompts`")
        else:
            peak = audioop.max(audioop.alaw2lin(path.read_bytes(), 2), 2)
            if not 1000 < peak < 32000:
                found.append(f"{name}: loudest sample is {peak} of 32767")
    return found
