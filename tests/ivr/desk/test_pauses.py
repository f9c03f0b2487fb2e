"""The keeper of pauses: what is due ends, whoever is away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlalchemy.exc import OperationalError

from core.clock import FixedClock
from ivr.desk.pauses import PauseKeeper
from ivr.switch.lines import ChannelLine
from web.fake_calls import FakeCalls

CITIZEN = "PJSIP/trunk-demo-00000001"
CALL = "h1-100.1"
OPENED = [("mute both", CITIZEN, False), ("setvar", CITIZEN, "HL_MUTED", "")]


@dataclass(frozen=True)
class Row:
    until_at: datetime
    why: str = "bank"
    id: int = 1
    call_id: str = CALL
    channel: str = CITIZEN


@dataclass
class Pages:
    """A book in memory; `away` is a database that is."""

    rows: list[Row] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    away: bool = False

    async def open_gaps(self) -> Sequence[Row]:
        self._look()
        return list(self.rows)

    async def end(self, gap_id: int, by: str) -> bool:
        self._look()
        self.rows = [row for row in self.rows if row.id != gap_id]
        self.ended.append(by)
        return True

    def _look(self) -> None:
        if self.away:
            raise OperationalError("select", {}, Exception("gone"))


class Bench:
    def __init__(self, clock: FixedClock, why: str = "bank", context: str = "hl-queue") -> None:
        self.clock, self.switch = clock, FakeCalls()
        self.book = Pages([Row(clock.now() + timedelta(seconds=60), why)])
        self.switch.variables[CITIZEN, "HL_MUTED"] = why
        self.show(context)
        self.keeper = PauseKeeper(self.switch, self.book, clock)

    def show(self, context: str) -> None:
        self.switch.lines_up = [ChannelLine(CITIZEN, True, True, CALL, CALL, context, "s", "", "b", "Up")]


async def test_nothing_ends_before_its_time(clock: FixedClock) -> None:
    bench = Bench(clock)
    await bench.keeper.look()
    assert (bench.switch.orders, bench.book.ended) == ([], [])
    clock.advance(timedelta(seconds=60))
    await bench.keeper.look()
    assert (bench.switch.orders, bench.book.ended) == (OPENED, ["limit"])


async def test_with_the_database_away_it_ends_all_the_same_and_is_written_down_later(
    clock: FixedClock,
) -> None:
    bench = Bench(clock)
    await bench.keeper.look()
    bench.book.away = True
    clock.advance(timedelta(seconds=61))
    await bench.keeper.look()
    assert (bench.switch.orders, bench.book.ended) == (OPENED, [])
    bench.book.away = False
    await bench.keeper.look()
    assert bench.book.ended == ["limit"]


async def test_with_the_switch_away_it_ends_when_that_is_back(clock: FixedClock) -> None:
    bench = Bench(clock)
    clock.advance(timedelta(seconds=61))
    bench.switch.away = True
    await bench.keeper.look()
    assert bench.book.ended == []
    bench.switch.away = False
    await bench.keeper.look()
    assert (bench.switch.orders, bench.book.ended) == (OPENED, ["limit"])


async def test_a_call_that_is_over_is_only_written_down(clock: FixedClock) -> None:
    bench = Bench(clock)
    bench.switch.lines_up = []
    await bench.keeper.look()
    assert (bench.switch.orders, bench.book.ended) == ([], ["over"])


async def test_what_the_dialplan_began_anew_is_over(clock: FixedClock) -> None:
    bench = Bench(clock)
    bench.switch.variables[CITIZEN, "HL_MUTED"] = ""
    bench.switch.say("UserEvent", userevent="HotlineRecording", call=CALL)
    await bench.keeper.look()
    assert (bench.switch.orders, bench.book.ended) == ([], ["moved"])


async def test_a_proof_by_keys_is_not_opened_by_a_pause_that_ends(clock: FixedClock) -> None:
    bench = Bench(clock)
    bench.switch.variables[CITIZEN, "HL_MUTED"] = "pin"
    clock.advance(timedelta(seconds=60))
    await bench.keeper.look()
    assert (bench.switch.orders, bench.book.ended) == ([], ["limit"])


@pytest.mark.parametrize(("context", "ended"), [("hl-held", []), ("hl-transfer", ["moved"])])
async def test_a_hold_that_is_left_out_ends_with_the_hold(
    clock: FixedClock, context: str, ended: list[str]
) -> None:
    bench = Bench(clock, "hold", context)
    await bench.keeper.look()
    assert bench.book.ended == ended
    assert bool(bench.switch.orders) == bool(ended)
