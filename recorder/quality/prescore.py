"""Automatic pre-scoring (智能预评): what the machine noticed, each with the second it can be heard at. Pure.

Suggestions only: a person decides. What hangs on words is worthless where the test model wrote them, and says
so; silence and talk-over come from loudness and need no model.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from core.recorder_settings import Quality
from recorder.measures import OVER_S
from recorder.quality import talk as talks
from recorder.quality.sheet import Check
from recorder.quality.talk import Stretch, Talk

#: Evidence shown of one check.
MOST = 5
#: Words that last less than this together say nothing about the rate of speech, seconds.
_ENOUGH_S = 5.0


class Verdict(StrEnum):
    """What the machine makes of one check."""

    GOOD = "good"  #: 符合
    BAD = "bad"  #: 不符合
    UNKNOWN = "unknown"  #: 无法判断


@dataclass(frozen=True)
class Evidence:
    #: Seconds from the beginning of the recording.
    at_s: float
    #: Words said there; empty: a sound or a silence.
    words: str = ""
    #: How long it lasts; 0: a moment.
    length_s: float = 0.0


@dataclass(frozen=True)
class Finding:
    """One check's outcome."""

    check: Check
    verdict: Verdict
    #: Silence: longest, seconds; talk-over: seconds; speech rate: characters a minute; forbidden: how often.
    figure: float | None = None
    #: Of silence: its share of the talk.
    share: float | None = None
    evidence: tuple[Evidence, ...] = ()
    #: The words under it were made up by the test model.
    is_worthless: bool = False


def look(talk: Talk, settings: Quality) -> list[Finding]:
    """Every check, in the order of `Check`."""
    return [_CHECKS[check](talk, settings) for check in Check]


def _greeting(talk: Talk, settings: Quality) -> Finding:
    return _said(
        talk,
        Check.GREETING,
        settings.greetings,
        talk.begins,
        min(talk.begins + settings.greeting_within_s, talk.ends),
    )


def _closing(talk: Talk, settings: Quality) -> Finding:
    begins = max(talk.begins, talk.ends - settings.closing_within_s)
    return _said(talk, Check.CLOSING, settings.closings, begins, talk.ends)


def _said(talk: Talk, check: Check, phrases: list[str], begins: float, ends: float) -> Finding:
    """Whether the seat said one of `phrases` between two moments."""
    if talk.seat is None or not phrases:
        return Finding(check, Verdict.UNKNOWN)
    there = [word for word in talk.seat if begins <= word.start < ends]
    if hits := talks.find(there, phrases):
        evidence = Evidence(hits[0][0], hits[0][1])
        return Finding(check, Verdict.GOOD, evidence=(evidence,), is_worthless=talk.is_test_model)
    # What was said instead is the evidence.
    instead = Evidence(round(begins, 1), talks.said(there, begins, ends), round(ends - begins, 1))
    return Finding(check, Verdict.BAD, evidence=(instead,), is_worthless=talk.is_test_model)


def _forbidden(talk: Talk, settings: Quality) -> Finding:
    if talk.seat is None or not settings.forbidden:
        return Finding(Check.FORBIDDEN, Verdict.UNKNOWN)
    hits = talks.find(talk.seat, settings.forbidden)
    return Finding(
        Check.FORBIDDEN,
        Verdict.BAD if hits else Verdict.GOOD,
        figure=float(len(hits)),
        evidence=tuple(Evidence(at, words) for at, words in hits[:MOST]),
        is_worthless=talk.is_test_model,
    )


def _talk_over(talk: Talk, settings: Quality) -> Finding:
    both = talks.overlaps(talk.speech("caller"), talk.speech("hotline"))
    at_once = [one for one in both if one.length >= OVER_S]
    return _stretches(Check.TALK_OVER, talk, at_once, talk.measures().talk_over_s, settings.talk_over_s)


def _silence(talk: Talk, settings: Quality) -> Finding:
    quiet = talks.gaps([*talk.speech("caller"), *talk.speech("hotline")], talk.begins, talk.ends)
    measured = talk.measures()
    found = _stretches(
        Check.SILENCE, talk, quiet, measured.longest_silence_s, settings.longest_silence_s, least_s=1.0
    )
    share = measured.silence_share
    too_much = found.verdict is Verdict.GOOD and share > settings.silence_share
    verdict = Verdict.BAD if too_much else found.verdict
    return Finding(found.check, verdict, found.figure, share, found.evidence)


def _stretches(
    check: Check, talk: Talk, found: list[Stretch], figure: float, limit: float, least_s: float = 0.0
) -> Finding:
    """`limit` 0: no verdict."""
    if not talk.peaks.get("caller") or not talk.length or not limit:
        return Finding(check, Verdict.UNKNOWN)
    longest = sorted(found, key=lambda one: -one.length)[:MOST]
    shown = sorted((one for one in longest if one.length >= least_s), key=lambda one: one.start)
    evidence = tuple(Evidence(round(one.start, 1), length_s=round(one.length, 1)) for one in shown)
    verdict = Verdict.BAD if figure > limit else Verdict.GOOD
    return Finding(check, verdict, round(figure, 1), evidence=evidence)


def _speech_rate(talk: Talk, settings: Quality) -> Finding:
    spoken = sum(word.end - word.start for word in talk.seat or ())
    if spoken < _ENOUGH_S:
        return Finding(Check.SPEECH_RATE, Verdict.UNKNOWN)
    rate = talk.measures().hotline_chars_per_min
    good = settings.slowest_chars <= rate <= settings.fastest_chars
    return Finding(
        Check.SPEECH_RATE,
        Verdict.GOOD if good else Verdict.BAD,
        figure=round(rate),
        evidence=(Evidence(round(talk.begins, 1), length_s=round(talk.length, 1)),),
        is_worthless=talk.is_test_model,
    )


_CHECKS: dict[Check, Callable[[Talk, Quality], Finding]] = {
    Check.GREETING: _greeting,
    Check.CLOSING: _closing,
    Check.FORBIDDEN: _forbidden,
    Check.TALK_OVER: _talk_over,
    Check.SILENCE: _silence,
    Check.SPEECH_RATE: _speech_rate,
}
