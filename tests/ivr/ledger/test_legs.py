"""Event tables of calls people had, and the legs they must have. Times are seconds after the INVITE."""

from __future__ import annotations

from typing import Any

import pytest

from ivr.ledger.legs import Legs
from ivr.ledger.reducer import CallRecord, reduce_whole
from tests.ivr.ledger.tables import START, call

#: Rung at 5, answered at 8: seat 1001 has the citizen.
TALK = """
    0.0   CallArrived trunk=demo did=12319
    0.1   CallAnswered
    1.0   StepEntered step=greeting
    4.0   StepEntered step=queue
    4.0   QueueJoined queue=general
    4.5   QueueEntered queue=general
    5.0   SeatRang seat=1001 channel=S
    8.0   SeatConnected seat=1001 channel=S bridge=b1
    8.0   CallerBridged bridge=b1
"""
#: At 20 the seat puts the citizen on hold.
HELD = (
    TALK
    + """
    20.0  SeatDisconnected seat=1001 channel=S bridge=b1
    20.0  CallerUnbridged bridge=b1
    20.0  QueueLeft
    20.05 CallHeld seat=1001
"""
)
#: At 21 it rings seat 1002 to ask it, at 24 they talk.
CONSULT = (
    HELD
    + """
    20.06 ConsultStarted seat=1001 target=seat-1002
    21.0  SeatRang seat=1002 channel=T
    24.0  SeatConnected seat=1002 channel=T bridge=b2
    24.0  SeatConnected seat=1001 channel=S bridge=b2
"""
)
OVER = """
    {0}   SeatDisconnected seat={1} channel={2} bridge={3}
    {0}   CallerUnbridged bridge={3}
    {0}   SeatHungUp seat={1} by=seat channel={2}
    {0}   StepEntered step=goodbye
"""
LEAVES = "{0} CallerLeft by=hotline"


def over(at: float, seat: str, channel: str, bridge: str) -> str:
    """The seat hangs up, the citizen hears goodbye for two seconds."""
    return OVER.format(at, seat, channel, bridge) + LEAVES.format(at + 2)


