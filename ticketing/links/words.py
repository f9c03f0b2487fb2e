"""How alike two short texts are: the share of word pairs they have in common. Pure."""

from __future__ import annotations

import re

_WORDS = re.compile(r"[\u4e00-\u9fff]+|[0-9]+|[a-z]+")
_NUMBERS = re.compile(r"[0-9]+")


def pieces(text: str) -> frozenset[str]:
    """Every two Chinese characters that stand side by side, numbers, Latin words; none of one character."""
    found: set[str] = set()
    for word in _WORDS.findall(text.lower()):
        if word[0] < "\u4e00":
            found.add(word)
        else:
            found |= {word[at : at + 2] for at in range(len(word) - 1)}
    return frozenset(found)


def likeness(one: str, other: str) -> float:
    """0 … 1: how much of the shorter text's pieces the longer one has too. 0 where either says nothing."""
    first, second = pieces(one), pieces(other)
    least = min(len(first), len(second))
    return len(first & second) / least if least else 0.0


def address_likeness(one: str, other: str) -> float:
    """As `likeness`; addresses of different numbers (人民路12号, 人民路34号) are different places."""
    first, second = set(_NUMBERS.findall(one)), set(_NUMBERS.findall(other))
    if first and second and first.isdisjoint(second):
        return 0.0
    return likeness(one, other)
