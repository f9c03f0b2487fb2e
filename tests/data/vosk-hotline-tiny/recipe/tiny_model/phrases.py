"""What is said on the line, by callers and by the hotline itself: the words and patterns of `hotline.txt`."""

import random
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

_FILE = Path(__file__).resolve().parent.parent / "hotline.txt"
_TOKEN = re.compile(r"<\w+>|[()|]|[^\s()|<>]+")

Choice: TypeAlias = "list[list[str | Choice]]"
"""Alternatives, each a list of words, "<slot>"s and bracketed choices."""


@dataclass
class Phrases:
    """The parsed `hotline.txt`."""

    slots: dict[str, Choice] = field(default_factory=dict)
    sentences: list[Choice] = field(default_factory=list)
    words: set[str] = field(default_factory=set)
    #: word -> numbered pinyin of one more way it is read
    readings: dict[str, list[str]] = field(default_factory=dict)

    def sentence(self, rng: random.Random) -> list[str]:
        """One sentence, a list of words, from a pattern taken at random."""
        return self._expand(rng.choice(self.sentences), rng)

    def vocabulary(self) -> list[str]:
        """Every word, in code point order."""
        return sorted(self.words)

    def _expand(self, choice: Choice, rng: random.Random) -> list[str]:
        words: list[str] = []
        for item in rng.choice(choice):
            if isinstance(item, list):
                words += self._expand(item, rng)
            elif item.startswith("<"):
                words += self._expand(self.slots[item[1:-1]], rng)
            else:
                words.append(item)
        return words


def load(path: Path = _FILE) -> Phrases:
    """Read the patterns.

    Raises:
        ValueError: a line is none of the kinds the head of the file describes, or a slot is unknown.
    """
    text = re.sub(r"(?m)^#.*\n", "", path.read_text(encoding="utf-8"))
    phrases = Phrases()
    for line in filter(str.strip, re.sub(r"\n[ \t]+", " ", text).split("\n")):
        _read_line(line, phrases)
    used = set(re.findall(r"<(\w+)>", text))
    if unknown := used - phrases.slots.keys():
        raise ValueError(f"{path.name} uses slots it does not define: {sorted(unknown)}")
    return phrases


def _read_line(line: str, phrases: Phrases) -> None:
    if line[0] == "~":
        word, pinyin = line[1:].split("=")
        phrases.readings.setdefault(word.strip(), []).append(pinyin.strip())
        return
    if line[0] == "+":
        pattern = line[1:]
    elif line[0] == ">":
        pattern = line[1:]
        phrases.sentences.append(_parse(pattern))
    else:
        name, pattern = line.split("=")
        phrases.slots[name.strip()] = _parse(pattern)
    phrases.words.update(token for token in _TOKEN.findall(pattern) if token[0] not in "<(|)")


def _parse(pattern: str) -> Choice:
    """A pattern as nested choices; the innermost open bracket is the last of `open_brackets`."""
    open_brackets: list[Choice] = [[[]]]
    for token in _TOKEN.findall(pattern):
        if token == "(":
            open_brackets.append([[]])
        elif token == "|":
            open_brackets[-1].append([])
        elif token == ")":
            group = open_brackets.pop()
            open_brackets[-1][-1].append(group)
        else:
            open_brackets[-1][-1].append(token)
    return open_brackets[0]
