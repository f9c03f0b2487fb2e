"""A second hearing with words of the trade alone, for what was understood badly (业务词复听).

vosk cannot be taught words while it runs; a model with a dynamic graph can be held to a list of phrases. Held
to places and categories it hears a name where there is one, and `[unk]` elsewhere. Only stretches the first
hearing was unsure of are taken from the second, and only where that is sure.
"""

from __future__ import annotations

from collections.abc import Sequence

from recorder.transcribe.protocol import Word

UNKNOWN = "[unk]"
#: The first hearing is unsure below this, the second sure from this on.
UNSURE, SURE = 0.5, 0.9
#: Shorter names are found in any noise, in characters.
_SHORTEST = 2
#: The second's stretch may be so much longer than what it replaces, in seconds.
_SLACK_S = 0.25


def is_unsure(words: Sequence[Word]) -> bool:
    """Whether a second hearing could help."""
    return any(word.confidence < UNSURE for word in words)


def spliced(first: Sequence[Word], second: Sequence[Word]) -> list[Word]:
    """`first`, its unsure stretches replaced by sure names of `second`."""
    words = list(first)
    for name in _names(second):
        begin, end = name[0].start, name[-1].end
        under = [word for word in words if _overlap(word, begin, end) > (word.end - word.start) / 2]
        fits = under and under[0].start >= begin - _SLACK_S and under[-1].end <= end + _SLACK_S
        if fits and all(word.confidence < UNSURE for word in under):
            at = words.index(under[0])
            words[at : at + len(under)] = name
    return words


def _names(second: Sequence[Word]) -> list[list[Word]]:
    """Stretches of `second` between unknowns that are sure throughout."""
    stretches: list[list[Word]] = [[]]
    for word in second:
        if word.word == UNKNOWN:
            stretches.append([])
        else:
            stretches[-1].append(word)
    return [
        words
        for words in stretches
        if sum(len(word.word) for word in words) >= _SHORTEST
        and all(word.confidence >= SURE for word in words)
    ]


def _overlap(word: Word, begin: float, end: float) -> float:
    return min(word.end, end) - max(word.start, begin)
