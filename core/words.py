"""Chinese text as words an index can find: every two neighbouring characters are one.

Neither database cuts Chinese into words, and three-letter grams miss 漏气. Longer words are found by all of
their pairs; who has to be exact asks the text itself whether they stand together.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

#: A shorter word has no pair.
SHORTEST = 2


def plain(text: str) -> str:
    """Letters and digits only, in one width and case: what is compared with what."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return "".join(one for one in folded if one.isalnum())


def pairs(run: str) -> Iterable[str]:
    """Every two neighbours of a plain run."""
    return (run[at : at + 2] for at in range(len(run) - 1))


def words_of(body: str) -> set[str]:
    """All pairs of a body: a line is a run, so that none reaches from one sentence into the next."""
    return {pair for line in body.splitlines() for pair in pairs(line)}


def words_of_text(text: str) -> set[str]:
    """All pairs of a text as people write it; none reaches over a line's end."""
    return words_of("\n".join(plain(line) for line in text.splitlines()))
