"""Lines of one call under several linked ids, as a real Asterisk wrote them."""

from __future__ import annotations

from urllib.parse import quote

from ivr.ledger import desk_events as d
from ivr.ledger import events as e
from ivr.switch.cel import Translator

C, S, T = "h1-1795415990.73", "h1-1795415991.83", "h1-1795415993.93"
TRUNK, SEAT, OTHER = "PJSIP/trunk-demo-00000007", "PJSIP/1001-00000008", "PJSIP/1002-00000009"
#: A line that was there before the call.
OLD = "h1-1795415000.7"


def line(kind: str, linked: str, unique: str, channel: str, at: str = "x s", extra: str = "") -> str:
    word = kind if kind in ("SPY", "HELD") else ""
    fields = [quote(channel, safe=""), at, "App", "", word, quote(extra, safe="")]
    return f"{kind} 1795415995.000000 {linked} {unique} {' '.join(fields)}"


def bridge(kind: str, linked: str, unique: str, channel: str, name: str, how: str = "simple") -> str:
    extra = f'{{"bridge_id":"{name}","bridge_technology":"{how}_bridge"}}'
    return line(f"BRIDGE_{kind}", linked, unique, channel, extra=extra)


def read(*lines: str, translator: Translator | None = None) -> list[e.SwitchEvent]:
    translator = translator or Translator()
    return [event for n, text in enumerate(lines) for event in translator.read(text, f"f:{n:03d}")]


def shown(events: list[e.SwitchEvent]) -> list[str]:
    return [f"{event.call_id} {type(event).__name__}" for event in events]


ARRIVES = line("CHAN_START", C, C, TRUNK, "from-trunk 12319")


def test_a_seat_rung_for_itself_is_the_calls_once_joined() -> None:
    """It keeps its own linked id until its line after the joining."""
    events = read(
        ARRIVES,
        line("CHAN_START", T, T, OTHER, "from-seat s"),
        bridge("ENTER", T, T, OTHER, "b1"),
        bridge("ENTER", C, C, TRUNK, "b1"),
        bridge("EXIT", C, T, OTHER, "b1"),
        line("HANGUP", C, T, OTHER),
    )
    assert shown(events) == [
        f"{C} CallArrived",
        f"{T} SeatRang",
        f"{T} SeatConnected",
        f"{C} ThreadJoined",
        f"{C} CallerBridged",
        f"{C} SeatDisconnected",
        f"{C} SeatHungUp",
    ]
    joined = events[3]
    assert isinstance(joined, d.ThreadJoined) and (joined.thread, joined.id) == (T, "f:003+")


def test_a_call_joined_with_an_older_line_stays_that_call() -> None:
    events = read(
        line("CHAN_START", OLD, OLD, OTHER, "from-seat s"),
        ARRIVES,
        bridge("ENTER", OLD, OLD, OTHER, "b1"),
        bridge("ENTER", OLD, C, TRUNK, "b1"),
        line("HELD", OLD, C, TRUNK, extra='{"extra":"1002"}'),
        line("HANGUP", OLD, OLD, OTHER),
        line("HANGUP", OLD, C, TRUNK),
    )
    assert shown(events[2:]) == [
        f"{OLD} SeatConnected",
        f"{C} ThreadJoined",
        f"{C} CallerBridged",
        f"{C} CallHeld",
        f"{C} SeatHungUp",
        f"{C} CallerLeft",
    ]


def test_after_a_restart_calls_in_progress_are_expected() -> None:
    translator = Translator()
    translator.expect([C])
    events = read(line("HANGUP", OLD, C, TRUNK), translator=translator)
    assert shown(events) == [f"{C} CallerLeft"]


def test_seats_that_wait_side_by_side_are_not_one_call() -> None:
    events = read(
        ARRIVES,
        bridge("ENTER", C, S, SEAT, "hl-desk", "holding"),
        line("CHAN_START", T, T, OTHER, "from-seat s"),
        bridge("ENTER", T, T, OTHER, "hl-desk", "holding"),
        line("HANGUP", T, T, OTHER),
    )
    assert shown(events) == [f"{C} CallArrived", f"{T} SeatRang", f"{T} SeatHungUp"]


def test_two_calls_are_never_made_one() -> None:
    other = line("CHAN_START", OLD, OLD, "PJSIP/trunk-demo-00000001", "from-trunk 12319")
    events = read(
        other,
        ARRIVES,
        bridge("ENTER", OLD, OLD, "PJSIP/trunk-demo-00000001", "b1"),
        bridge("ENTER", C, C, TRUNK, "b1"),
        bridge("EXIT", OLD, C, TRUNK, "b1"),
        line("HANGUP", OLD, C, TRUNK),
    )
    assert [event.call_id for event in events] == [OLD, C, OLD, C, C, C]


def test_a_supervisor_on_a_line_of_its_own() -> None:
    events = read(
        ARRIVES,
        line("CHAN_START", T, T, "PJSIP/1009-00000009", "from-seat s"),
        line("SPY", T, T, "PJSIP/1009-00000009", extra=f'{{"extra":"1001:1009:listen:{C}"}}'),
        line("HANGUP", T, T, "PJSIP/1009-00000009"),
    )
    assert shown(events[1:]) == [
        f"{T} SeatRang",
        f"{C} ThreadJoined",
        f"{C} SeatSpied",
        f"{C} SeatHungUp",
    ]
    spied = events[3]
    assert isinstance(spied, d.SeatSpied)
    assert (spied.seat, spied.by, spied.mode, spied.channel) == ("1001", "1009", "listen", T)


def test_a_supervisor_of_nothing() -> None:
    assert read(line("SPY", T, T, "PJSIP/1009-00000009", extra='{"extra":"1001:1009:listen"}')) == []