SECONDS = ("ring", "talk", "hold", "consult", "conference", "supervise", "idle")
BEFORE = ["menu listen 0 4", "queue general wait 4 8"]
#: Name → events, legs of the call (`kind [holder] state from to`), legs of seats
#: (`seat role from answered to: seconds …`).
CALLS: dict[str, tuple[str, list[str], list[str]]] = {
    "a talk": (
        TALK + over(30, "1001", "S", "b1"),
        [*BEFORE, "seat 1001 talk 8 30", "menu listen 30 32"],
        ["1001 owner 5 8 30: ring 3 talk 22"],
    ),
    "hold and back": (
        HELD
        + """
        32.0  CallResumed seat=1001
        32.0  SeatConnected seat=1001 channel=S bridge=b3
        32.01 CallerBridged bridge=b3
        """
        + over(40, "1001", "S", "b3"),
        [
            *BEFORE,
            "seat 1001 talk 8 20",
            "seat 1001 hold 20 32.01",
            "seat 1001 talk 32.01 40",
            "menu listen 40 42",
        ],
        ["1001 owner 5 8 40: ring 3 talk 19.99 hold 12.01"],
    ),
    "the phone's own hold": (
        TALK
        + "12 SeatHeld seat=1001 channel=S\n15 SeatResumed seat=1001 channel=S\n"
        + over(20, "1001", "S", "b1"),
        [
            *BEFORE,
            "seat 1001 talk 8 12",
            "seat 1001 hold 12 15",
            "seat 1001 talk 15 20",
            "menu listen 20 22",
        ],
        ["1001 owner 5 8 20: ring 3 talk 9 hold 3"],
    ),
    "the citizen gives up on hold": (
        HELD + "29.9 SeatHungUp seat=1001 by=hotline channel=S\n29.9 CallerLeft by=caller",
        [*BEFORE, "seat 1001 talk 8 20", "seat 1001 hold 20 29.9"],
        ["1001 owner 5 8 29.9: ring 3 talk 12 hold 9.9"],
    ),
    "asked and handed over": (
        CONSULT
        + """
        30.0  ConsultEnded seat=1001 result=completed
        30.0  CallTransferred how=attended by=1001 kind=seat target=1002
        30.01 SeatDisconnected seat=1002 channel=T bridge=b2
        30.02 SeatConnected seat=1002 channel=T bridge=b3
        30.02 SeatDisconnected seat=1001 channel=S bridge=b2
        30.02 CallerBridged bridge=b3
        30.02 SeatHungUp seat=1001 by=hotline channel=S
        """
        + over(50, "1002", "T", "b3"),
        [
            *BEFORE,
            "seat 1001 talk 8 20",
            "seat 1001 consult 20 30",
            "seat 1002 talk 30 50",
            "menu listen 50 52",
        ],
        [
            "1001 owner 5 8 30.02: ring 3 talk 12 hold 0.06 consult 9.95 idle 0.01",
            "1002 consulted 21 24 30: ring 3 consult 6",
            "1002 owner 30 30 50: consult 0.01 hold 0.01 talk 19.98",
        ],
    ),
    "asked, the citizen gives up meanwhile": (
        CONSULT
        + """
        26.0  CallerLeft by=caller
        27.0  SeatDisconnected seat=1002 channel=T bridge=b2
        27.0  SeatHungUp seat=1002 by=seat channel=T
        27.0  SeatDisconnected seat=1001 channel=S bridge=b2
        27.0  SeatHungUp seat=1001 by=hotline channel=S
        """,
        [*BEFORE, "seat 1001 talk 8 20", "seat 1001 consult 20 26"],
        [
            "1001 owner 5 8 27: ring 3 talk 12 hold 0.06 consult 6.94",
            "1002 consulted 21 24 27: ring 3 consult 3",
        ],
    ),
    "asked in vain, back to the seat": (
        HELD
        + """
        20.06 ConsultStarted seat=1001 target=seat-1002
        21.0  SeatRang seat=1002 channel=T
        36.0  SeatHungUp seat=1002 by=hotline channel=T
        36.0  ConsultEnded seat=1001 result=failed
        38.0  SeatConnected seat=1001 channel=S bridge=b3
        38.0  CallerBridged bridge=b3
        """
        + over(50, "1001", "S", "b3"),
        [
            *BEFORE,
            "seat 1001 talk 8 20",
            "seat 1001 consult 20 36",
            "seat 1001 hold 36 38",
            "seat 1001 talk 38 50",
            "menu listen 50 52",
        ],
        [
            "1001 owner 5 8 50: ring 3 talk 24 hold 2.06 consult 15.94",
            "1002 consulted 21 None 36: ring 15",
        ],
    ),
    "asked and handed over by the phone's own keys": (
        TALK
        + """
        20.0  SeatHeld seat=1001 channel=S
        22.0  SeatRang seat=1002 channel=T
        24.0  SeatConnected seat=1002 channel=T bridge=b2
        24.0  SeatConnected seat=1001 channel=S2 bridge=b2
        30.0  SeatDisconnected seat=1002 channel=T bridge=b2
        30.0  SeatConnected seat=1002 channel=T bridge=b1
        30.0  SeatDisconnected seat=1001 channel=S bridge=b1
        30.0  SeatDisconnected seat=1001 channel=S2 bridge=b2
        30.0  SeatHungUp seat=1001 by=hotline channel=S
        30.0  SeatHungUp seat=1001 by=hotline channel=S2
        """
        + over(50, "1002", "T", "b1"),
        [
            *BEFORE,
            "seat 1001 talk 8 20",
            "seat 1001 hold 20 24",
            "seat 1001 consult 24 30",
            "seat 1002 talk 30 50",
            "menu listen 50 52",
        ],
        [
            "1001 owner 5 8 30: ring 3 talk 12 hold 4 consult 6",
            "1002 consulted 22 24 30: ring 2 consult 6",
            "1002 owner 30 30 50: talk 20",
        ],
    ),
    "three together, the owner leaves, then the other": (
        CONSULT
        + """
        30.0  SeatDisconnected seat=1001 channel=S bridge=b2
        30.0  SeatDisconnected seat=1002 channel=T bridge=b2
        30.0  ConferenceChanged on=yes
        30.1  SeatConnected seat=1002 channel=T bridge=r
        30.1  CallerBridged bridge=r
        30.2  SeatConnected seat=1001 channel=S bridge=r
        40.0  SeatDisconnected seat=1001 channel=S bridge=r
        40.0  SeatHungUp seat=1001 by=seat channel=S
        """
        + over(50, "1002", "T", "r"),
        [
            *BEFORE,
            "seat 1001 talk 8 20",
            "seat 1001 consult 20 30",
            "seat 1001 conference 30 40",
            "seat 1002 talk 40 50",
            "menu listen 50 52",
        ],
        [],
    ),
    "a conference in which the citizen is left alone": (
        CONSULT
        + """
        30.0  ConferenceChanged on=yes
        30.01 CallerBridged bridge=r
        30.1  SeatHungUp seat=1002 by=seat channel=T
        30.1  SeatHungUp seat=1001 by=seat channel=S
        40.0  CallerLeft by=caller
        """,
        [
            *BEFORE,
            "seat 1001 talk 8 20",
            "seat 1001 consult 20 30",
            "seat 1001 conference 30 30.1",
            "menu listen 30.1 40",
        ],
        [],
    ),
    "blind to a seat that does not answer, and back": (
        TALK
        + """
        20.0  CallerUnbridged bridge=b1
        20.0  SeatDisconnected seat=1001 channel=S bridge=b1
        20.0  SeatHungUp seat=1001 by=hotline channel=S
        20.01 CallTransferred how=blind by=1001 kind=seat target=1002
        21.0  SeatRang seat=1002 channel=T
        41.0  SeatHungUp seat=1002 by=hotline channel=T
        41.0  CallReturned to=1001 why=no_answer
        41.1  SeatRang seat=1001 channel=S2
        43.0  SeatConnected seat=1001 channel=S2 bridge=b2
        43.0  CallerBridged bridge=b2
        """
        + over(60, "1001", "S2", "b2"),
        [
            *BEFORE,
            "seat 1001 talk 8 20",
            "seat 1002 ring 20 41",
            "seat 1001 ring 41 43",
            "seat 1001 talk 43 60",
            "menu listen 60 62",
        ],
        [
            "1001 owner 5 8 20: ring 3 talk 12",
            "1002 owner 21 None 41: ring 20",
            "1001 owner 41.1 43 60: ring 1.9 talk 17",
        ],
    ),
    "blind to a queue": (
        TALK
        + """
        20.0  CallerUnbridged bridge=b1
        20.0  SeatHungUp seat=1001 by=hotline channel=S
        20.01 CallTransferred how=blind by=1001 kind=queue target=english
        20.02 StepEntered step=queue
        20.02 QueueJoined queue=english priority=9
        20.03 QueueEntered queue=seat-1003
        23.0  QueueLeft
        23.01 QueueEntered queue=english
        25.0  SeatRang seat=1003 channel=U
        27.0  SeatConnected seat=1003 channel=U bridge=b2
        27.0  CallerBridged bridge=b2
        33.0  CallerUnbridged bridge=b2
        33.0  SeatDisconnected seat=1003 channel=U bridge=b2
        33.0  SeatHungUp seat=1003 by=caller channel=U
        33.0  CallerLeft by=caller
        """,
        [
            *BEFORE,
            "seat 1001 talk 8 20",
            "queue english wait 20 27",
            "seat 1003 talk 27 33",
        ],
        ["1001 owner 5 8 20: ring 3 talk 12", "1003 owner 25 27 33: ring 2 talk 6"],
    ),
    "blind to an outside number": (
        TALK
        + """
        20.0  CallerUnbridged bridge=b1
        20.0  SeatHungUp seat=1001 by=hotline channel=S
        20.01 CallTransferred how=blind by=1001 kind=external target=water
        26.0  ForwardConnected channel=F bridge=b2
        26.0  CallerBridged bridge=b2
        36.0  ForwardDisconnected channel=F bridge=b2
        36.0  CallerUnbridged bridge=b2
        36.0  StepEntered step=goodbye
        38.0  CallerLeft by=hotline
        """,
        [
            *BEFORE,
            "seat 1001 talk 8 20",
            "external water ring 20 26",
            "external water talk 26 36",
            "menu listen 36 38",
        ],
        ["1001 owner 5 8 20: ring 3 talk 12"],
    ),
    "parked and retrieved by another": (
        TALK
        + """
        20.0  CallerUnbridged bridge=b1
        20.0  SeatHungUp seat=1001 by=hotline channel=S
        20.02 CallParked seat=1001
        50.0  SeatRang seat=1002 channel=T
        51.5  CallRetrieved seat=1002
        51.6  SeatConnected seat=1002 channel=T bridge=b2
        51.6  CallerBridged bridge=b2
        """
        + over(60, "1002", "T", "b2"),
        [
            *BEFORE,
            "seat 1001 talk 8 20",
            "park 1001 wait 20 51.6",
            "seat 1002 talk 51.6 60",
            "menu listen 60 62",
        ],
        ["1001 owner 5 8 20: ring 3 talk 12", "1002 owner 50 51.6 60: ring 1.6 talk 8.4"],
    ),
    "the seat's lid is closed, it comes back": (
        TALK
        + """
        20.0  SeatDisconnected seat=1001 channel=S bridge=b1
        20.0  SeatHungUp seat=1001 by=hotline channel=S
        20.0  CallerUnbridged bridge=b1
        20.1  SeatLost seat=1001
        25.0  SeatRang seat=1001 channel=S2
        26.0  SeatConnected seat=1001 channel=S2 bridge=b2
        26.0  CallerBridged bridge=b2
        """
        + over(30, "1001", "S2", "b2"),
        [
            *BEFORE,
            "seat 1001 talk 8 20",
            "seat 1001 hold 20 26",
            "seat 1001 talk 26 30",
            "menu listen 30 32",
        ],
        ["1001 owner 5 8 20: ring 3 talk 12", "1001 owner 25 26 30: ring 1 talk 4"],
    ),
    "listened to, then taken over": (
        TALK
        + """
        10.0  SeatRang seat=1009 channel=M
        11.5  SeatSpied seat=1001 by=1009 mode=listen channel=M
        20.0  CallerUnbridged bridge=b1
        20.0  CallTakenOver seat=1001 by=1009
        20.0  SeatHungUp seat=1001 by=hotline channel=S
        20.1  SeatConnected seat=1009 channel=M bridge=b2
        20.1  CallerBridged bridge=b2
        """
        + over(30, "1009", "M", "b2"),
        [
            *BEFORE,
            "seat 1001 talk 8 20",
            "seat 1009 talk 20 30",
            "menu listen 30 32",
        ],
        [
            "1001 owner 5 8 20: ring 3 talk 12",
            "1009 supervisor 10 11.5 20: ring 1.5 supervise 8.5",
            "1009 owner 20 20 30: supervise 0.1 talk 9.9",
        ],
    ),
    "taken over, and the seat is told so": (
        TALK
        + """
        20.0  CallerUnbridged bridge=b1
        20.0  SeatDisconnected seat=1001 channel=S bridge=b1
        20.0  CallTakenOver seat=1001 by=1009
        20.1  SeatConnected seat=1009 channel=M bridge=b2
        20.1  CallerBridged bridge=b2
        23.0  SeatHungUp seat=1001 by=hotline channel=S
        """
        + over(30, "1009", "M", "b2"),
        [*BEFORE, "seat 1001 talk 8 20", "seat 1009 talk 20 30", "menu listen 30 32"],
        ["1001 owner 5 8 23: ring 3 talk 12 idle 3", "1009 owner 20.1 20.1 30: talk 9.9"],
    ),
    "a seat calls a citizen": (
        """
        -3.0  SeatRang seat=1001 channel=S
        0.0   CallPlaced trunk=demo
        6.0   CallAnswered
        6.1   OutboundStarted purpose=seat:1001
        6.2   SeatConnected seat=1001 channel=S bridge=b1
        6.2   CallerBridged bridge=b1
        """
        + over(20, "1001", "S", "b1"),
        ["seat 1001 ring 0 6.2", "seat 1001 talk 6.2 20", "menu listen 20 22"],
        ["1001 owner -3 6.2 20: ring 9.2 talk 13.8"],
    ),
    "a result visit": (
        "0 CallPlaced trunk=demo\n6 CallAnswered\n6.1 OutboundStarted purpose=visit:1\n"
        "6.2 StepEntered step=visit\n20 CallerLeft by=caller",
        ["menu ring 0 6.2", "menu listen 6.2 20"],
        [],
    ),
    "a PIN the seat does not hear": (
        HELD
        + """
        20.3  PinAsked what=start
        28.0  PinAsked what=right
        28.1  SeatConnected seat=1001 channel=S bridge=b3
        28.1  CallerBridged bridge=b3
        """
        + over(30, "1001", "S", "b3"),
        [
            *BEFORE,
            "seat 1001 talk 8 20",
            "seat 1001 hold 20 20.3",
            "pin listen 20.3 28.1",
            "seat 1001 talk 28.1 30",
            "menu listen 30 32",
        ],
        ["1001 owner 5 8 30: ring 3 talk 13.9 hold 8.1"],
    ),
    "stored before bridges were known": (
        """
        0.0   CallArrived trunk=demo did=12319
        1.0   StepEntered step=queue
        1.0   QueueJoined queue=general
        5.0   SeatConnected seat=1001
        9.0   SeatDisconnected seat=1001
        9.0   SeatHungUp seat=1001 by=seat
        9.0   QueueLeft
        9.1   StepEntered step=survey
        12.0  CallerLeft by=hotline
        """,
        [
            "menu listen 0 1",
            "queue general wait 1 5",
            "seat 1001 talk 5 9",
            "survey listen 9 12",
        ],
        ["1001 owner 5 5 9: talk 4"],
    ),
    "nobody says where the citizen is for long": (
        TALK + "20 CallerUnbridged bridge=b1\n20 SeatHungUp seat=1001 by=seat channel=S\n25 CallerLeft",
        [*BEFORE, "seat 1001 talk 8 20", "menu listen 20 25"],
        ["1001 owner 5 8 20: ring 3 talk 12"],
    ),
    "a message after nobody answered": (
        """
        0.0   CallArrived trunk=demo did=12319
        2.0   QueueJoined queue=general
        2.1   QueueEntered queue=general
        3.0   SeatRang seat=1001 channel=S
        9.0   SeatHungUp seat=1001 by=hotline channel=S
        32.0  QueueLeft
        32.0  StepEntered step=message
        40.0  MessageStarted
        50.0  CallerLeft by=caller
        """,
        ["menu listen 0 2", "queue general wait 2 32", "message listen 32 50"],
        ["1001 owner 3 None 9: ring 6"],
    ),
}


