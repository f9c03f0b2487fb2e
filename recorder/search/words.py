"""Chinese text as words an index can find: every two neighbouring characters are one.

Neither database cuts Chinese into words, and three-letter grams miss 漏气. Longer words are found by all of
their pairs, and the text itself is then asked whether they stand together (`query.py`).
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
