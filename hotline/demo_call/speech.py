"""What the demo caller says, as the trunk carries it."""

from __future__ import annotations

import io

from core.settings import Settings
from ivr.prompts.audio import AudioSegment
from ivr.prompts.sound import level, to_alaw
from ivr.prompts.tts import EspeakNg

#: Words the small test model knows. A lamp that is out (路灯不亮) is the commonest complaint of all.
COMPLAINT = "你好，中山区人民路有一个路灯不亮，请尽快处理。我的电话是"
DISTRICT, ADDRESS = "中山区", "人民路"
_DIGITS = "零一二三四五六七八九"


def complaint(settings: Settings, callback: str) -> bytes:
    """The complaint with the callback number read out, headerless 8 kHz A-law.

    Raises:
        ivr.prompts.tts.SynthesisError: espeak-ng made no sound.
    """
    number = " ".join(_DIGITS[int(digit)] for digit in callback)
    spoken = EspeakNg(settings).speak(f"{COMPLAINT} {number}。")
    return to_alaw(level(AudioSegment.from_wav(io.BytesIO(spoken))))
