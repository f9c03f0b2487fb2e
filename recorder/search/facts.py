"""What a filter asks, as tokens beside the words: one index then answers any mixture of them at once.

Every token is longer than the two letters of a pair, so that none is taken for a word. Steps of a figure are
cumulative: a recording of 130 s holds `dn_60` and `dn_120`, so that "at least 100 s" reads `dn_60` and then
looks at the row itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.words import plain

#: Digits by whose end a number is found.
LAST_DIGITS = 4
ANY_KEYWORD = "kw_any"
#: No seat answered.
NO_SEAT = "seat_"
DURATIONS = (30, 60, 120, 300, 600, 1800)
SCORES = (20, 40, 60, 70, 80, 90)
#: Silence in per cent, talk-over in seconds.
SILENCES, TALK_OVERS = (10, 30, 50, 70), (1, 3, 10, 30)


@dataclass(frozen=True)
class CallFacts:
    """What the index has to know of a call; the other rooms' part, wired in `hotline/indexing.py`."""

    call_id: str
    started_at: datetime
    caller: str = ""
    seat: str = ""
    queue: str = ""
    survey: int | None = None
    marks: Sequence[str] = ()
    case_id: int | None = None
    case_number: str = ""
    #: Seats that had the citizen after `seat`.
    handed_to: Sequence[str] = ()


@dataclass(frozen=True)
class Figures:
    """What was measured; None: not known yet."""

    duration_s: float = 0.0
    silence_share: float | None = None
    talk_over_s: float | None = None
    score: float | None = None


def tokens(call: CallFacts, figures: Figures, keywords: Sequence[str]) -> Iterator[str]:
    """All tokens of a recording."""
    for seat in dict.fromkeys((call.seat, *call.handed_to)):
        yield f"seat_{token(seat)}"
    yield f"queue_{token(call.queue)}"
    if call.caller:
        yield f"num_{token(call.caller)}"
        yield f"last_{token(call.caller)[-LAST_DIGITS:]}"
    if call.survey is not None:
        yield f"survey_{call.survey}"
    if call.case_id is not None:
        yield f"case_{call.case_id}"
    if call.case_number:
        yield f"case_{token(call.case_number)}"
    for mark in {one.partition(":")[0] for one in call.marks}:
        yield f"mark_{token(mark)}"
    if keywords:
        yield ANY_KEYWORD
    for word in dict.fromkeys(map(plain, keywords)):
        yield f"kw_{word}"
    yield from _steps(figures)


def _steps(figures: Figures) -> Iterator[str]:
    yield from above("dn", DURATIONS, figures.duration_s)
    yield from below("dx", DURATIONS, figures.duration_s)
    if figures.score is not None:
        yield "sc_any"
        yield from above("sn", SCORES, figures.score)
        yield from below("sx", SCORES, figures.score)
    if figures.silence_share is not None:
        yield from above("si", SILENCES, figures.silence_share * 100)
    if figures.talk_over_s is not None:
        yield from above("to", TALK_OVERS, figures.talk_over_s)


def above(name: str, steps: Sequence[int], value: float) -> Iterator[str]:
    """The steps `value` has reached."""
    return (f"{name}_{step}" for step in steps if value >= step)


def below(name: str, steps: Sequence[int], value: float) -> Iterator[str]:
    """The steps `value` stays at or under."""
    return (f"{name}_{step}" for step in steps if value <= step)


def at_least(name: str, steps: Sequence[int], least: float) -> list[str]:
    """The token every recording with at least `least` holds; none when no step is that low."""
    return list(above(name, steps, least))[-1:]


def at_most(name: str, steps: Sequence[int], most: float) -> list[str]:
    """The token every recording with at most `most` holds; none when no step is that high."""
    return list(below(name, steps, most))[:1]


def token(value: str) -> str:
    """A value as part of a token: letters and digits."""
    return plain(value)
