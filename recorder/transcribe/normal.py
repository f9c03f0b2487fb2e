"""What was heard, as a person would write it (规范文本): punctuation, and numbers in figures.

The rules are data (`normal_rules.toml`); the text as it was heard is kept beside.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Any

from recorder.transcribe.numbers import digits, figures, is_digit, rules
from recorder.transcribe.protocol import Heard, Word, join

_COMMA, _STOP, _QUESTION = "，", "。", "？"


def written(heard: Heard) -> str:
    """All of one side, each utterance a sentence."""
    return "".join(sentence(words) for words in _joined(heard.utterances))


def sentence(words: Sequence[Word]) -> str:
    """One utterance with figures and punctuation; empty for none."""
    text = "".join(_with_commas(words))
    if not text:
        return ""
    text = _greeted(figures(text))
    return text + (_QUESTION if _asks(text) else _STOP)


def _joined(utterances: Sequence[Sequence[Word]]) -> list[list[Word]]:
    """Utterances, those put together again that share one telephone number."""
    found: list[list[Word]] = []
    for words in utterances:
        if found and words and _share_a_number(found[-1], words):
            found[-1].extend(words)
        elif words:
            found.append(list(words))
    return found


def _share_a_number(before: Sequence[Word], after: Sequence[Word]) -> bool:
    """Whether `after` goes on with the number `before` ended in."""
    table = rules()["digits"]
    if after[0].start - before[-1].end > table["joined_within_s"]:
        return False
    head = "".join(takewhile(is_digit, reversed(join(word.word for word in before))))[::-1]
    tail = "".join(takewhile(is_digit, join(word.word for word in after)))
    if min(len(head), len(tail)) < table["joined_at_least"]:
        return False
    return any(re.fullmatch(pattern, digits(head + tail)) for pattern in table["joined"])


def _with_commas(words: Sequence[Word]) -> Iterator[str]:
    """The words' text in pieces, with a comma where the speaker paused; never inside a number."""
    marks = rules()["marks"]
    before: Word | None = None
    clause: list[str] = []
    for word in words:
        if before and _pauses(before, word, marks):
            yield join(clause) + _COMMA
            clause = []
        clause.append(word.word)
        before = word
    yield join(clause)


def _pauses(before: Word, word: Word, marks: dict[str, Any]) -> bool:
    if is_digit(before.word[-1:]) and is_digit(word.word[:1]):
        return False
    begins_anew = word.word.startswith(tuple(marks["comma_before"]))
    pause: float = marks["short_comma_s" if begins_anew else "comma_s"]
    return word.start - before.end >= pause


def _greeted(text: str) -> str:
    """`text` with a comma behind each greeting it begins with."""
    greetings: list[str] = rules()["marks"]["greetings"]
    for greeting in greetings:
        rest = text.removeprefix(greeting)
        if rest != text and rest:
            return greeting + _COMMA + _greeted(rest.removeprefix(_COMMA))
    return text


def _asks(text: str) -> bool:
    marks = rules()["marks"]
    if any(word in text for word in marks["no_question"]):
        return False
    return text.endswith(tuple(marks["question_ends"])) or any(word in text for word in marks["asks"])
