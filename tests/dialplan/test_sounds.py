"""The switch's own speech (SayNumber, SayDigits) is our voice, in the caller's language."""

from __future__ import annotations

import pytest

from ivr import speech
from tests.instance import HotlineInstance

#: Language → what the switch says by itself, and the units that should be heard one after another.
SAID = {
    "zh_CN": (
        ("SayNumber(1023)", ("digits/1", "digits/thousand", "digits/0", "digits/20", "digits/3")),
        ("SayNumber(30050)", ("digits/3", "digits/wan", "digits/0", "digits/50")),
        ("SayDigits(97)", ("digits/9", "digits/7")),
    ),
    "en": (
        ("SayNumber(1012)", ("digits/1", "digits/thousand", "digits/12")),
        ("SayDigits(97)", ("digits/9", "digits/7")),
    ),
}


@pytest.mark.parametrize(("language", "number"), [("zh_CN", "5501"), ("en", "5502")])
async def test_the_switch_finds_every_unit(hotline: HotlineInstance, language: str, number: str) -> None:
    """Byte by byte: nothing is transcoded, nothing is missing, in order."""
    steps = ("Answer()", f"Set(CHANNEL(language)={language})", *(said for said, _units in SAID[language]))
    for priority, step in enumerate((*steps, "Hangup()"), 1):
        line = f"{number},{priority},{step}"  # in the dialplan of this process only
        told = hotline.asterisk("dialplan", "add", "extension", line, "into", "from-trunk")
        assert "added" in told, told
    async with hotline.carrier.dial(number=number) as call:
        await call.over()
        heard, place = bytes(call.line.sound), 0
    hotline.asterisk("dialplan", "remove", "extension", f"{number}@from-trunk")
    for unit in (unit for _said, units in SAID[language] for unit in units):
        sound = (hotline.settings.prompts_dir / language / f"{unit}.alaw").read_bytes()
        whole_packets = sound[: len(sound) // 160 * 160]
        place = heard.find(whole_packets, place)
        assert place >= 0, f"{unit} was not heard"
        place += len(whole_packets)


def test_our_own_speech_uses_the_same_units() -> None:
    """The switch's grammar and ours agree where no 两 is needed."""
    for value in (1023, 30050):
        assert speech.number(value).zh_CN == dict(SAID["zh_CN"])[f"SayNumber({value})"]
    assert speech.number(1012).en == dict(SAID["en"])["SayNumber(1012)"]
