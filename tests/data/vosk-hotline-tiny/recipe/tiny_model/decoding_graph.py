"""The decoding graph (Kaldi's HCLG), put together by hand.

With units that do not depend on their neighbours and a bigram model, every word can have one chain of
HMM states, shared by all the words that may come before it: the arcs into the chain carry the bigram
costs, and the chain's end is the word as history. So nothing has to be composed or determinised.
"""

import math
from collections.abc import Mapping
from typing import NamedTuple

from .language_model import END, START, Bigrams
from .pronunciation import Lexicon, Reading
from .units import SILENCE, Units

_PAUSE_CHANCE = 0.25  # of silence after a word
_LEAD_CHANCE = 0.5  # of silence before the first


class Arc(NamedTuple):
    """A way to `target`: Kaldi's transition number and word number (0: none), and its cost."""

    transition: int
    word: int
    cost: float
    target: int


class Graph:
    """States, numbered from the start state 0, with their arcs and the costs of ending there."""

    def __init__(self) -> None:
        self.arcs: list[list[Arc]] = []
        self.finals: dict[int, float] = {}

    def state(self) -> int:
        """A new state's number."""
        self.arcs.append([])
        return len(self.arcs) - 1

    def arc(self, source: int, target: int, transition: int = 0, word: int = 0, cost: float = 0.0) -> None:
        """A new way from `source` to `target`."""
        self.arcs[source].append(Arc(transition, word, cost, target))


def build(lexicon: Lexicon, units: Units, word_ids: Mapping[str, int], bigrams: Bigrams) -> Graph:
    """The graph of all words of the lexicon."""
    graph = Graph()
    start = graph.state()
    history = {word: graph.state() for word in [START, *lexicon]}
    fallback = graph.state()
    _pause(graph, units, start, history[START], _LEAD_CHANCE)
    entries: dict[str, list[Arc]] = {}  # the ways into a word's chains
    for word, readings in lexicon.items():
        end = graph.state()
        _pause(graph, units, end, history[word], _PAUSE_CHANCE)
        entries[word] = [_chain(graph, units, reading, word_ids[word], end) for reading in readings]

    def say(source: int, word: str, cost: float) -> None:
        graph.arcs[source] += [entry._replace(cost=cost) for entry in entries[word]]

    for word, source in history.items():
        for following, cost in bigrams.after[word].items():
            if following == END:
                graph.finals[source] = cost
            else:
                say(source, following, cost)
        graph.finals.setdefault(source, bigrams.backoff[word] + bigrams.alone[END])
        graph.arc(source, fallback, cost=bigrams.backoff[word])
    for word in lexicon:
        say(fallback, word, bigrams.alone[word])
    return graph


def _pause(graph: Graph, units: Units, source: int, target: int, chance: float) -> None:
    """From source to target, with silence by that chance."""
    silence = graph.state()
    stay, go_on = units.transitions[SILENCE, ""][0]
    graph.arc(source, target, cost=-math.log(1 - chance))
    graph.arc(source, silence, go_on, cost=-math.log(chance))
    graph.arc(silence, silence, stay)
    graph.arc(silence, target)


def _chain(graph: Graph, units: Units, reading: Reading, word_id: int, end: int) -> Arc:
    """The states of one reading, to `end`; the arc to enter it by."""
    steps = [step for placed in units.placed(reading) for step in units.transitions[placed]]
    states = [graph.state() for _ in steps]
    # As Kaldi orders them: first the way on, then the loop of the same state.
    for index, (stay, go_on) in enumerate(steps):
        if index:
            graph.arc(states[index - 1], states[index], go_on)
        graph.arc(states[index], states[index], stay)
    graph.arc(states[-1], end)
    return Arc(steps[0][1], word_id, 0.0, states[0])
