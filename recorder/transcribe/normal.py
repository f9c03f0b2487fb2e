"""What was heard, as a person would write it (规范文本)."""

from __future__ import annotations

from recorder.transcribe.protocol import Heard


def written(heard: Heard) -> str:
    return heard.text
