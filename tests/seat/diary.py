"""What a test did with a call and when, held against what the house wrote down about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from tests.seat.judge import WINDOW_S, Track
from tests.seat.voices import CALLER, Voice

#: A test knows the instant of a change as exactly as this.
NEAR = timedelta(seconds=0.5)
#: For so long in all a voice may be torn by packets that came late, while there is sound.
JITTER_S = 0.5
_STEP = timedelta(seconds=0.05)


class Leg(Protocol):
    """A row of `call_legs`."""

    @property
    def holder_kind(self) -> str: ...
    @property
    def holder(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def started_at(self) -> datetime: ...
    @property
    def ended_at(self) -> datetime: ...


class SeatLeg(Protocol):
    """A row of `seat_legs`."""

    @property
    def seat(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def started_at(self) -> datetime | None: ...
    @property
    def ended_at(self) -> datetime: ...


@dataclass
class Turn:
    """From here on somebody holds the call."""

    at: datetime
    #: Kind, holder and state as in `call_legs`; an empty part may be anything.
    leg: tuple[str, str, str]
    #: Whom the caller hears all the time; None: music, a prompt or ringing.
    heard: tuple[Voice, ...] | None
    #: Seat → role, of the seats on the line.
    seats: dict[str, str]


@dataclass
class Diary:
    """Turns of one call, in order."""

    turns: list[Turn] = field(default_factory=list)
    ended: datetime | None = None

    def turn(
        self, kind: str, holder: str = "", state: str = "", heard: Sequence[Voice] | None = None, **seats: str
    ) -> None:
        """Now begins a stretch of the call; `seats`: role of each seat on the line, as `s1001="owner"`."""
        who = {name.removeprefix("s"): role for name, role in seats.items()}
        sound = tuple(heard) if heard is not None else None
        self.turns.append(Turn(datetime.now(UTC), (kind, holder, state), sound, who))

    def end(self) -> None:
        """The call is over now."""
        self.ended = datetime.now(UTC)

    def spans(self) -> Iterator[tuple[Turn, datetime]]:
        """Each turn with its end."""
        assert self.ended is not None, "the call has not ended"
        ends = [turn.at for turn in self.turns[1:]] + [self.ended]
        yield from zip(self.turns, ends, strict=True)

    def seconds(self, kind: str, holder: str, state: str) -> float:
        """How long the call was in these hands."""
        lengths = [end - turn.at for turn, end in self.spans() if turn.leg == (kind, holder, state)]
        return sum(lengths, timedelta()).total_seconds()

    def wrong_holders(self, legs: Sequence[Leg]) -> list[str]:
        """Where, more than NEAR from a change, the legs name somebody else than the test's own hand."""
        wrong: list[str] = []
        for turn, at in self._instants():
            named = [(leg.holder_kind, leg.holder, leg.state) for leg in legs if _covers(leg, at)]
            if len(named) != 1 or not _alike(turn.leg, named[0]):
                wrong.append(f"{self._since(at):.2f} s: {named}, not {turn.leg}")
        return _few(wrong)

    def wrong_seats(self, legs: Sequence[SeatLeg]) -> list[str]:
        """Where, more than NEAR from a change, other seats or other roles are on the line."""
        wrong: list[str] = []
        for turn, at in self._instants():
            named = sorted((leg.seat, leg.role) for leg in legs if _on_line(leg, at))
            if named != sorted(turn.seats.items()):
                wrong.append(f"{self._since(at):.2f} s: {named}, not {sorted(turn.seats.items())}")
        return _few(wrong)

    def wrong_sounds(self, heard: Track, answered: datetime) -> list[str]:
        """Where, more than NEAR from a change, the caller hears somebody else than those on the line."""
        wrong: list[str] = []
        for turn, end in self.spans():
            begin, stop = ((at - answered).total_seconds() for at in (turn.at + NEAR, end - NEAR))
            if turn.heard is None or begin >= stop:
                continue
            for voice in turn.heard:
                wrong += [f"{at:.1f} s: no {voice.name}" for at in heard.without(voice, begin, stop)]
            wrong += [f"{at:.1f} s: {name}" for at, name in heard.strangers(turn.heard, begin, stop)]
        return _few(wrong)

    def _instants(self) -> Iterator[tuple[Turn, datetime]]:
        for turn, end in self.spans():
            at = turn.at + NEAR
            while at < end - NEAR:
                yield turn, at
                at += _STEP

    def _since(self, at: datetime) -> float:
        return (at - self.turns[0].at).total_seconds()


def gaps(legs: Sequence[Leg], started: datetime, ended: datetime) -> list[str]:
    """Where the legs do not lie end to end from the call's first to its last instant."""
    edges = [started, *(edge for leg in legs for edge in (leg.started_at, leg.ended_at)), ended]
    pairs = zip(edges[::2], edges[1::2], strict=True)
    found = [f"{left:%T.%f} is not {right:%T.%f}" for left, right in pairs if left != right]
    return found + [f"backwards: {leg.state}" for leg in legs if leg.ended_at < leg.started_at]


def caller_missing(said: Track) -> list[float]:
    """Where the citizen, who spoke all the time, is not on the track: all but the edges of the call.

    Silence is missing sound, however short. A window that has sound, but too few beeps of the voice in
    place to be told, is jitter: on a busy machine packets come in bursts, and what is between is filled.
    As long as that is less than JITTER_S in the whole call it is no gap.
    """
    missing = said.without(CALLER, 0.4, said.seconds - 0.2)
    silent = [at for at in missing if said.is_silent(at)]
    torn = len(missing) - len(silent)
    return missing if torn * WINDOW_S >= JITTER_S else silent


def _covers(leg: Leg, at: datetime) -> bool:
    return leg.started_at <= at < leg.ended_at


def _on_line(leg: SeatLeg, at: datetime) -> bool:
    return leg.started_at is not None and leg.started_at <= at < leg.ended_at


def _alike(wanted: tuple[str, str, str], found: tuple[str, str, str]) -> bool:
    return all(part in ("", other) for part, other in zip(wanted, found, strict=True))


def _few(rows: list[str]) -> list[str]:
    """Enough of a long list to see what it is."""
    return [*rows[:4], f"… {len(rows)} in all", rows[-1]] if len(rows) > 6 else rows
