"""pydub, imported in one place without its start-up warnings, and audioop with it.

pydub looks for an ffmpeg on the PATH; ours lies in the native root and pydub never needs it for WAV.
"""

from __future__ import annotations

import warnings

from core.pcm import audioop

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from pydub import AudioSegment
    from pydub.generators import Sine
    from pydub.silence import detect_leading_silence

__all__ = ["AudioSegment", "Sine", "audioop", "detect_leading_silence"]
