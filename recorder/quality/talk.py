"""A seat's part of a recording: words and loudness between its answer and its hang-up. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from recorder.legs import Side
from recorder.measures import LOUD, PAUSE_S, Measures, measure


@dataclass(frozen=True)
class Word:
    text: str
    #: Seconds from the beginning of the recording.
    start: float
    end: float


@dataclass(frozen=True)
class Stretch:
    """From `start` to `end`, seconds from the beginning of the recording."""

    start: float
    end: float

    @property
    def length(self) -> float:
        return self.end - self.start


@dataclass(frozen=True)
class Talk:
    """What a seat and a citizen said to each other."""

    #: When the seat answered and when it was gone, seconds from the beginning of the recording.
    begins: float
    ends: float
    #: None: there is no transcript of the seat's side.
    seat: tuple[Word, ...] | None
    caller: tuple[Word, ...] | None
    #: Loudness of each step: {"step_s", "caller", "hotline"}.
    peaks: Mapping[str, Any]
    #: The small test model wrote the words: they say nothing about people.
    is_test_model: bool = False

    def speech(self, side: str) -> list[Stretch]:
        """Where a side (`caller`, `hotline`) speaks, by loudness, short breaths included."""
        step = float(self.peaks.get("step_s") or 0.1)
        found: list[Stretch] = []
        for n, loud in enumerate(self.peaks.get(side) or []):
            start, end = max(n * step, self.begins), min((n + 1) * step, self.ends)
            if loud < LOUD or start >= end:
                continue
            if found and start - found[-1].end < PAUSE_S:
                found[-1] = Stretch(found[-1].start, end)
            else:
                found.append(Stretch(start, end))
        return found

    @property
    def length(self) -> float:
        return max(0.0, self.ends - self.begins)

    def measures(self) -> Measures:
        """The figures of this part alone: what was played before and after is not the seat's."""
        step = float(self.peaks.get("step_s") or 0.1)
        first, last = round(self.begins / step), round(self.ends / step)
        cut = {str(side): (self.peaks.get(side) or [])[first:last] for side in Side}
        words = {str(Side.HOTLINE): self._rows(self.seat), str(Side.CALLER): self._rows(self.caller)}
        return measure({"step_s": step, **cut}, self.length, words)

    def _rows(self, words: Iterable[Word] | None) -> list[dict[str, Any]]:
        """As `recorder.measures` takes them, from the beginning of the talk."""
        return [
            {"word": one.text, "start": one.start - self.begins, "end": one.end - self.begins}
            for one in words or ()
        ]


def words_of(rows: Iterable[Mapping[str, Any]], begins: float, ends: float) -> tuple[Word, ...]:
    """The words of a transcript that begin between two moments."""
    made = (Word(str(row["word"]), float(row["start"]), float(row["end"])) for row in rows)
    return tuple(word for word in made if begins <= word.start < ends)


def overlaps(one: Sequence[Stretch], other: Sequence[Stretch]) -> list[Stretch]:
    """Where both speak."""
    found: list[Stretch] = []
    mine, theirs = list(one), list(other)
    while mine and theirs:
        start, end = max(mine[0].start, theirs[0].start), min(mine[0].end, theirs[0].end)
        if start < end:
            found.append(Stretch(start, end))
        if mine[0].end < theirs[0].end:
            mine.pop(0)
        else:
            theirs.pop(0)
    return found


def gaps(speech: Iterable[Stretch], begins: float, ends: float) -> list[Stretch]:
    """Where nobody speaks between two moments."""
    found: list[Stretch] = []
    at = begins
    for one in sorted(speech, key=lambda one: one.start):
        if one.start > at:
            found.append(Stretch(at, one.start))
        at = max(at, one.end)
    if ends > at:
        found.append(Stretch(at, ends))
    return found


def find(words: Sequence[Word], phrases: Iterable[str]) -> list[tuple[float, str]]:
    """Where any of `phrases` is said, and which; spaces and the recogniser's cuts do not count."""
    letters = [(letter, word.start) for word in words for letter in word.text if not letter.isspace()]
    text = "".join(letter for letter, _ in letters)
    found = []
    for phrase in phrases:
        wanted = "".join(phrase.split())
        at = text.find(wanted) if wanted else -1
        while at >= 0:
            found.append((letters[at][1], wanted))
            at = text.find(wanted, at + 1)
    return sorted(found)


def said(words: Sequence[Word], begins: float, ends: float, most: int = 40) -> str:
    """What is said between two moments, cut to `most` characters."""
    text = "".join(word.text for word in words if begins <= word.start < ends)
    return text if len(text) <= most else text[: most - 1] + "…"