def whole(table: str) -> tuple[CallRecord, Legs]:
    reduced = reduce_whole("c", call(table))
    assert reduced is not None
    return reduced


def told(value: Any) -> str:
    """Seconds after the INVITE, without trailing noughts."""
    return "None" if value is None else f"{(value - START).total_seconds():.6g}"


def legs_told(legs: Legs) -> list[str]:
    return [
        " ".join(filter(None, [v.holder_kind, v.holder, v.state, told(v.started_at), told(v.ended_at)]))
        for v in legs.call
    ]


def seats_told(legs: Legs) -> list[str]:
    found = []
    for leg in legs.seats:
        spent = " ".join(f"{name} {seconds:g}" for name in SECONDS if (seconds := getattr(leg, f"{name}_s")))
        times = " ".join(told(at) for at in (leg.ring_at, leg.started_at, leg.ended_at))
        found.append(f"{leg.seat} {leg.role} {times}: {spent}")
    return found


def _sorted(line: str) -> str:
    """Seconds in the order of the columns, however the table wrote them."""
    head, _, spent = line.partition(": ")
    words = spent.split()
    pairs = dict(zip(words[::2], words[1::2], strict=True))
    order = SECONDS
    return f"{head}: " + " ".join(f"{name} {pairs[name]}" for name in order if name in pairs)


@pytest.mark.parametrize("name", CALLS)
def test_legs_of_a_call(name: str) -> None:
    table, calls, seats = CALLS[name]
    record, legs = whole(table)
    assert legs_told(legs) == calls
    had = [leg.holder for leg in legs.call if (leg.holder_kind, leg.state) == ("seat", "talk")]
    assert record.handed_to == [seat for seat in dict.fromkeys(had) if seat != record.seat]
    if seats:
        assert seats_told(legs) == [_sorted(line) for line in seats]
