"""Hears the caller: keys pressed ahead count, a key cuts a prompt short, and 0, * and # always work."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Container, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ivr.flows.model import BACK, LANGUAGES, PERSON, REPEAT
from ivr.flows.ports import Call

T = TypeVar("T")
#: Questions one caller is asked; a caller who is still pressing keys after that gets a person.
MAX_QUESTIONS = 40
#: Keys pressed ahead that are remembered; a case number and its # fit twice.
MAX_AHEAD = 40
WRONG_KEY = "invalid-key"
#: A # this soon after the last digit of a number that needed none ends that number and nothing else, seconds.
_LATE_HASH_S = 2.0
#: A lookup that takes longer than this listens for keys meanwhile, so many seconds at a time.
_PATIENCE_S, _LISTEN_S = 0.02, 0.1


class PersonWanted(Exception):
    """Key 0, or a caller who has been asked often enough: a person."""


class BackWanted(Exception):
    """Key #: one menu up."""


@dataclass(frozen=True)
class Question:
    """Sounds, and the keys that answer them; see `model.Menu` for the rest."""

    sounds: Sequence[str]
    keys: Container[str]
    wait_s: float
    wrong_key: str = WRONG_KEY
    tries: int = 3
    rounds: int = 1


class Listener:
    """One caller's keys. Sounds that only inform are kept and played in front of the next question."""

    def __init__(self, call: Call, digit_wait_s: float) -> None:
        self._call, self._digit_wait_s = call, digit_wait_s
        self._said: list[str] = []
        self._ahead: deque[str] = deque(maxlen=MAX_AHEAD)
        self._asked = 0
        self._late_hash_until = 0.0
        self.language = LANGUAGES[0]

    def say(self, *sounds: str) -> None:
        """To be heard before whatever comes next."""
        self._said += sounds

    async def flush(self) -> None:
        """Play what has been said so far; a key meanwhile counts at the next question.

        Raises:
            PersonWanted: that key was 0.
        """
        if self._said:
            key = await self._key((), 0)
            if key == PERSON:
                await self._call.press(key)
                raise PersonWanted
            self._ahead.extendleft(key)

    def forget(self) -> None:
        """Drop what was to be said, and the keys pressed ahead."""
        self._said.clear()
        self._ahead.clear()

    async def switch(self, language: str) -> None:
        """Speak `language` from here on."""
        await self.flush()
        await self._call.speak(language)
        self.language = language

    async def choose(self, question: Question) -> str:
        """The key that answers `question`; '' for silence or too many wrong ones.

        Raises:
            PersonWanted, BackWanted
        """
        silent = wrong = 0
        while silent < question.rounds and wrong < question.tries:
            key = await self._key(question.sounds, question.wait_s)
            if not key:
                silent += 1
                continue
            await self._call.press(key)
            if key in question.keys:
                return key
            if not _is_repeat(key):
                wrong += 1
                if wrong < question.tries:
                    self.say(question.wrong_key)
        return ""

    async def number(self, sounds: Sequence[str], most: int, *, zero_first: bool = False) -> str:
        """Digits the caller keys in, at most `most`, ended by # or silence; '' when none came.

        Args:
            zero_first: the number may begin with 0; then 0 means a person only when it stays alone.

        Raises:
            PersonWanted, BackWanted
        """
        while True:
            first = await self._key(sounds, self._digit_wait_s)
            if not first:
                return ""
            digits = first
            if first.isdigit() and (first != PERSON or zero_first):
                digits += await self._rest(most - 1)
            if digits in (PERSON, REPEAT, BACK):
                await self._call.press(digits)
                _is_repeat(digits)
            if len(digits) == most:
                self._late_hash_until = _now() + _LATE_HASH_S
            if REPEAT not in digits:
                return digits

    async def during(self, work: Awaitable[T]) -> T:
        """Wait for `work`; keys pressed meanwhile count at the next question."""
        task = asyncio.ensure_future(work)
        try:
            await asyncio.wait({task}, timeout=_PATIENCE_S)
            while not task.done():
                self._ahead.extend(await self._call.ask((), _LISTEN_S))
            return await task
        finally:
            task.cancel()

    async def _key(self, sounds: Sequence[str], wait_s: float) -> str:
        said, self._said = self._said, []
        while True:
            self._asked += 1
            if self._asked > MAX_QUESTIONS:
                raise PersonWanted
            key = self._ahead.popleft() if self._ahead else await self._call.ask([*said, *sounds], wait_s)
            is_late_hash = key == BACK and _now() < self._late_hash_until
            self._late_hash_until = 0.0
            if not is_late_hash:
                return key

    async def _rest(self, most: int) -> str:
        """The digits after the first one, those pressed ahead before those to come."""
        digits = ""
        while self._ahead and len(digits) < most:
            if (key := self._ahead.popleft()) == BACK:
                return digits
            digits += key
        return digits + (await self._call.digits(most - len(digits), self._digit_wait_s))


def _is_repeat(key: str) -> bool:
    """Whether the question is to be asked again; the other keys that always work lead away."""
    if key == PERSON:
        raise PersonWanted
    if key == BACK:
        raise BackWanted
    return key == REPEAT


def _now() -> float:
    return asyncio.get_running_loop().time()
