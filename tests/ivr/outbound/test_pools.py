"""What outbound calls may take."""

from __future__ import annotations

from ivr.outbound import pools
from ivr.switch.lines import QueueLine, SeatLine, WaitingCaller


def seat(name: str, **changes: object) -> SeatLine:
    fields = {"state": "ready", "held_as": None, "in_call": False, "last_call": 0.0, **changes}
    return SeatLine(interface=f"PJSIP/{name}", **fields)  # type: ignore[arg-type]


def line(name: str, *seats: SeatLine, waiting: int = 0) -> QueueLine:
    callers = tuple(WaitingCaller(f"h-{name}.{n}", 5.0, 0) for n in range(waiting))
    return QueueLine(name, seats, callers)


def test_the_inbound_reserve_is_never_taken() -> None:
    channels = ["PJSIP/trunk-demo-00000001", "DAHDI/i1/13800001234-1", "PJSIP/1001-00000002"]
    assert pools.free_channels(channels, limit=30, reserve=10) == 18
    assert pools.free_channels(channels, limit=12, reserve=10) == 0
    assert pools.free_channels(channels, limit=5, reserve=10) == 0


def test_only_seats_that_would_be_rung_are_free() -> None:
    seats = [
        seat("1001"),
        seat("1002", state="talking"),
        seat("1003", held_as="lunch"),
        seat("1004", last_call=997.0),
        seat("1005", state="unavailable"),
        seat("1006", in_call=True),
    ]
    assert pools.free_seats([line("general", *seats)], "general", now=1000.0, wrap_up_s=5) == 1


def test_seats_are_owed_to_those_who_wait() -> None:
    two = (seat("1001"), seat("1002"))
    assert pools.free_seats([line("general", *two, waiting=1)], "general", 0, 0) == 1
    assert pools.free_seats([line("general", *two, waiting=3)], "general", 0, 0) == 0


def test_callers_of_another_queue_need_its_seats_first() -> None:
    general = line("general", seat("1001"), seat("1002"))
    own = line("english", seat("1002"), seat("1003"), waiting=1)
    assert pools.free_seats([general, own], "general", 0, 0) == 2
    shared = line("english", seat("1002"), waiting=1)
    assert pools.free_seats([general, shared], "general", 0, 0) == 1
    strangers = line("english", seat("1009"), waiting=4)
    assert pools.free_seats([general, strangers], "general", 0, 0) == 2


def test_a_queue_nobody_knows_has_no_seats() -> None:
    assert pools.free_seats([], "general", 0, 0) == 0
