"""How recordings are encoded (setting `archive.codec`), and what a browser is told each of them is."""

from __future__ import annotations

from dataclasses import dataclass

from core.settings import Settings


@dataclass(frozen=True)
class Codec:
    """`arguments` are ffmpeg's; `is_exact`: every sample comes back as it was.

    `least_samples`: of each track; ffmpeg refuses to write fewer.
    """

    name: str
    suffix: str
    content_type: str
    arguments: tuple[str, ...]
    is_exact: bool
    least_samples: int = 0


CODECS = {
    codec.name: codec
    for codec in (
        # `voip` at 24 kbit/s and more keeps the two tracks apart; less, and Opus folds them into one.
        Codec(
            "opus",
            "ogg",
            "audio/ogg; codecs=opus",
            ("-c:a", "libopus", "-application", "voip", "-f", "ogg"),
            is_exact=False,
        ),
        Codec("flac", "flac", "audio/flac", ("-c:a", "flac", "-f", "flac"), is_exact=True, least_samples=16),
        Codec("wav", "wav", "audio/wav", ("-c:a", "pcm_s16le", "-f", "wav"), is_exact=True),
    )
}


def codec_of(settings: Settings) -> Codec:
    """The codec new recordings are encoded with."""
    return CODECS[settings.archive.codec]


def encoder_arguments(settings: Settings, codec: Codec) -> list[str]:
    """What ffmpeg is told: byte for byte the same result for the same input."""
    rate = ["-b:a", f"{settings.recording.bitrate_kbps}k"] if not codec.is_exact else []
    return [*codec.arguments, *rate, "-fflags", "+bitexact", "-flags:a", "+bitexact"]
