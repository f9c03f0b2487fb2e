"""A caller made of a list of keys, and a world that knows nothing, for tests of flows."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from ivr.flows.ports import CallerHungUpError, CaseFacts, LookupFailedError, World


class FakeCall:
    """Presses the given keys one after another, '' for silence, 'hangup' to hang up; then stays silent.

    Barges in: a key comes during the first sound of the question it answers.
    """

    def __init__(self, keys: Iterable[str] = ()) -> None:
        self._keys = iter(keys)
        self.steps: list[str] = []
        self.pressed: list[str] = []
        self.played: list[str] = []
        self.marks: list[str] = []
        self.languages: list[str] = []

    async def enter(self, step: str) -> None:
        self.steps.append(step)

    async def press(self, key: str) -> None:
        self.pressed.append(key)

    async def mark(self, mark: str) -> None:
        self.marks.append(mark)

    async def speak(self, language: str) -> None:
        self.languages.append(language)

    async def ask(self, sounds: Sequence[str], wait_s: float) -> str:
        await asyncio.sleep(0)
        key = self._next()
        self.played += sounds[:1] if key else sounds
        return key

    async def digits(self, most: int, wait_s: float) -> str:
        digits = ""
        while len(digits) < most and (key := self._next()) not in ("", "#"):
            digits += key
        return digits

    def _next(self) -> str:
        key = next(self._keys, "")
        if key == "hangup":
            raise CallerHungUpError
        return key


@dataclass
class FakeCases:
    """Cases by number; `away`: no question is answered."""

    known: Mapping[str, CaseFacts] = field(default_factory=dict)
    away: bool = False

    async def of_caller(self, caller: str) -> Sequence[CaseFacts]:
        self._ask()
        return [case for case in self.known.values() if caller in case.phones and not case.confidential]

    async def by_number(self, number: str) -> CaseFacts | None:
        self._ask()
        return self.known.get(number)

    def _ask(self) -> None:
        if self.away:
            raise LookupFailedError


@dataclass
class FakeVisits:
    """Keeps ratings; `closed`: the numbers that can be rated."""

    closed: frozenset[str] = frozenset()
    ratings: list[tuple[str, int]] = field(default_factory=list)

    async def rate(self, case_number: str, score: int) -> bool:
        if case_number in self.closed:
            self.ratings.append((case_number, score))
        return case_number in self.closed


class FakeSpeech:
    """Says what it is given: `digit-7`, `number-…`, `date-2026-11-23`."""

    def digits(self, language: str, text: str) -> Sequence[str]:
        return [f"digit-{digit}" for digit in text]

    def case_number(self, language: str, text: str) -> Sequence[str]:
        return [f"number-{text}"]

    def date(self, language: str, day: date) -> Sequence[str]:
        return [f"date-{day}"]


@dataclass(frozen=True)
class FakeArticle:
    title_sound: str
    sound: str


def a_world(cases: FakeCases | None = None, visits: FakeVisits | None = None, **others: object) -> World:
    """A world that knows no case and has nothing published, unless told otherwise."""
    return World(cases or FakeCases(), visits or FakeVisits(), FakeSpeech(), **others)  # type: ignore[arg-type]
