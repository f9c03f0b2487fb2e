"""What was said, line by line with its seconds, and where in it words stand."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

from core.words import plain
from recorder.transcribe.protocol import join

#: A silence as long as this ends a line, seconds.
PAUSE_S = 1.0
#: Characters shown around a find, and finds shown of one recording.
AROUND, MOST_HITS = 24, 3


@dataclass(frozen=True)
class Line:
    """A stretch of speech of one side. `anchors`: positions in `text` and the second each was said at."""

    side: str
    text: str
    anchors: Sequence[tuple[int, float]]

    def at(self, position: int) -> float:
        """The second at which the character at `position` was said, as near as is known."""
        last = bisect_right(self.anchors, position, key=lambda anchor: anchor[0])
        return self.anchors[max(0, last - 1)][1] if self.anchors else 0.0

    def as_json(self) -> list[Any]:
        return [self.side, self.text, [[position, round(at, 2)] for position, at in self.anchors]]

    @classmethod
    def of_json(cls, value: Sequence[Any]) -> Line:
        side, text, anchors = value
        return cls(str(side), str(text), [(int(position), float(at)) for position, at in anchors])


@dataclass(frozen=True)
class Hit:
    """A find in its context; `marks` are ranges of `text`, ends excluded."""

    side: str
    #: Seconds from answer, of the first mark.
    at_s: float
    text: str
    marks: list[list[int]]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def lines_of(side: str, text: str, words: Sequence[Mapping[str, Any]], normal: str = "") -> list[Line]:
    """The lines of a transcript; `normal` is the same with numbers written as such, when that exists."""
    found = [_line(side, part) for part in _parts(words)] if words else _unheard(side, text)
    if normal and plain(normal) != plain(text):
        found.append(_beside(side, normal, found))
    return [line for line in found if line.text]


def _parts(words: Sequence[Mapping[str, Any]]) -> Iterator[Sequence[Mapping[str, Any]]]:
    begin = 0
    for at, (one, following) in enumerate(pairwise(words), 1):
        if following["start"] - one["end"] >= PAUSE_S:
            yield words[begin:at]
            begin = at
    yield words[begin:]


def _line(side: str, words: Sequence[Mapping[str, Any]]) -> Line:
    text, anchors = "", []
    for word in words:
        text = join([text, str(word["word"])]) if text else str(word["word"])
        anchors.append((len(text) - len(str(word["word"])), float(word["start"])))
    return Line(side, text, anchors)


def _unheard(side: str, text: str) -> list[Line]:
    """An engine that gives no times: all of it at the beginning."""
    return [Line(side, text, [])] if text else []


def _beside(side: str, normal: str, lines: Sequence[Line]) -> Line:
    """The rewritten text as one line, its seconds taken from how far into the text they are."""
    said = [anchor for line in lines for anchor in line.anchors]
    if not said:
        return Line(side, normal, [])
    steps = range(0, len(normal), 8)
    return Line(side, normal, [(at, said[at * len(said) // len(normal)][1]) for at in steps])


def body_of(lines: Iterable[Line]) -> str:
    """Plain runs, one a line."""
    return "\n".join(run for run in (plain(line.text) for line in lines) if run)


def hits(lines: Iterable[Line], wanted: Sequence[str]) -> list[Hit]:
    """The first finds of any plain word of `wanted`, overlapping ones told as one."""
    found: list[Hit] = []
    for line in lines:
        for begin, end in _windows(line, wanted):
            if len(found) == MOST_HITS:
                return found
            found.append(_hit(line, begin, end, wanted))
    return found


def _windows(line: Line, wanted: Sequence[str]) -> list[tuple[int, int]]:
    """Stretches of the line around finds; finds close to each other share one."""
    windows: list[tuple[int, int]] = []
    for begin, end in _marks(line.text, wanted):
        if windows and begin - AROUND <= windows[-1][1]:
            windows[-1] = (windows[-1][0], max(windows[-1][1], min(len(line.text), end + AROUND)))
        else:
            windows.append((max(0, begin - AROUND), min(len(line.text), end + AROUND)))
    return windows


def _hit(line: Line, begin: int, end: int, wanted: Sequence[str]) -> Hit:
    text = line.text[begin:end]
    inside = [(b, e) for b, e in _marks(line.text, wanted) if b >= begin and e <= end]
    marks = [[b - begin, e - begin] for b, e in inside]
    return Hit(line.side, round(line.at(inside[0][0]), 2), text, marks)


def _marks(text: str, wanted: Sequence[str]) -> list[tuple[int, int]]:
    """Where plain words stand in a text that has spaces and signs in it, in order, merged."""
    letters = [(letter, at) for at, one in enumerate(text) for letter in plain(one)]
    run = "".join(letter for letter, _ in letters)
    spans = sorted(
        (letters[at][1], letters[at + len(word) - 1][1] + 1) for word in wanted for at in _finds(run, word)
    )
    merged: list[tuple[int, int]] = []
    for begin, end in spans:
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((begin, end))
    return merged


def _finds(run: str, word: str) -> Iterator[int]:
    at = run.find(word)
    while at >= 0:
        yield at
        at = run.find(word, at + 1)
