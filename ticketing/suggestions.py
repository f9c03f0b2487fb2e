"""Which class a report may belong to, from what the caller says (类别建议).

Words are compared, nothing is learnt: every suggestion says by which words it came.
"""

from __future__ import annotations

import csv
import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

_COLLOQUIAL = Path(__file__).resolve().parent / "data" / "colloquial.csv"
_NOT_WORDS = re.compile(r"[^\u4e00-\u9fff]+")
#: A phrase people use counts as much as so many pairs of characters of the class's own name.
_PHRASE_WEIGHT = 2.0
#: Below this share of its name a class is a guess that helps nobody.
_LEAST = 0.45


@dataclass(frozen=True)
class Named:
    """Something with a name that can be suggested: a class of the catalogue."""

    kind: str
    code: str
    major: str
    minor: str


@dataclass(frozen=True)
class Suggestion:
    """`why`: the words of the report it came by. `score` 0..1 and more; only its order means anything."""

    named: Named
    score: float
    why: tuple[str, ...]
    #: The same as a sentence: 提到“路灯”；“灯不亮”常指“路灯”
    reason: str = ""


class Suggester:
    """Compares reports with the classes of one edition; made once, used for every report. Pure."""

    def __init__(self, classes: Iterable[Named]) -> None:
        self._classes = [(one, pairs(one.minor)) for one in classes]
        seen = Counter(pair for _, words in self._classes for pair in words)
        total = max(1, len(self._classes))
        #: A pair that many names have (管理, 设施) says little.
        self._weight = {pair: math.log(1 + total / count) for pair, count in seen.items()}
        self._phrases = _phrases()

    def suggest(self, report: str, most: int = 3) -> list[Suggestion]:
        """The likeliest classes of a report in Chinese, best first; none when nothing fits."""
        said = pairs(report)
        meant = [(phrase, pairs(means)) for phrase, means in self._phrases if phrase in report]
        found = [self._score(one, words, said, meant) for one, words in self._classes if words]
        good = [one for one in found if one.score >= _LEAST]
        return sorted(good, key=lambda one: (-one.score, one.named.kind, one.named.code))[:most]

    def _score(
        self, named: Named, words: set[str], said: set[str], meant: Sequence[tuple[str, set[str]]]
    ) -> Suggestion:
        whole = sum(self._weight[pair] for pair in words)
        heard = words & said
        score = sum(self._weight[pair] for pair in heard) / whole
        told = [f"提到“{one}”" for one in _runs(named.minor, heard)]
        why = set(heard)
        for phrase, means in meant:
            share = sum(self._weight[pair] for pair in words & means) / whole
            # A phrase stands for a class, not for every class that shares a word with it.
            if share >= 0.6:
                score += _PHRASE_WEIGHT * share
                why.add(phrase)
                told.append(f"“{phrase}”常指“{named.minor}”")
        return Suggestion(named, round(score, 3), tuple(sorted(why)), "；".join(told))


def _runs(name: str, heard: set[str]) -> list[str]:
    """The longest pieces of a name that were heard: pairs that overlap are one."""
    runs: list[str] = []
    end = -1
    for at in range(len(name) - 1):
        if name[at : at + 2] not in heard:
            continue
        if end == at:
            runs[-1] += name[at + 1]
        else:
            runs.append(name[at : at + 2])
        end = at + 1
    return runs


def pairs(text: str) -> set[str]:
    """Every two Chinese characters that stand side by side."""
    return {piece[at : at + 2] for piece in _NOT_WORDS.split(text) for at in range(len(piece) - 1)}


def _phrases() -> list[tuple[str, str]]:
    with _COLLOQUIAL.open(encoding="utf-8", newline="") as file:
        return [(row["said"], row["means"]) for row in csv.DictReader(file)]
