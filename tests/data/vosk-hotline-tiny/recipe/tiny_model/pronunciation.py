"""How words are read: by espeak-ng character by character, by a dictionary of words, and by hand."""

import re
from collections.abc import Iterable

from pypinyin import Style, lazy_pinyin, pinyin

from .espeak import Espeak, Phone

Reading = list[str]
"""Unit names, one after another."""
Lexicon = dict[str, list[Reading]]

_FIRST_COMMON_CHARACTER, _LAST_COMMON_CHARACTER = 0x4E00, 0x9FA5
# yue, yuan and yong in espeak-ng 1.51 and, with a leading j, in 1.52; and its 1.51 initial of yu and yun.
_WITH_GLIDE = {"yE": ["j", "yE"], "y&n": ["j", "y&n"], "yuN": ["j", "ong"]}
_FAINT_GLIDE = ";"


def spell(words: Iterable[str]) -> list[str]:
    """Words to numbered pinyin syllables, right for the word (多音字) as espeak-ng's often are not."""
    return [
        syllable.replace("ü", "v")
        for word in words
        for syllable in lazy_pinyin(word, style=Style.TONE3, neutral_tone_with_five=True)
    ]


def all_syllables() -> list[str]:
    """Every toneless syllable of Mandarin that a common character has."""
    found = set()
    for code in range(_FIRST_COMMON_CHARACTER, _LAST_COMMON_CHARACTER + 1):
        for syllable in pinyin(chr(code), style=Style.NORMAL)[0]:
            if re.fullmatch("[a-zü]{2,}|[aeo]", syllable) and re.search("[aeiouü]", syllable):
                found.add(syllable.replace("ü", "v"))
    return sorted(found)


def inventory(words: Iterable[str], espeak: Espeak) -> tuple[set[str], set[str]]:
    """The names of all (initials, finals) of Mandarin, and of what only these words have (嗯)."""
    initials: set[str] = set()
    finals: set[str] = set()
    for text in (*(syllable + "1" for syllable in all_syllables()), *words):
        for phone in espeak.phones(text):
            (finals if phone.final else initials).add(phone.name)
    return initials, finals


def lexicon(words: Iterable[str], by_hand: dict[str, list[str]], espeak: Espeak) -> Lexicon:
    """Every way each word may be read; `by_hand` adds numbered pinyin to a word."""
    return {word: _readings(word, by_hand.get(word, []), espeak) for word in words}


def _readings(word: str, by_hand: list[str], espeak: Espeak) -> list[Reading]:
    readings: list[Reading] = []
    for text in (word, " ".join(spell([word])), *by_hand):
        phones = espeak.phones(text)
        for reading in ([phone.name for phone in phones], _as_newer_espeak(phones)):
            if reading not in readings:
                readings.append(reading)
    return readings


def _as_newer_espeak(phones: list[Phone]) -> Reading:
    """The reading as espeak-ng 1.52 says it, whichever version says it here."""
    reading: Reading = []
    after_initial = False
    for phone in phones:
        if phone.name == _FAINT_GLIDE:
            reading.append("j")
        elif phone.final and not after_initial:
            reading += _WITH_GLIDE.get(phone.name, [phone.name])
        else:
            reading.append(phone.name)
        after_initial = not phone.final
    return reading
