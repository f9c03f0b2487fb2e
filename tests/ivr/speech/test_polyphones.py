"""Polyphones, as the real espeak-ng reads them."""

from __future__ import annotations

import re
import subprocess

import pytest

from core.native import command
from core.settings import Settings
from ivr.prompts.tts import VOICE
from ivr.speech.polyphones import READINGS, correct


def _phonemes(text: str) -> str:
    """What espeak-ng says for a text, without tones and pauses."""
    line = command(Settings(), "espeak-ng", "-v", VOICE, "-q", "-x", "--stdin")
    said = subprocess.run(line, input=text.encode(), capture_output=True, check=True).stdout.decode()
    return re.sub(r"[^A-Za-z@.;&\[\]]", "", said)


def _readings() -> list[str]:
    """All at once: a process for each would take as long as the words are many."""
    return [_phonemes(correct("，".join(READINGS))), _phonemes("，".join(READINGS.values()))]


def test_each_word_is_read_as_its_pinyin() -> None:
    corrected, pinyin = _readings()
    assert corrected == pinyin


@pytest.mark.parametrize(
    ("text", "syllables"),
    [
        ("项目的进展", "xiang4 mu4 de5 jin4 zhan3"),
        ("提供给您", "ti2 gong1 gei3 nin2"),
        ("银行业务", "yin2 hang2 ye4 wu4"),
        ("城市长期积水", "cheng2 shi4 chang2 qi1 ji1 shui3"),
        ("供暖和供水", "gong1 nuan3 he2 gong1 shui3"),
        ("本地方言", "ben3 di4 fang1 yan2"),
    ],
)
def test_a_word_that_only_seems_to_be_there_is_left_alone(text: str, syllables: str) -> None:
    assert _phonemes(correct(text)) == _phonemes(syllables)
