"""What a flow needs of the world. Those who compose a call (agi_scripts) hand it in; tests hand in fakes."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol


class CallerHungUpError(Exception):
    """The caller has hung up; the flow is over."""


class LookupFailedError(Exception):
    """Facts could not be had in time; the caller gets a person instead."""


class Call(Protocol):
    """What a flow can do to a call. Every method may raise CallerHungUpError.

    A sound is a prompt's id, or the absolute path of a sound file without its extension.
    """

    async def enter(self, step: str) -> None:
        """Note in the ledger that the caller is at `step` now."""

    async def press(self, key: str) -> None:
        """Note in the ledger that the caller pressed `key`."""

    async def mark(self, mark: str) -> None:
        """Note in the ledger that this is no ordinary call: `confidential`, `emergency`."""

    async def speak(self, language: str) -> None:
        """Play prompts in `language` from now on, in the dialplan too."""

    async def ask(self, sounds: Sequence[str], wait_s: float) -> str:
        """Play sounds one after another, then wait in silence; the first key pressed, or ''."""

    async def digits(self, most: int, wait_s: float) -> str:
        """Up to `most` further keys, ended by # (not returned) or by silence of `wait_s`."""


@dataclass(frozen=True)
class CaseFacts:
    """A registered case. `phones` serve as proof and are never spoken."""

    number: str
    stage: str
    registered_on: date
    #: Day it came to `stage`.
    since: date
    phones: tuple[str, ...] = ()
    confidential: bool = False


class Cases(Protocol):
    """案卷. Each may raise LookupFailedError, and answers within the setting `flow.lookup_s`."""

    async def of_caller(self, caller: str) -> Sequence[CaseFacts]:
        """Cases registered from this number, newest first, confidential ones left out."""

    async def by_number(self, number: str) -> CaseFacts | None:
        """The case of this 19-digit number."""


class Visits(Protocol):
    """结果回访: what callers say about how their case was settled."""

    async def rate(self, case_number: str, score: int) -> bool:
        """Keep a rating, 1 非常满意 … 5 非常不满意; 4 and 5 send the case back. False: not to be rated now.

        Raises:
            LookupFailedError
        """


class Speech(Protocol):
    """Values as the sounds to play in order."""

    def digits(self, language: str, text: str) -> Sequence[str]:
        """One by one."""

    def case_number(self, language: str, text: str) -> Sequence[str]:
        """案卷号, in groups."""

    def date(self, language: str, day: date) -> Sequence[str]:
        """Year, month, day."""


class SpokenArticle(Protocol):
    """A published article: folders, each with one sound a language (`<folder>/zh_CN`)."""

    @property
    def title_sound(self) -> str: ...
    @property
    def sound(self) -> str: ...


@dataclass(frozen=True)
class World:
    """All a flow may ask during one call."""

    cases: Cases
    visits: Visits
    speech: Speech
    #: Normalised; '' when withheld or invalid.
    caller: str = ""
    articles: Sequence[SpokenArticle] = ()
    #: Names the settings have a number for.
    forwards: Container[str] = field(default_factory=frozenset)
    #: Silence after a menu, and between the digits of a number, seconds.
    menu_wait_s: float = 1.5
    digit_wait_s: float = 5.0
