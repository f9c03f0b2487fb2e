"""A bigram model of the sentences, with absolute discounting; all costs are negative natural logarithms."""

import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from .phrases import Phrases

START, END = "<s>", "</s>"
_DISCOUNT = 0.6
_LEAST_BACKOFF = 0.1  # callers say things the patterns do not know
_SENTENCES, _SEED = 60_000, 11


class Bigrams(NamedTuple):
    """Costs of a word after a history, of backing off from the history, and of a word after any."""

    after: dict[str, dict[str, float]]
    backoff: dict[str, float]
    alone: dict[str, float]


def training_sentences(phrases: Phrases) -> Iterator[list[str]]:
    """The sentences the model is estimated from, always the same."""
    rng = random.Random(_SEED)
    return (phrases.sentence(rng) for _ in range(_SENTENCES))


def estimate(sentences: Iterable[Sequence[str]], words: Sequence[str]) -> Bigrams:
    """The model of the sentences over all `words`, none of them impossible."""
    follow: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for sentence in sentences:
        for history, word in zip([START, *sentence], [*sentence, END], strict=True):
            follow[history][word] += 1
    # Words alone: by how many others they come after.
    spread = Counter(dict.fromkeys([*words, END], 2))
    for nexts in follow.values():
        spread.update(nexts.keys())
    total = sum(spread.values())
    model = Bigrams({}, {}, {word: -math.log(count / total) for word, count in spread.items()})
    for history in [START, *words]:
        nexts = follow[history]
        count = sum(nexts.values())
        left = max(_DISCOUNT * len(nexts) / count, _LEAST_BACKOFF) if count else 1.0
        model.backoff[history] = -math.log(left)
        model.after[history] = {
            word: -math.log((times - _DISCOUNT) / count + left * spread[word] / total)
            for word, times in nexts.items()
        }
    return model
