"""A seat's hold on its own phone reaches the ledger as if the switch's event file told it."""

from __future__ import annotations

from pathlib import Path

from core.clock import FixedClock
from ivr.ledger import desk_events as d
from ivr.ledger.holds import Holds
from ivr.switch.cel import translate

LINE = {"uniqueid": "h1-1795390379.21", "linkedid": "h1-1795390344.0", "channel": "PJSIP/1001-00000003"}


def test_what_is_noted_is_what_the_ledger_reads(tmp_path: Path, clock: FixedClock) -> None:
    holds = Holds(tmp_path / "holds.log", clock)
    holds.hear({"event": "Hold", **LINE})
    holds.hear({"event": "Unhold", **LINE})
    lines = (tmp_path / "holds.log").read_text().splitlines()
    common = {"call_id": "h1-1795390344.0", "at": clock.now(), "seat": "1001", "channel": "h1-1795390379.21"}
    assert [translate(line, "f:0") for line in lines] == [
        d.SeatHeld(id="f:0", **common),
        d.SeatResumed(id="f:0", **common),
    ]


def test_other_lines_and_other_events_say_nothing(tmp_path: Path, clock: FixedClock) -> None:
    holds = Holds(tmp_path / "holds.log", clock)
    holds.hear({"event": "Lost"})
    holds.hear({"event": "Hold", **LINE, "channel": "PJSIP/trunk-demo-00000001"})
    assert not (tmp_path / "holds.log").exists()


def test_a_full_disk_does_not_break_the_connection(tmp_path: Path, clock: FixedClock) -> None:
    Holds(tmp_path / "nobody" / "there", clock).hear({"event": "Hold", **LINE})
