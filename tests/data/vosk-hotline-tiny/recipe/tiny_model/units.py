"""Phones, their HMM states, and the numbers Kaldi knows them by.

Acoustic units: silence, initials (声母, one state each) and whole finals (韵母, two states each).
Kaldi phones are the units times their place in the word - (B)egin, (I)nside, (E)nd, (S)ingle - so that
vosk can cut words out of the lattice; the places of a unit share its states.
"""

from collections.abc import Collection, Iterator, Sequence

SILENCE = "SIL"
PLACES = "BIES"
_PLACE_NAMES = {"B": "begin", "I": "internal", "E": "end", "S": "singleton"}

PlacedUnit = tuple[str, str]
"""A unit and its place in the word; silence has the place ""."""


class Units:
    """The inventory of units and every numbering that follows from it."""

    def __init__(self, initials: Collection[str], finals: Collection[str]) -> None:
        self.initials, self.finals = sorted(initials), sorted(finals)
        self.names = [SILENCE, *self.initials, *self.finals]
        #: unit -> the network outputs ("pdfs") of its states
        self.states: dict[str, list[int]] = {}
        self.pdf_count = 0
        for name in self.names:
            state_count = 2 if name in finals else 1
            self.states[name] = list(range(self.pdf_count, self.pdf_count + state_count))
            self.pdf_count += state_count
        #: Kaldi's phone numbers, from 1
        self.phone_ids: dict[PlacedUnit, int] = {(SILENCE, ""): 1}
        for name in self.names[1:]:
            for place in PLACES:
                self.phone_ids[name, place] = len(self.phone_ids) + 1
        #: Kaldi's transition numbers, from 1: for each state of each phone (stay, go on)
        self.transitions: dict[PlacedUnit, list[tuple[int, int]]] = {}
        self.transition_count = 0
        for placed in self.phone_ids:
            self.transitions[placed] = []
            for _ in self.states[placed[0]]:
                self.transitions[placed].append((self.transition_count + 1, self.transition_count + 2))
                self.transition_count += 2

    def state_of_mark(self) -> dict[str, int]:
        """Network output by the marks of an utterance: a unit, or unit + "'" for a final's second half."""
        first = {name: states[0] for name, states in self.states.items()}
        second = {name + "'": states[1] for name, states in self.states.items() if len(states) > 1}
        return first | second

    def boundary_lines(self) -> Iterator[str]:
        """The lines of `graph/phones/word_boundary.int`."""
        for (_, place), number in self.phone_ids.items():
            yield f"{number} {_PLACE_NAMES.get(place, 'nonword')}"

    def placed(self, names: Sequence[str]) -> list[PlacedUnit]:
        """The units of one word with their places."""
        if len(names) == 1:
            return [(names[0], "S")]
        places = ["B", *"I" * (len(names) - 2), "E"]
        return list(zip(names, places, strict=True))
