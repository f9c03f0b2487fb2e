"""pydub and audioop, imported in one place without their start-up warnings.

pydub looks for an ffmpeg on the PATH; ours lies in the native root and pydub never needs it for WAV.
audioop leaves the standard library in Python 3.13, where the package audioop-lts brings it back.
"""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import audioop

    from pydub import AudioSegment
    from pydub.generators import Sine
    from pydub.silence import detect_leading_silence

__all__ = ["AudioSegment", "Sine", "audioop", "detect_leading_silence"]
