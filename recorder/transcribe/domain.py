"""Words of the trade (业务词): which of them a model can hear, and whether it can be taught more.

A vosk model with a static graph hears its own words and no others. One with a dynamic graph can be held to a
list of phrases, but they take the place of everything else it could hear: that serves a second hearing of
what was not understood, never the first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

#: No word of a Chinese model is longer, in characters.
_LONGEST = 8
_NAMED = 20


class Graph(StrEnum):
    """What a model's decoding graph allows."""

    DYNAMIC = "dynamic"  #: 动态: may be held to phrases when it is used
    STATIC = "static"  #: 静态: fixed when the model was built
    UNKNOWN = "unknown"  #: 未知


@dataclass(frozen=True)
class Vocabulary:
    """What a model knows of the words of the trade."""

    graph: Graph
    #: Each phrase the model can say, as its own words with spaces.
    sayable: tuple[str, ...]
    missing: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """For the status: counts, and a few of the words that are missing."""
        return {
            "graph": self.graph,
            "known": len(self.sayable),
            "asked": len(self.sayable) + len(self.missing),
            "missing": self.missing[:_NAMED],
        }


def graph_of(path: Path) -> Graph:
    """The sort of graph in a vosk model's folder."""
    for folder in (path / "graph", path):
        if (folder / "HCLG.fst").is_file():
            return Graph.STATIC
        if (folder / "HCLr.fst").is_file() and (folder / "Gr.fst").is_file():
            return Graph.DYNAMIC
    return Graph.UNKNOWN


def vocabulary(path: Path, phrases: Iterable[str], knows: Callable[[str], bool]) -> Vocabulary:
    """What a model that `knows` words makes of `phrases`."""
    sayable, missing = [], []
    for phrase in dict.fromkeys(phrases):
        words = _split(phrase, knows)
        if words:
            sayable.append(" ".join(words))
        else:
            missing.append(phrase)
    return Vocabulary(graph_of(path), tuple(sayable), tuple(missing))


def said_of(known: dict[str, Any] | None) -> str:
    """One sentence for operators about what `Vocabulary.as_json` told; empty when nothing was."""
    if not known or not known["asked"]:
        return ""
    counts = f"{known['known']}/{known['asked']}"
    if known["graph"] == Graph.DYNAMIC:
        return (
            f"业务词（地名、类别）模型认识 {counts}；开启 transcribe.hear_twice 可让听不清处按业务词重听。"
            f" The model knows {counts} words of the trade; transcribe.hear_twice uses them where unsure."
        )
    return (
        f"业务词（地名、类别）模型认识 {counts}；该模型的图是静态的，运行时不能添加新词。"
        f" The model knows {counts} words of the trade; its graph is static, so none can be added."
    )


def _split(phrase: str, knows: Callable[[str], bool]) -> list[str]:
    """`phrase` as words the model knows, the longest first; empty when there is no way."""
    if not phrase:
        return []
    for length in range(min(_LONGEST, len(phrase)), 0, -1):
        if knows(phrase[:length]):
            rest = _split(phrase[length:], knows)
            if rest or length == len(phrase):
                return [phrase[:length], *rest]
    return []
