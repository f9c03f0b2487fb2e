"""A conversation spoken by a machine, word by word, so that it is known when each word is said."""

from __future__ import annotations

import math
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from random import Random
from typing import Any

from core.native import command
from core.settings import Settings
from recorder.legs import RATE, SILENCE

#: Who begins at which second, and what is said: words with their pinyin.
CONVERSATION: tuple[tuple[str, float, str], ...] = (
    ("hotline", 1.0, "您好:nin2hao3 市政:shi4zheng4 热线:re4xian4 请讲:qing3jiang3"),
    ("caller", 6.0, "你好:ni3hao3 我要:wo3yao4 反映:fan3ying4 一下:yi2xia4 路灯:lu4deng1 不亮:bu2liang4"),
    ("hotline", 13.0, "请问:qing3wen4 在:zai4 什么:shen2me5 地方:di4fang1"),
    ("caller", 18.0, "在:zai4 中山路:zhong1shan1lu4 十八号:shi2ba1hao4 门口:men2kou3"),
    # Twelve seconds in which the seat writes and nobody speaks.
    ("hotline", 36.0, "好的:hao3de5 已经:yi3jing1 登记:deng1ji4 了:le5"),
    ("caller", 40.0, "那边:na4bian1 还有:hai2you3 漏气:lou4qi4 的:de5 味道:wei4dao4"),
    ("hotline", 46.0, "明白:ming2bai2 马上:ma3shang4 派人:pai4ren2 去:qu4 看:kan4"),
    ("caller", 52.0, "谢谢:xie4xie5 再见:zai4jian4"),
)
LENGTH_S = 60.0


@dataclass
class Leg:
    """One side: its A-law bytes, and its words as a transcript has them."""

    alaw: bytearray = field(default_factory=lambda: bytearray(SILENCE * int(LENGTH_S * RATE)))
    words: list[dict[str, Any]] = field(default_factory=list)


def tone(hertz: float, seconds: float) -> Leg:
    """One even tone."""
    sine = [int(12_000 * math.sin(2 * math.pi * hertz * at / RATE)) for at in range(int(seconds * RATE))]
    return Leg(bytearray(map(_alaw, sine)))


def noise(seconds: float) -> Leg:
    """What no codec makes smaller."""
    return Leg(bytearray(Random(12319).randbytes(int(seconds * RATE))))


def _alaw(sample: int) -> int:
    """G.711: sign, three bits of exponent, four of mantissa, every other bit turned."""
    size = min(abs(sample) >> 3, 4095)
    exponent = max(0, size.bit_length() - 5)
    mantissa = size >> max(exponent, 1) & 0x0F
    return ((0x80 if sample >= 0 else 0) | exponent << 4 | mantissa) ^ 0x55


@cache
def conversation() -> dict[str, Leg]:
    """Both sides of one minute."""
    legs = {"caller": Leg(), "hotline": Leg()}
    said = {pair.split(":")[1] for _, _, line in CONVERSATION for pair in line.split()}
    with ThreadPoolExecutor(2) as pool:
        spoken = dict(zip(said, pool.map(_speak, said), strict=True))
    for side, at, line in CONVERSATION:
        for pair in line.split():
            word, pinyin = pair.split(":")
            sound = spoken[pinyin]
            start = int(at * RATE)
            legs[side].alaw[start : start + len(sound)] = sound
            end = at + len(sound) / RATE
            legs[side].words.append(
                {"word": word, "start": round(at, 2), "end": round(end, 2), "confidence": 0.93}
            )
            at = end
    return legs


def _speak(pinyin: str) -> bytes:
    """A word as headerless A-law, without the silence around it."""
    settings = Settings()
    say = command(settings, "espeak-ng", "-v", "cmn-latn-pinyin+f2", "-s", "150", "--stdout", pinyin)
    wav = subprocess.run(say, check=True, capture_output=True).stdout
    trim = "silenceremove=start_periods=1:start_threshold=-45dB:stop_periods=1:stop_threshold=-45dB"
    turn = ["-v", "error", "-i", "pipe:0", "-af", trim, "-ar", str(RATE), "-ac", "1", "-f", "alaw", "pipe:1"]
    return subprocess.run(
        command(settings, "ffmpeg", *turn), input=wav, check=True, capture_output=True
    ).stdout
